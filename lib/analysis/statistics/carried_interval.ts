import { type Interval, wilsonInterval } from "./intervals.ts";
import type { ScoreSummary } from "./summarize_scores.ts";

/** Equal numbers may add up to a little more. */
const FLAT = 1e-9;

/**
 * The interval that a claim may rest on: the mean's, unless all cases scored the same. It has no width then, as if a few cases had
 * proved it: Wilson's stands in, over the cases, as no scores from 0 to 1 vary more than passes and failures with their mean. For
 * other scores there is none.
 */
export function carriedInterval(
  { ci95, mean, n }: Pick<ScoreSummary, "ci95" | "mean" | "n">,
): Interval | null {
  if (mean === null || ci95 === null || ci95[1] - ci95[0] > FLAT) return ci95;
  return mean >= 0 && mean <= 1 ? wilsonInterval(mean * n, n) : null;
}
