import {
  type Attempt,
  attemptOf,
  spanTitle,
  textAttribute,
  tookMs,
  type TreeRow,
} from "../../analysis/mod.ts";
import { ATTR, type Run, type Span, totalTokens, type Trace } from "../../core/mod.ts";
import { waterfall } from "../draw/charts.ts";
import { branchText, compact, costOf, costOfCall, duration, spanStatus } from "../../present/mod.ts";
import { kindTone, statusTone } from "../draw/tones.ts";
import { type Glyphs, treeSigns } from "../draw/glyphs.ts";
import { type Line, lineWidth, seg, type Segment } from "../draw/line.ts";
import type { Tone } from "../draw/theme.ts";
import { clean, cut, fit, width } from "../terminal/text.ts";

export const ATTEMPT_TONES = { open: "live", ok: "ok", failed: "error" } as const satisfies Record<
  Attempt["state"],
  Tone
>;

/** Which figures fit beside the names of a tree `columns` wide. */
export interface TreeLayout {
  readonly name: number;
  readonly time: number;
  readonly tokens: number;
  readonly cost: number;
  readonly bar: number;
}

const TIME = 7;
const TOKENS = 7;
/** The longest, `$0.000038+`, and a space before it. */
const COST = 11;
const NAME_MIN = 24;
/** A name this long is read at ease; what is left makes the bars longer. */
const NAME_GOOD = 28;
const BAR_FROM = 46;
const BAR_MIN = 9;
const BAR_MAX = 48;
const SPINNER_MS = 120;

export function treeLayout(columns: number): TreeLayout {
  let rest = columns - TIME - 2;
  const take = (wanted: number) => {
    if (rest - wanted < NAME_MIN) return 0;
    rest -= wanted;
    return wanted;
  };
  const bar = columns >= BAR_FROM ? take(BAR_MIN + 1) : 0;
  const cost = take(COST);
  const tokens = take(TOKENS);
  const spare = bar > 0 ? Math.max(0, Math.min(rest - NAME_GOOD, BAR_MAX - BAR_MIN)) : 0;
  return { name: Math.max(4, rest - spare), time: TIME, tokens, cost, bar: Math.max(0, bar - 1) + spare };
}

/** The heads of the columns. */
export function treeHead(layout: TreeLayout): Line {
  return [
    seg(fit("  SPAN", layout.name + 2), "heading"),
    seg(fit("TIME", layout.time, "right"), "heading"),
    seg(layout.tokens ? fit("TOKENS", layout.tokens, "right") : "", "heading"),
    seg(layout.cost ? fit("COST", layout.cost, "right") : "", "heading"),
    seg(layout.bar ? " " + fit("WHEN", layout.bar) : "", "heading"),
  ];
}

/** One span as a row: guides, sign, name, figures, and when it ran within the whole run. */
export function treeRow(row: TreeRow, trace: Trace, layout: TreeLayout, glyphs: Glyphs, nowMs: number): Line {
  const { span } = row;
  const name: Segment[] = [seg(branchText(row, treeSigns(glyphs)), "border")];
  name.push(seg(row.hasChildren ? `${row.isOpen ? glyphs.open : glyphs.closed} ` : "", "dim"));
  name.push(...signOf(span, trace.run, glyphs, nowMs));
  name.push(...spanName(row, glyphs));
  const used = clipped(name, layout.name);
  return [
    seg(" "),
    ...used,
    seg(" ".repeat(Math.max(0, layout.name - lineWidth(used)))),
    seg(" "),
    seg(
      fit(duration(tookMs(trace.run, span, nowMs)), layout.time, "right"),
      span.endTimeUs ? "text" : "live",
    ),
    figure(tokensOf(span, trace.run), layout.tokens),
    figure(costIn(span, trace.run), layout.cost),
    ...(layout.bar ? [seg(" "), ...bar(span, trace, layout.bar, glyphs, nowMs)] : []),
  ];
}

/** At the right of its column, and never touching the one before. */
function figure(text: string, columns: number): Segment {
  return seg(columns > 0 ? ` ${fit(text, columns - 1, "right")}` : "", "dim");
}

