import type { Interval } from "./intervals.ts";
import type { ScoreSummary } from "./summarize_scores.ts";

/**
 * The interval that a claim may rest on: the mean's, but Wilson's for passes and failures of one try each where all cases scored
 * the same. The mean's has no width then, as if a few cases had proved it.
 */
export function carriedInterval(
  { ci95, mean, passRate, passRateCi95 }: Pick<ScoreSummary, "ci95" | "mean" | "passRate" | "passRateCi95">,
): Interval | null {
  const isFlat = ci95 !== null && ci95[0] === ci95[1];
  return isFlat && mean === passRate && passRateCi95 !== null ? passRateCi95 : ci95;
}
