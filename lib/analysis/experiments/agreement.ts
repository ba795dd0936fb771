import type { CaseResult, ResultScore } from "../../core/mod.ts";
import { cohenKappa, type Kappa } from "../statistics/cohen_kappa.ts";
import { type Interval, wilsonInterval } from "../statistics/intervals.ts";

/** With fewer items an agreement is shown, and said to carry nothing: the error of κ is an approximation for many. */
export const AGREEMENT_MIN = 20;

/** A standard error this small is none: one of them hardly ever said anything else, which the formula takes for certainty. */
const ERROR_MIN = 1e-6;

/** What is preferred of two answers to one question. */
export type Preference = "left" | "right" | "tie";

/** What a person said of two runs, each with the scores it has. */
export interface ReviewedPair {
  readonly caseId: string;
  readonly preference: Preference;
  readonly left: CaseResult;
  readonly right: CaseResult;
}

/** How far a person and a scorer, such as a judge, agree beyond chance. */
export interface Agreement extends Kappa {
  /** The name of what the person said: `review`, or that of a score by hand. */
  readonly human: string;
  readonly scorer: string;
  /** Whether there are 20 items or more. */
  readonly isEnough: boolean;
}

/** What a person preferred over all pairs. */
export interface ReviewSummary {
  /** Pairs that were reviewed. */
  readonly n: number;
  readonly leftWins: number;
  readonly rightWins: number;
  readonly ties: number;
  /** The share of the decided pairs in which the right one won; `null` without any. */
  readonly rightShare: number | null;
  /** Wilson's, of that share. */
  readonly ci95: Interval | null;
  /** With the preference that each scorer's values amount to; equal values are a tie. */
  readonly agreement: readonly Agreement[];
}

/** Sums up a review. */
export function summarizeReview(pairs: readonly ReviewedPair[]): ReviewSummary {
  const count = (wanted: Preference) => pairs.filter(({ preference }) => preference === wanted).length;
  const [leftWins, rightWins, ties] = [count("left"), count("right"), count("tie")];
  const decided = leftWins + rightWins;
  return {
    n: pairs.length,
    leftWins,
    rightWins,
    ties,
    rightShare: decided === 0 ? null : rightWins / decided,
    ci95: wilsonInterval(rightWins, decided),
    agreement: agreements(pairs.flatMap(({ preference, left, right }) =>
      left.scores.flatMap((score) => {
        const other = right.scores.find((it) => it.scorer === score.scorer);
        if (score.value === undefined || other?.value === undefined) return [];
        const scored = score.value === other.value ? "tie" : score.value > other.value ? "left" : "right";
        return [{ human: "review", scorer: score.scorer, said: preference, scored }];
      })
    )),
  };
}

/** What a person said of one run: whether it is good. */
export interface HandVerdict {
  readonly runId: string;
  /** The name of the score. */
  readonly name: string;
  readonly passed: boolean;
}

/** How far a person's verdicts and those of each scorer agree, over the results that have both. */
export function verdictAgreement(
  results: readonly CaseResult[],
  verdicts: readonly HandVerdict[],
): readonly Agreement[] {
  const ofRun = Map.groupBy(verdicts, (it) => it.runId);
  const word = (passed: boolean) => passed ? "pass" : "fail";
  return agreements(
    results.flatMap(({ runId, scores }) =>
      (ofRun.get(runId) ?? []).flatMap(({ name, passed }) =>
        scores.filter((it): it is ResultScore & { readonly passed: boolean } => it.passed !== undefined)
          .map((it) => ({ human: name, scorer: it.scorer, said: word(passed), scored: word(it.passed) }))
      )
    ),
  );
}

interface LabelledItem {
  readonly human: string;
  readonly scorer: string;
  readonly said: string;
  readonly scored: string;
}

function agreements(items: readonly LabelledItem[]): readonly Agreement[] {
  const groups = Map.groupBy(items, ({ human, scorer }) => JSON.stringify([human, scorer]));
  return [...groups.values()].map((group): Agreement => {
    const found = cohenKappa(group.map((it) => it.said), group.map((it) => it.scored));
    return {
      human: group[0]!.human,
      scorer: group[0]!.scorer,
      ...found,
      ci95: found.standardError !== null && found.standardError < ERROR_MIN ? null : found.ci95,
      isEnough: group.length >= AGREEMENT_MIN,
    };
  });
}
