/** How values lie: their number, mean and standard deviation (n − 1). */
export interface Spread {
  readonly n: number;
  /** 0 without values. */
  readonly mean: number;
  /** 0 with fewer than two values, and for values that differ by rounding alone. */
  readonly sd: number;
}

/** Values of the size of 1 that are nearer than this are equal: their difference is rounding. */
const ROUNDING = 1e-12;

export function spreadOf(values: readonly number[]): Spread {
  const n = values.length;
  if (n === 0) return { n, mean: 0, sd: 0 };
  let [sum, least, most] = [0, Infinity, -Infinity];
  for (const value of values) {
    sum += value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least === most) return { n, mean: least, sd: 0 };
  const mean = sum / n;
  if (most - least <= ROUNDING * Math.max(1, Math.abs(most), Math.abs(least))) return { n, mean, sd: 0 };
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { n, mean, sd: Math.sqrt(squares / (n - 1)) };
}
