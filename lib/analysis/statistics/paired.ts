import { type Interval, intervalAround, Z_95 } from "./intervals.ts";
import { spreadOf } from "./spread.ts";

/** Of a standard normal distribution: 80 % lie below. */
const Z_POWER_80 = 0.8416212335729143;

/** How much higher the second of two series is. */
export interface PairedDifference {
  /** The mean of b − a; `null` without pairs. */
  readonly difference: number | null;
  /** `null` with fewer than two pairs. */
  readonly ci95: Interval | null;
  readonly n: number;
}

/** The mean of b − a over pairs of case means, and its interval D ± t(0.975, n − 1) · sd / √n. Pairs have the same place. */
export function pairedDifference(a: readonly number[], b: readonly number[]): PairedDifference {
  const spread = spreadOf(differencesOf(a, b));
  return {
    difference: spread.n === 0 ? null : spread.mean,
    ci95: intervalAround(spread),
    n: spread.n,
  };
}

/** b − a, pair by pair. */
export function differencesOf(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length !== b.length) {
    throw new RangeError(`Cannot compare in pairs: there are ${a.length} and ${b.length} values`);
  }
  return b.map((value, index) => value - a[index]!);
}

/** d_z: the mean difference in standard deviations of the differences; `null` where these do not vary. */
export function effectSize(differences: readonly number[]): number | null {
  const { mean, sd } = spreadOf(differences);
  return sd === 0 ? null : mean / sd;
}

/**
 * How many more cases would show a difference of this size four times in five (80 % power, α = 0.05):
 * ((1.96 + 0.84) · sd / |D|)², rounded up, less the cases there are. 0 when there are enough; `null` where nothing can be said:
 * fewer than two cases, or no difference at all.
 */
export function moreCasesNeeded(differences: readonly number[]): number | null {
  const { n, mean, sd } = spreadOf(differences);
  if (n < 2 || mean === 0) return null;
  return Math.max(0, Math.ceil(((Z_95 + Z_POWER_80) * sd / Math.abs(mean)) ** 2) - n);
}
