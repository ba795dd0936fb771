import { BRAILLE, brailleBit, brailleChar } from "../../present/mod.ts";
import type { Glyphs } from "./glyphs.ts";

/**
 * The course of `values` as a filled line from 0 to the largest, `columns` × `rows`; top row first. Braille has two points per
 * column and four per row; without it columns are filled with `#`.
 */
export function brailleChart(
  values: readonly number[],
  columns: number,
  rows: number,
  glyphs: Glyphs,
): readonly string[] {
  if (columns < 1 || rows < 1) return [];
  const safe = values.map((value) => (Number.isFinite(value) && value > 0 ? value : 0));
  const max = Math.max(0, ...safe);
  if (!glyphs.hasBraille) return plainChart(resample(safe, columns), max, rows, glyphs);
  const heightDots = rows * BRAILLE.down;
  const heights = resample(safe, columns * 2).map((value) =>
    max > 0 && value > 0 ? Math.max(1, Math.round((value / max) * heightDots)) : 0
  );
  return Array.from({ length: rows }, (_, y) => {
    const below = (rows - 1 - y) * BRAILLE.down;
    let text = "";
    for (let x = 0; x < columns; x++) {
      let bits = 0;
      for (let side = 0; side < 2; side++) {
        const filled = Math.min(BRAILLE.down, heights[x * 2 + side]! - below);
        for (let dot = 0; dot < filled; dot++) bits |= brailleBit(side, BRAILLE.down - 1 - dot);
      }
      text += brailleChar(bits);
    }
    return text;
  });
}

function plainChart(
  heights: readonly number[],
  max: number,
  rows: number,
  glyphs: Glyphs,
): readonly string[] {
  return Array.from(
    { length: rows },
    (_, y) =>
      heights.map((value) =>
        max > 0 && value > 0 && Math.max(1, Math.round((value / max) * rows)) >= rows - y
          ? glyphs.barFull
          : " "
      ).join(""),
  );
}

/** `count` points: each value as wide as its share; where there are more values than points, the largest of each stretch. */
function resample(values: readonly number[], count: number): readonly number[] {
  if (values.length === 0) return Array.from({ length: count }, () => 0);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * values.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * values.length) / count));
    return Math.max(...values.slice(from, values.length > count ? to : from + 1));
  });
}
