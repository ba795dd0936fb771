import type { Glyphs } from "./glyphs.ts";
import { joined, type Line, seg, type Segment } from "./line.ts";
import type { Tone } from "./theme.ts";

/** The axis: what lies at its two ends. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A mean in its interval on a lane `columns` wide: a bar from `base` to the mean, whiskers at the ends of the interval. */
export function intervalLane(
  { mean, ci95 }: { readonly mean: number | null; readonly ci95: readonly [number, number] | null },
  { from, to }: Range,
  base: number,
  columns: number,
  tone: Tone,
  glyphs: Glyphs,
): Line {
  const cells: Segment[] = Array.from({ length: columns }, () => seg(glyphs.barTrack, "track"));
  if (mean === null || columns === 0) return joined(cells);
  const at = (value: number) => {
    const share = to > from ? (value - from) / (to - from) : 0;
    return Math.min(columns - 1, Math.max(0, Math.round(Math.min(1, Math.max(0, share)) * (columns - 1))));
  };
  const [start, end] = [at(base), at(mean)].sort((a, b) => a - b) as [number, number];
  for (let x = start; x <= end; x++) cells[x] = seg(glyphs.barFull, tone);
  if (ci95) {
    const [low, high] = [at(ci95[0]), at(ci95[1])];
    for (let x = low; x <= high; x++) cells[x] = seg(glyphs.interval.line, tone);
    cells[low] = seg(glyphs.interval.low, tone);
    cells[high] = seg(glyphs.interval.high, tone);
  }
  cells[at(mean)] = seg(glyphs.interval.mean, "strong");
  return joined(cells);
}
