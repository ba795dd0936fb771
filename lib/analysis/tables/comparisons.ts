import type { ExperimentComparison } from "../experiments/comparison.ts";
import { type ColumnsFor, integer, number, orNull, text } from "./column.ts";

// Two variants of experiments compared, as flat rows.

export const COMPARISON_COLUMNS: ColumnsFor<ComparisonRow> = {
  scorer: text("what judged both"),
  pairs: integer("cases that both have a score of", "cases"),
  left: orNull(number("mean of the left side over the pairs", "score")),
  right: orNull(number("mean of the right side over the pairs", "score")),
  difference: orNull(number("right − left", "score")),
  low: orNull(number("lower end of the difference's 95 % interval", "score")),
  high: orNull(number("upper end of the difference's 95 % interval", "score")),
  pValue: orNull(number("two-sided", "probability")),
  pHolm: orNull(number("corrected for the number of scorers", "probability")),
  test: text("permutation, or mcnemar for pass or fail with one try each"),
  effectSize: orNull(number("d_z; null where differences do not vary", "standard deviations")),
  verdict: text("better, worse or no difference shown: what may be claimed of the right side"),
  moreCasesNeeded: orNull(integer("about so many more until a difference of this size would show", "cases")),
  leftErrors: integer("tries of the left side without a score", "tries"),
  rightErrors: integer("tries of the right side without a score", "tries"),
};

/** What one scorer says of two sides, over the cases that both have. */
export type ComparisonRow = {
  /** What judged both. */
  readonly scorer: string;
  /** Cases that both have a score of. */
  readonly pairs: number;
  /** Mean of the left side over the pairs. */
  readonly left: number | null;
  /** Mean of the right side over the pairs. */
  readonly right: number | null;
  /** right − left. */
  readonly difference: number | null;
  /** Lower end of the difference's 95 % interval. */
  readonly low: number | null;
  /** Upper end of the difference's 95 % interval. */
  readonly high: number | null;
  /** Two-sided. */
  readonly pValue: number | null;
  /** Corrected for the number of scorers. */
  readonly pHolm: number | null;
  /** permutation, or mcnemar for pass or fail with one try each. */
  readonly test: string;
  /** d_z; null where differences do not vary. */
  readonly effectSize: number | null;
  /** better, worse or no difference shown: what may be claimed of the right side. */
  readonly verdict: string;
  /** About so many more cases until a difference of this size would show; null when one is shown, or there is none. */
  readonly moreCasesNeeded: number | null;
  /** Tries of the left side without a score. */
  readonly leftErrors: number;
  /** Tries of the right side without a score. */
  readonly rightErrors: number;
};

/** A row for each scorer that both sides have. */
export function comparisonRows({ scorers }: ExperimentComparison): readonly ComparisonRow[] {
  return scorers.map((it): ComparisonRow => ({
    scorer: it.scorer,
    pairs: it.pairs,
    left: it.left,
    right: it.right,
    difference: it.difference,
    low: it.ci95?.[0] ?? null,
    high: it.ci95?.[1] ?? null,
    pValue: it.pValue,
    pHolm: it.pHolm,
    test: it.test,
    effectSize: it.effectSize,
    verdict: it.verdict,
    moreCasesNeeded: it.moreCasesNeeded,
    leftErrors: it.errors.left,
    rightErrors: it.errors.right,
  }));
}

export const CHANGED_CASE_COLUMNS: ColumnsFor<ChangedCaseRow> = {
  scorer: text("what judged both"),
  caseId: text("the case"),
  left: number("mean of its scores on the left side", "score"),
  right: number("mean of its scores on the right side", "score"),
  change: number("right − left", "score"),
  leftRunId: orNull(text("its first run on the left side")),
  rightRunId: orNull(text("its first run on the right side")),
};

/** A case whose score differs between two sides. */
export type ChangedCaseRow = {
  /** What judged both. */
  readonly scorer: string;
  /** The case. */
  readonly caseId: string;
  /** Mean of its scores on the left side. */
  readonly left: number;
  /** Mean of its scores on the right side. */
  readonly right: number;
  /** right − left. */
  readonly change: number;
  /** Its first run on the left side. */
  readonly leftRunId: string | null;
  /** Its first run on the right side. */
  readonly rightRunId: string | null;
};

/** By scorer, the most changed first. */
export function changedCaseRows({ scorers }: ExperimentComparison): readonly ChangedCaseRow[] {
  return scorers.flatMap(({ scorer, changed }) =>
    changed.map(({ caseId, left, right, leftRunId, rightRunId }): ChangedCaseRow => ({
      scorer,
      caseId,
      left,
      right,
      change: right - left,
      leftRunId,
      rightRunId,
    }))
  );
}
