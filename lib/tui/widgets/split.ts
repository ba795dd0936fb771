import { clamp } from "../draw/scroll.ts";

/** How much more of the room the first of two panes has than it comes with, in percent. */
export type Split = number;

const STEP_PERCENT = 4;
const PERCENT_MAX = 45;
/** What each of the two keeps. */
const COLUMNS_MIN = 24;
const ROWS_MIN = 5;

/** After a key that makes the first pane bigger or smaller. */
export function stepped(split: Split, step: 1 | -1, count = 1): Split {
  return clamp(split + step * STEP_PERCENT * count, -PERCENT_MAX, PERCENT_MAX);
}

/** How much of `room` the first pane has; `natural`: where nobody changed it. */
export function firstOf(room: number, natural: number, split: Split, side: "columns" | "rows"): number {
  if (split === 0) return natural;
  const min = Math.min(side === "columns" ? COLUMNS_MIN : ROWS_MIN, Math.floor(room / 2));
  return clamp(natural + Math.round((room * split) / 100), min, room - min);
}

/** With the border of the first pane after `wanted` of the room. */
export function splitAt(room: number, natural: number, wanted: number): Split {
  return clamp(((wanted - natural) * 100) / Math.max(1, room), -PERCENT_MAX, PERCENT_MAX);
}

/** What was kept of it; it comes from a file and may be anything. */
export function readSplit(saved: unknown): Split {
  return typeof saved === "number" && Number.isFinite(saved) ? clamp(saved, -PERCENT_MAX, PERCENT_MAX) : 0;
}
