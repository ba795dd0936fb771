import { spreadOf } from "./spread.ts";
import { tQuantile } from "./t_quantile.ts";

/** Lower and upper end. */
export type Interval = readonly [low: number, high: number];

/** Of a standard normal distribution: 95 % lie between −z and z. */
export const Z_95 = 1.959963984540054;
const SHARE_95 = 0.975;

/** A mean with its 95 % interval. */
export interface MeanInterval {
  /** `null` without values. */
  readonly mean: number | null;
  /** `null` with fewer than two values. */
  readonly ci95: Interval | null;
  readonly n: number;
}

/**
 * The mean of the cases' means and its 95 % interval, mean ± t(0.975, n − 1) · sd / √n, cut to [0, 1] where all
 * lie in it, as ratings need not. Cases weigh the same, and repeats of one case count as one observation: errors are clustered by case (Miller 2024).
 */
export function meanInterval(caseMeans: readonly number[]): MeanInterval {
  const { n, mean, sd } = spreadOf(caseMeans);
  const around = intervalAround({ n, mean, sd });
  const isShare = caseMeans.every((it) => it >= 0 && it <= 1);
  return {
    mean: n === 0 ? null : mean,
    ci95: around && isShare ? [Math.max(0, around[0]), Math.min(1, around[1])] : around,
    n,
  };
}

/** mean ± t(0.975, n − 1) · sd / √n; `null` with fewer than two values. */
export function intervalAround(
  { n, mean, sd }: { readonly n: number; readonly mean: number; readonly sd: number },
): Interval | null {
  if (n < 2) return null;
  const half = sd === 0 ? 0 : tQuantile(SHARE_95, n - 1) * sd / Math.sqrt(n);
  return [mean - half, mean + half];
}

/** The 95 % interval of a share, `passed` of `n`, by Wilson (1927); `null` when `n` is 0. */
export function wilsonInterval(passed: number, n: number): Interval | null {
  if (n === 0) return null;
  const share = passed / n;
  const z2 = Z_95 ** 2;
  const middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = Z_95 / (1 + z2 / n) * Math.sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  return [passed === 0 ? 0 : Math.max(0, middle - half), passed === n ? 1 : Math.min(1, middle + half)];
}