function clipped(parts: readonly Segment[], columns: number): readonly Segment[] {
  const result: Segment[] = [];
  let used = 0;
  for (const part of parts) {
    const room = columns - used;
    if (room <= 0) break;
    const text = cut(part.text, room);
    result.push({ ...part, text });
    used += width(text);
  }
  return result;
}

/** Of the root, the run's own sign while it waits: nothing turns then. */
function signOf(span: Span, { status }: Run, glyphs: Glyphs, nowMs: number): Line {
  return isRoot(span) && (status === "paused" || status === "waiting")
    ? [seg(`${glyphs.status[status]} `, statusTone(status))]
    : [seg(`${spanSign(span, glyphs, nowMs)} `, spanTone(span))];
}

export function spanSign(span: Span, glyphs: Glyphs, nowMs: number): string {
  const status = spanStatus(span);
  return status === "running"
    ? glyphs.spinner[Math.floor(nowMs / SPINNER_MS) % glyphs.spinner.length]!
    : glyphs.status[status];
}

export function spanTone(span: Span): Tone {
  return statusTone(spanStatus(span));
}

/** What the span is, in a few words and its kind's colour. */
export function spanName(
  { span, step, attempts }: Pick<TreeRow, "span" | "step" | "attempts">,
  glyphs: Glyphs,
): readonly Segment[] {
  const tone = kindTone(span.kind);
  if (span.kind === "attempt") return attemptName(span, glyphs);
  if (span.kind === "guardrail") {
    const decision = textAttribute(span, ATTR.approvalDecision);
    return [seg("approval ", tone), seg(decision ?? "waiting", decision === undefined ? "waiting" : "dim")];
  }
  const parts: Segment[] = [
    seg(step === undefined ? "" : `${step} `, "dim"),
    seg(`${span.kind} `, tone),
    seg(clean(spanTitle(span)), "text"),
  ];
  if (attempts.length > 1) {
    const course = attempts.map((it) => clean(attemptOf(it).outcome)).join(glyphs.arrow);
    parts.push(seg(` ${glyphs.times}${attempts.length} `, "warn"), seg(course, "dim"));
  }
  if (span.errorType !== undefined) parts.push(seg(` ${clean(span.errorType)}`, "error"));
  return parts;
}

function attemptName(span: Span, glyphs: Glyphs): readonly Segment[] {
  const { number, state, outcome, waitedMs, askedMs } = attemptOf(span);
  const parts: Segment[] = [seg(`try ${number} `, "attempt"), seg(clean(outcome), ATTEMPT_TONES[state])];
  if (waitedMs !== undefined) parts.push(seg(`  wait ${duration(waitedMs)}`, "warn"));
  if (askedMs !== undefined) parts.push(seg(` ${glyphs.dot} server asked ${duration(askedMs)}`, "dim"));
  return parts;
}

function isRoot(span: Span): boolean {
  return span.kind === "agent" && span.parentSpanId === undefined;
}

/** The root has what the run has used. */
function tokensOf(span: Span, { totals }: Run): string {
  const usage = isRoot(span) && totals.llmCalls > 0 ? totals.usage : span.usage;
  return usage ? compact(totalTokens(usage)) : "";
}

function costIn(span: Span, { totals }: Run): string {
  return isRoot(span) && totals.llmCalls > 0 ? costOf(totals) : costOfCall(span.cost);
}

function bar(span: Span, trace: Trace, columns: number, glyphs: Glyphs, nowMs: number): Line {
  const startUs = trace.run.startTimeUs;
  const endUs = trace.run.endTimeUs ?? Math.max(startUs + 1, nowMs * 1000);
  const whole = Math.max(1, endUs - startUs);
  const share = (timeUs: number) => (timeUs - startUs) / whole;
  const tone = span.status === "error" || span.status === "interrupted" ? "error" : kindTone(span.kind);
  return waterfall(share(span.startTimeUs), share(span.endTimeUs ?? endUs), columns, tone, glyphs);
}
