import { type CaseScores, caseScores, type ScoredTry } from "./case_scores.ts";
import { holm } from "./holm.ts";
import type { Interval } from "./intervals.ts";
import { mcNemarExact } from "./mcnemar.ts";
import { differencesOf, effectSize, moreCasesNeeded, pairedDifference } from "./paired.ts";
import { permutationTest } from "./permutation_test.ts";
import { spreadOf } from "./spread.ts";

const ALPHA = 0.05;
/** With fewer cases that differ no test of signs can reach 0.05: 2 / 2⁶ is the first below it. */
const DIFFERING_MIN = 6;

/** What a comparison may claim of the right side. */
export type ComparisonVerdict = "better" | "worse" | "no difference shown";

/** A case that both sides have. */
export interface ComparedCase {
  readonly caseId: string;
  /** Mean of its scores. */
  readonly left: number;
  /** Mean of its scores. */
  readonly right: number;
}

/** What one scorer says of two experiments over the cases that both have a score of. */
export interface ScoreComparison {
  readonly scorer: string;
  readonly pairs: number;
  /** Mean over the pairs; `null` without any. */
  readonly left: number | null;
  readonly right: number | null;
  /** right − left. */
  readonly difference: number | null;
  readonly ci95: Interval | null;
  /** Two-sided; `null` without pairs. */
  readonly pValue: number | null;
  /** Corrected for the number of scorers. */
  readonly pHolm: number | null;
  /** `mcnemar` for pass or fail with one try each. */
  readonly test: "permutation" | "mcnemar";
  /** d_z; `null` where differences do not vary. */
  readonly effectSize: number | null;
  /** Of pass or fail: cases only the right side passed to those only the left one did; `null` elsewhere, and for x to 0. */
  readonly odds: number | null;
  readonly verdict: ComparisonVerdict;
  /** Until a difference of this size would be shown; `null` when one is shown, or there is none at all. */
  readonly moreCasesNeeded: number | null;
  /** Tries without a score. */
  readonly errors: { readonly left: number; readonly right: number };
  /** Cases whose mean differs: the most changed first. */
  readonly changed: readonly ComparedCase[];
}

export interface CompareOptions {
  /** Of the permutation test's draws. @default 1 */
  readonly seed?: number;
}

/**
 * Compares case by case what two experiments scored, for each scorer that both have. A side is said to be better when the interval
 * of the difference lies on one side of 0 and its p-value, after Holm, is at most 0.05.
 */
export function compareScores(
  left: Iterable<ScoredTry>,
  right: Iterable<ScoredTry>,
  options: CompareOptions = {},
): readonly ScoreComparison[] {
  const [before, after] = [caseScores(left), caseScores(right)];
  const rows = [...before].flatMap(([scorer, cases]) => {
    const others = after.get(scorer);
    return others ? [compared(scorer, cases, others, options)] : [];
  });
  const tested = rows.filter((row) => row.pValue !== null);
  const corrected = holm(tested.map((row) => row.pValue!));
  const pHolmOf = new Map(tested.map((row, index) => [row.scorer, corrected[index]!]));
  return rows.map(({ differences, ...row }) => {
    const pHolm = pHolmOf.get(row.scorer) ?? null;
    const verdict = verdictOf(row.ci95, pHolm);
    return {
      ...row,
      pHolm,
      verdict,
      moreCasesNeeded: verdict === "no difference shown" ? casesUntilShown(differences) : null,
    };
  });
}

type Row = Omit<ScoreComparison, "pHolm" | "verdict" | "moreCasesNeeded"> & {
  readonly differences: readonly number[];
};

function compared(
  scorer: string,
  left: ReadonlyMap<string, CaseScores>,
  right: ReadonlyMap<string, CaseScores>,
  { seed }: CompareOptions,
): Row {
  const pairs: (readonly [CaseScores, CaseScores])[] = [];
  for (const [caseId, one] of left) {
    const other = right.get(caseId);
    if (other && one.mean !== null && other.mean !== null) pairs.push([one, other]);
  }
  const cases = pairs.map(([one, other]) => ({ caseId: one.caseId, left: one.mean!, right: other.mean! }));
  const [before, after] = [cases.map((it) => it.left), cases.map((it) => it.right)];
  const differences = differencesOf(before, after);
  const isMcNemar = pairs.length > 0 &&
    pairs.every((pair) => pair.every((it) => it.scored === 1 && it.isPassFail));
  const [wins, losses] = [
    differences.filter((it) => it > 0).length,
    differences.filter((it) => it < 0).length,
  ];
  const { difference, ci95 } = pairedDifference(before, after);
  return {
    scorer,
    pairs: pairs.length,
    left: pairs.length === 0 ? null : spreadOf(before).mean,
    right: pairs.length === 0 ? null : spreadOf(after).mean,
    difference,
    ci95,
    pValue: pairs.length === 0
      ? null
      : isMcNemar
      ? mcNemarExact(wins, losses)
      : permutationTest(differences, seed),
    test: isMcNemar ? "mcnemar" : "permutation",
    effectSize: effectSize(differences),
    odds: isMcNemar && losses > 0 ? wins / losses : null,
    errors: { left: errorsOf(left), right: errorsOf(right) },
    changed: cases.filter((it) => it.left !== it.right)
      .sort((a, b) => Math.abs(b.right - b.left) - Math.abs(a.right - a.left)),
    differences,
  };
}

function errorsOf(cases: ReadonlyMap<string, CaseScores>): number {
  let errors = 0;
  for (const one of cases.values()) errors += one.errors;
  return errors;
}

function verdictOf(ci95: Interval | null, pHolm: number | null): ComparisonVerdict {
  if (ci95 === null || pHolm === null || pHolm > ALPHA) return "no difference shown";
  return ci95[0] > 0 ? "better" : ci95[1] < 0 ? "worse" : "no difference shown";
}

/** At least one: what is there has shown nothing. */
function casesUntilShown(differences: readonly number[]): number | null {
  const more = moreCasesNeeded(differences);
  return more === null ? null : Math.max(1, more, DIFFERING_MIN - differences.length);
}
