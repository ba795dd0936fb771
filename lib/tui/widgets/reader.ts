import { EMPTY, type Line, seg } from "../draw/line.ts";
import type { Glyphs } from "../draw/glyphs.ts";
import { BORDER, pane, type PaneOptions } from "../draw/pane.ts";
import { clamp, moved } from "../draw/scroll.ts";
import type { Motion } from "./list.ts";

/** The first row in view after a motion in a text of `total` rows; as it was when it is none. */
export function readOn(top: number, { action, count }: Motion, total: number, height: number): number {
  const last = Math.max(0, total - height);
  return moved(action, clamp(top, 0, last), count, height, last + 1) ?? top;
}

/** A text from row `top` on, as far as it goes; says how much is below. */
export function readerPane(
  lines: readonly Line[],
  top: number,
  columns: number,
  rows: number,
  glyphs: Glyphs,
  options: PaneOptions = {},
): readonly Line[] {
  const height = Math.max(1, rows - BORDER);
  const first = clamp(top, 0, Math.max(0, lines.length - height));
  const below = lines.length - first - height;
  return pane(lines.slice(first, first + height), columns, rows, glyphs, {
    foot: below > 0 ? [seg("^d", "key"), seg(` ${below} more`, "dim")] : EMPTY,
    scroll: { top: first, total: lines.length },
    ...options,
  });
}
