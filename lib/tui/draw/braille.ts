import type { Glyphs } from "./glyphs.ts";

const BASE = 0x2800;
/** Bit of each dot of a cell: by column, then by row from the top. */
const DOTS: readonly (readonly number[])[] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
const ROWS_PER_CELL = 4;

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
  const heightDots = rows * ROWS_PER_CELL;
  const heights = resample(safe, columns * 2).map((value) =>
    max > 0 && value > 0 ? Math.max(1, Math.round((value / max) * heightDots)) : 0
  );
  return Array.from({ length: rows }, (_, y) => {
    const below = (rows - 1 - y) * ROWS_PER_CELL;
    let text = "";
    for (let x = 0; x < columns; x++) {
      let bits = 0;
      for (let side = 0; side < 2; side++) {
        const filled = Math.min(ROWS_PER_CELL, heights[x * 2 + side]! - below);
        for (let dot = 0; dot < filled; dot++) bits |= DOTS[side]![ROWS_PER_CELL - 1 - dot]!;
      }
      text += bits === 0 ? " " : String.fromCodePoint(BASE + bits);
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
