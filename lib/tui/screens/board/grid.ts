import { clamp } from "../../draw/scroll.ts";

/** Most runs side by side; more are on further pages. */
export const CARDS_MAX = 12;
/** A card that still says something: its border, and what fits on three rows. */
const CARD_COLUMNS_MIN = 26;
const CARD_ROWS_MIN = 5;
/** Columns to a row of a card in which text reads well. */
const SHAPE = 5;
/** What an empty place in the grid weighs against a bad shape. */
const EMPTY_WEIGHT = 0.12;

/** How many cards stand across and down. */
export interface Grid {
  readonly across: number;
  readonly down: number;
}

/** The grid for so many runs: all of them where they fit, in cards of the best shape. */
export function gridFor(count: number, columns: number, rows: number): Grid {
  const acrossMax = Math.max(1, Math.floor(columns / CARD_COLUMNS_MIN));
  const downMax = Math.max(1, Math.floor(rows / CARD_ROWS_MIN));
  const wanted = clamp(Math.min(count, CARDS_MAX), 1, acrossMax * downMax);
  let best: Grid = { across: acrossMax, down: downMax };
  let least = Infinity;
  for (let across = 1; across <= Math.min(acrossMax, wanted); across++) {
    const down = Math.ceil(wanted / across);
    if (down > downMax) continue;
    const shape = Math.abs(Math.log(columns / across / (SHAPE * rows / down)));
    const cost = shape + EMPTY_WEIGHT * (across * down - wanted);
    if (cost < least) [best, least] = [{ across, down }, cost];
  }
  return best;
}

/** Where part `index` of `parts` begins when `total` is shared out, and how much it gets. */
export function share(
  total: number,
  parts: number,
  index: number,
): { readonly at: number; readonly size: number } {
  const at = Math.floor((total * index) / parts);
  return { at, size: Math.floor((total * (index + 1)) / parts) - at };
}
