import type { Glyphs } from "./glyphs.ts";
import { type Line, seg, type Segment } from "./line.ts";
import type { Tone } from "./theme.ts";

/** One column per value, scaled from 0 to the largest. */
export function sparkline(values: readonly number[], glyphs: Glyphs): string {
  const max = Math.max(0, ...values);
  const top = glyphs.spark.length - 1;
  return values.map((value) =>
    glyphs.spark[max > 0 && value > 0 ? Math.max(1, Math.round((value / max) * top)) : 0]
  ).join("");
}

/** When something happened within a longer time, as a bar `columns` wide. `from` and `to` are shares in 0…1. */
export function waterfall(from: number, to: number, columns: number, tone: Tone, glyphs: Glyphs): Line {
  const clamp = (share: number) => Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0));
  const start = Math.min(columns - 1, Math.floor(clamp(from) * columns));
  const end = Math.max(start, Math.min(columns, Math.round(clamp(to) * columns)));
  const parts: Segment[] = [];
  if (start > 0) parts.push(seg(glyphs.barTrack.repeat(start), "track"));
  const wide = (clamp(to) - clamp(from)) * columns;
  parts.push(seg(end - start <= 1 ? partOfColumn(wide, glyphs) : glyphs.barFull.repeat(end - start), tone));
  const rest = columns - start - Math.max(1, end - start);
  if (rest > 0) parts.push(seg(glyphs.barTrack.repeat(rest), "track"));
  return parts;
}

/** What took less than a column shows how much less, as far as there are signs for that. */
function partOfColumn(wide: number, { eighths, barThin }: Glyphs): string {
  if (eighths.length < 8) return wide < 0.5 ? barThin : eighths.at(-1)!;
  return eighths[Math.min(7, Math.max(0, Math.ceil(wide * 8) - 1))]!;
}

/** How much of a limit is used. */
export function gauge(share: number, columns: number, glyphs: Glyphs): Line {
  const filled = Math.min(columns, Math.max(0, Math.round(share * columns)));
  const tone: Tone = share >= 1 ? "error" : share >= 0.8 ? "warn" : "ok";
  return [
    seg(glyphs.barFull.repeat(filled), tone),
    seg(glyphs.barTrack.repeat(columns - filled), "track"),
  ];
}
