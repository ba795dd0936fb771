import type { Glyphs } from "./glyphs.ts";
import { joined, type Line, seg } from "./line.ts";
import type { Tone } from "./theme.ts";

/** A bar `columns` wide of which `share` (0…1) is filled, to an eighth of a column. Something always shows. */
export function shareBar(share: number, columns: number, tone: Tone, glyphs: Glyphs): Line {
  const safe = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
  const parts = glyphs.eighths.length;
  const units = safe > 0 ? Math.max(1, Math.round(safe * columns * parts)) : 0;
  const whole = Math.min(columns, Math.floor(units / parts));
  const rest = whole < columns ? units % parts : 0;
  const bar = glyphs.barFull.repeat(whole) + (rest > 0 ? glyphs.eighths[rest - 1]! : "");
  return [seg(bar, tone), seg(" ".repeat(Math.max(0, columns - whole - (rest > 0 ? 1 : 0))), "track")];
}

/** A stretch of a lane, as shares 0…1 of its whole. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly tone: Tone;
  readonly glyph: string;
}

/** Stretches on one axis, `columns` wide; later ones lie over earlier ones, and each takes at least one column. */
export function lane(stretches: readonly Stretch[], columns: number, glyphs: Glyphs): Line {
  const cells = Array.from({ length: columns }, () => seg(glyphs.barTrack, "track"));
  for (const { from, to, tone, glyph } of stretches) {
    const start = Math.min(columns - 1, Math.max(0, Math.floor(from * columns)));
    const end = Math.min(columns, Math.max(start + 1, Math.round(to * columns)));
    for (let x = start; x < end; x++) cells[x] = seg(glyph, tone);
  }
  return joined(cells);
}
