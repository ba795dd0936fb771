import { cut, slice, width } from "../terminal/text.ts";
import type { Ground, Theme, Tone } from "./theme.ts";

/** A stretch of one tone. `text` is already clean: no control characters. */
export interface Segment {
  readonly text: string;
  readonly tone: Tone;
  readonly ground?: Ground;
}

/** One row of a pane. */
export type Line = readonly Segment[];

export const EMPTY: Line = [];

export function seg(text: string, tone: Tone = "text"): Segment {
  return { text, tone };
}

export function line(text: string, tone: Tone = "text"): Line {
  return text === "" ? EMPTY : [seg(text, tone)];
}

export function lineWidth(row: Line): number {
  let total = 0;
  for (const segment of row) total += width(segment.text);
  return total;
}

/** Exactly `columns` wide: cut with `…`, or padded. */
export function fitLine(row: Line, columns: number): Line {
  let used = 0;
  for (let index = 0; index < row.length; index++) {
    const segment = row[index]!;
    const wide = width(segment.text);
    if (used + wide > columns) {
      const short = cut(segment.text, columns - used);
      const padding = " ".repeat(Math.max(0, columns - used - width(short)));
      return [...row.slice(0, index), { ...segment, text: short + padding }];
    }
    used += wide;
  }
  return used === columns ? row : [...row, seg(" ".repeat(columns - used))];
}

/** `left` and `right` at the two ends of `columns`; `left` gives way. */
export function spread(left: Line, right: Line, columns: number): Line {
  const rightWidth = lineWidth(right);
  if (rightWidth >= columns) return fitLine(left, columns);
  return [...fitLine(left, columns - rightWidth), ...right];
}

/** The parts that fit into `columns`, in order, `gap` apart. */
export function fitParts(parts: readonly Line[], gap: number, columns: number): Line {
  const row: Segment[] = [];
  let used = 0;
  for (const part of parts) {
    const wide = lineWidth(part);
    if (wide === 0) continue;
    const before = row.length > 0 ? gap : 0;
    if (used + before + wide > columns) break;
    if (before > 0) row.push(seg(" ".repeat(before)));
    row.push(...part);
    used += before + wide;
  }
  return row;
}

/** The part from column `start` on, `columns` wide. */
export function sliceLine(row: Line, start: number, columns: number): Line {
  const parts: Segment[] = [];
  let at = 0;
  for (const segment of row) {
    const wide = width(segment.text);
    const from = Math.max(0, start - at);
    const to = Math.min(wide, start + columns - at);
    if (from < to) {
      parts.push({
        ...segment,
        text: from === 0 && to === wide ? segment.text : slice(segment.text, from, to - from),
      });
    }
    at += wide;
  }
  return fitLine(parts, columns);
}

/** Cells as a row: neighbours of one tone become one segment. */
export function joined(cells: readonly Segment[]): Line {
  const row: Segment[] = [];
  for (const cell of cells) {
    const last = row.at(-1);
    if (last && last.tone === cell.tone) row[row.length - 1] = { ...last, text: last.text + cell.text };
    else row.push(cell);
  }
  return row;
}

/** Puts `ground` behind the whole row; what was found in it still stands out. */
export function onGround(row: Line, ground: Ground): Line {
  return row.map((segment) =>
    segment.ground === "found" || segment.ground === "current" ? segment : { ...segment, ground }
  );
}

/** `over` drawn on top of `base` from column `x` on. */
export function overlay(base: Line, over: Line, x: number, columns: number): Line {
  const wide = lineWidth(over);
  return [...sliceLine(base, 0, x), ...over, ...sliceLine(base, x + wide, Math.max(0, columns - x - wide))];
}

const rendered = new WeakMap<Theme, WeakMap<Line, string>>();

/** The row with its colours. Rows are immutable, so each is rendered once per theme. */
export function renderLine(row: Line, theme: Theme): string {
  let cache = rendered.get(theme);
  if (!cache) rendered.set(theme, cache = new WeakMap());
  const known = cache.get(row);
  if (known !== undefined) return known;
  let text = "";
  let active = "";
  for (const segment of row) {
    if (segment.text === "") continue;
    const tone = theme.tones[segment.tone];
    // A chip brings its own ground.
    const ground = segment.tone === "chip" ? "" : theme.grounds[segment.ground ?? "none"];
    const style = ground === "" ? tone : tone === "" ? ground : `${tone};${ground}`;
    if (style !== active) {
      text += style === "" ? "\x1b[0m" : active === "" ? `\x1b[${style}m` : `\x1b[0;${style}m`;
      active = style;
    }
    text += segment.text;
  }
  if (active !== "") text += "\x1b[0m";
  cache.set(row, text);
  return text;
}
