import type { Preference } from "../analysis/mod.ts";
import { type Evaluation, hashText, type Host, type Run } from "../core/mod.ts";
import { handEvaluations } from "./score_by_hand.ts";

/** What scores of a side-by-side review are called. */
export const REVIEW_NAME = "review";
/** The largest seed. */
export const SEED_MAX = 2 ** 31 - 1;

const WORDS = { 1: "better", 0.5: "tie", 0: "worse" } as const;

/** Which of two answers is shown as A; equal seeds and cases give the same. */
export function drawnOrder(seed: number, caseId: string): "left" | "right" {
  return hashText(caseId, seed) % 2 === 0 ? "left" : "right";
}

export interface GivenPreference {
  readonly left: Pick<Run, "runId" | "traceId">;
  readonly right: Pick<Run, "runId" | "traceId">;
  readonly preference: Preference;
  /** Which was shown as A. */
  readonly first: "left" | "right";
  readonly seed: number;
  /** Why. */
  readonly comment?: string;
}

/** What a review says of both runs, to be kept at once. Throws `AgentOpError` when the comment is too long. */
export function reviewScores(host: Host, given: GivenPreference): readonly Evaluation[] {
  const { preference, first, seed, comment } = given;
  return (["left", "right"] as const).flatMap((side) => {
    const other = given[side === "left" ? "right" : "left"];
    const value = preference === "tie" ? 0.5 : preference === side ? 1 : 0;
    const how = `against ${other.runId}, shown as ${side === first ? "A" : "B"}, seed ${seed}`;
    return handEvaluations(host, given[side], [{ name: REVIEW_NAME, value, label: WORDS[value] }], {
      comment: comment === undefined || comment === "" ? how : `${how}: ${comment}`,
    });
  });
}

/** What a kept score of a review says. */
export interface KeptReview {
  /** The run it was held against. */
  readonly otherRunId: string;
  readonly value: 0 | 0.5 | 1;
  readonly seed: number;
}

/** Reads it; `undefined` for what is no score of a review. */
export function keptReview({ name, source, value, explanation }: Evaluation): KeptReview | undefined {
  if (name !== REVIEW_NAME || source !== "human" || value !== 0 && value !== 0.5 && value !== 1) {
    return undefined;
  }
  const found = /^against ([0-9a-f-]{32,36}), shown as [AB], seed (\d{1,10})(?:: |$)/.exec(explanation ?? "");
  return found ? { otherRunId: found[1]!, value, seed: Number(found[2]) } : undefined;
}
