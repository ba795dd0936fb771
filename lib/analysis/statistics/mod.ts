/**
 * What scores can carry: means with intervals, pass rates, paired comparisons, tests and agreement. Pure, and the only definition
 * of each. Sources: Miller 2024, "Adding Error Bars to Evals"; Chen et al. 2021 (pass@k); Wilson 1927; McNemar 1947; Holm 1979;
 * Fleiss, Cohen and Everitt 1969 (the error of κ). Loaded by whoever needs it.
 *
 * @module
 */
export { carriedInterval } from "./carried_interval.ts";
export { type CaseScores, caseScores, type ScoredTry } from "./case_scores.ts";
export { cohenKappa, type Kappa, type KappaOptions } from "./cohen_kappa.ts";
export {
  type ComparedCase,
  type CompareOptions,
  compareScores,
  type ComparisonVerdict,
  type ScoreComparison,
} from "./compare_scores.ts";
export { holm } from "./holm.ts";
export { type Interval, type MeanInterval, meanInterval, wilsonInterval } from "./intervals.ts";
export { mcNemarExact } from "./mcnemar.ts";
export { type CasePasses, passAtK, passHatK } from "./pass_at_k.ts";
export { effectSize, moreCasesNeeded, type PairedDifference, pairedDifference } from "./paired.ts";
export { permutationTest } from "./permutation_test.ts";
export {
  ERROR_SHARE_MAX,
  errorShare,
  type ScoreSummary,
  summarizeScores,
  type SummaryOptions,
} from "./summarize_scores.ts";
export { tQuantile } from "./t_quantile.ts";
