import { spanTookMs, type Step, stepsOf } from "../../analysis/mod.ts";
import { type Span, totalTokens, type Trace } from "../../core/mod.ts";
import { compact, duration, knownCost, plural } from "../../present/mod.ts";
import type { Glyphs } from "../draw/glyphs.ts";
import { EMPTY, type Line, onGround, seg, type Segment } from "../draw/line.ts";
import { kindTone } from "../draw/tones.ts";
import { width } from "../terminal/text.ts";

export const HEATS = ["time", "tokens", "cost"] as const;
/** What the strip shows per step. */
export type Heat = (typeof HEATS)[number];

const CELL_COLUMNS_MAX = 8;

export function heatOf(span: Span, heat: Heat, nowMs: number): number {
  switch (heat) {
    case "time":
      return spanTookMs(span, nowMs);
    case "tokens":
      return span.usage ? totalTokens(span.usage) : 0;
    case "cost":
      return span.cost?.usd ?? 0;
  }
}

/** One cell per step, as high as its share of the dearest; the chosen one stands out, bookmarks carry a sign. */
export function heatStrip(
  trace: Trace,
  selected: Step | undefined,
  heat: Heat,
  bookmarks: readonly number[],
  columns: number,
  glyphs: Glyphs,
  nowMs: number,
): Line {
  const steps = stepsOf(trace);
  if (steps.length === 0) return EMPTY;
  const label: Line = [seg(` ${heat} `, "dim")];
  const values = steps.map((step) => heatOf(step, heat, nowMs));
  const max = values.reduce((most, value) => Math.max(most, value), 0);
  const at = selected ? steps.findIndex(({ spanId }) => spanId === selected.spanId) : -1;
  const figure: Line = at < 0 ? [seg(`  ${plural(steps.length, "step")}`, "dim")] : [
    seg(`  step ${steps[at]!.step} of ${steps.at(-1)!.step}`, "strong"),
    seg(`  ${heatText(steps[at]!, heat, nowMs)}`, "accent"),
  ];
  const room = columns - width(label[0]!.text) - figure.reduce((sum, part) => sum + width(part.text), 0) - 3;
  if (room < 4) return [...label, ...figure];
  const cell = Math.max(1, Math.min(CELL_COLUMNS_MAX, Math.floor(room / steps.length)));
  const shown = Math.min(steps.length, Math.floor(room / cell));
  const first = Math.max(0, Math.min(steps.length - shown, Math.max(0, at) - Math.floor(shown / 2)));
  const cells: Segment[] = [seg(first > 0 ? "‹" : " ", "dim")];
  for (let index = first; index < first + shown; index++) {
    const marked = bookmarks.includes(steps[index]!.step);
    const top = glyphs.spark.length - 1;
    const share = max > 0 ? values[index]! / max : 0;
    const sign = glyphs.spark[share > 0 ? Math.max(1, Math.round(share * top)) : 0]!;
    const body = cell === 1
      ? (marked ? glyphs.bookmark : sign)
      : sign.repeat(cell - 1) + (marked ? glyphs.bookmark : " ");
    const tone = steps[index]!.status === "error" ? "error" : kindTone(steps[index]!.kind);
    const drawn: Line = [seg(body, marked && cell === 1 ? "warn" : tone)];
    cells.push(...(index === at ? onGround(drawn, "selected") : drawn));
  }
  cells.push(seg(first + shown < steps.length ? "›" : " ", "dim"));
  return [...label, ...cells, ...figure];
}

function heatText(span: Span, heat: Heat, nowMs: number): string {
  const value = heatOf(span, heat, nowMs);
  if (heat === "time") return duration(value);
  if (heat === "tokens") return `${compact(value)} tokens`;
  return knownCost(span.cost?.usd === undefined ? value : span.cost.usd);
}
