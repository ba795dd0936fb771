import { type CaseScores, caseScores, type ScoredTry } from "./case_scores.ts";
import { type Interval, meanInterval, wilsonInterval } from "./intervals.ts";
import { passAtK, passHatK } from "./pass_at_k.ts";

/** What one scorer said of all cases. Errors are counted and are in no other figure. */
export interface ScoreSummary {
  readonly scorer: string;
  /** Cases with at least one score. */
  readonly n: number;
  /** The mean of the cases' means; `null` without scores. */
  readonly mean: number | null;
  /** Of the mean, clustered by case; `null` with fewer than two cases. */
  readonly ci95: Interval | null;
  /** Tries. */
  readonly passed: number;
  /** Tries. */
  readonly failed: number;
  /** Tries without a score. */
  readonly errors: number;
  /** Passed of those that passed or failed; `null` without any. */
  readonly passRate: number | null;
  /** Wilson's, where each case has one try; `null` for more, as tries of one case are not independent. */
  readonly passRateCi95: Interval | null;
  /** By k: the chance that at least one of k tries passes. */
  readonly passAt: Readonly<Record<string, number>>;
  /** By k: the chance that all of k tries pass. */
  readonly passHat: Readonly<Record<string, number>>;
}

export interface SummaryOptions {
  /** The k of pass@k and pass^k. @default the most scored tries of a case */
  readonly ks?: readonly number[];
}

/** A summary of each scorer, in the order of their first score. */
export function summarizeScores(
  tries: Iterable<ScoredTry>,
  options: SummaryOptions = {},
): readonly ScoreSummary[] {
  return [...caseScores(tries)].map(([scorer, cases]) => summaryOf(scorer, [...cases.values()], options));
}

function summaryOf(scorer: string, cases: readonly CaseScores[], { ks }: SummaryOptions): ScoreSummary {
  const { mean, ci95, n } = meanInterval(cases.flatMap((it) => it.mean === null ? [] : [it.mean]));
  let [passed, failed, errors] = [0, 0, 0];
  for (const one of cases) {
    passed += one.passed;
    failed += one.failed;
    errors += one.errors;
  }
  const passes = cases.map((it) => ({ repeats: it.passed + it.failed, passed: it.passed }));
  const most = passes.reduce((max, { repeats }) => Math.max(max, repeats), 0);
  const chances = (chance: typeof passAtK) =>
    Object.fromEntries((ks ?? (most > 0 ? [most] : [])).flatMap((k) => {
      const value = chance(passes, k);
      return value === null ? [] : [[String(k), value]];
    }));
  return {
    scorer,
    n,
    mean,
    ci95,
    passed,
    failed,
    errors,
    passRate: passed + failed === 0 ? null : passed / (passed + failed),
    passRateCi95: most === 1 ? wilsonInterval(passed, passed + failed) : null,
    passAt: chances(passAtK),
    passHat: chances(passHatK),
  };
}

/** The share of tries that gave no score, from 0 to 1; 0 without tries. A gate is inconclusive above `ERROR_SHARE_MAX`. */
export function errorShare({ passed, failed, errors, n }: ScoreSummary): number {
  // Scores without a pass mark are counted by their cases.
  const scored = Math.max(passed + failed, n);
  return errors === 0 ? 0 : errors / (scored + errors);
}

/** More than this share of errors carries no claim. */
export const ERROR_SHARE_MAX = 0.05;
