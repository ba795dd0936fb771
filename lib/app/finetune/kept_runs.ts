import { type Evaluation, oneLine, RUN_TAG, type Trace } from "../../core/mod.ts";
import { keptReview, REVIEW_NAME } from "../../evals/mod.ts";

/** What a run must have been given beside having ended well. */
export interface KeepRules {
  /** The least that its last score of this name may be. */
  readonly minScores: Readonly<Record<string, number>>;
  /** The label that its last score of this name has. */
  readonly labels: Readonly<Record<string, string>>;
}

const ENDED_BADLY = ["cut_off", "content_filter", "empty_answer", "missing_calls"];

/** What was last said of a whole run, by the name of what was judged; people are heard before programs. */
export function lastScores(trace: Trace): ReadonlyMap<string, Evaluation> {
  const found = new Map<string, Evaluation>();
  for (const evaluation of trace.evaluations) {
    if (evaluation.spanId !== undefined) continue;
    const before = found.get(evaluation.name);
    if (before?.source === "human" && evaluation.source !== "human") continue;
    found.set(evaluation.name, evaluation);
  }
  return found;
}

/** Why a run is no example to learn from; `undefined`: it is one. Said without naming the run: reasons are counted. */
export function whyNotKept(trace: Trace, { minScores, labels }: KeepRules): string | undefined {
  const { run } = trace;
  if (run.tags[RUN_TAG.judge] !== undefined) return "a judge's own run";
  if (run.status !== "completed") return `ended ${run.status}`;
  const warning = run.warnings?.find(({ type }) => ENDED_BADLY.includes(type));
  if (warning) return `ended with ${warning.type.replaceAll("_", " ")}`;
  if ((run.output ?? "").trim() === "") return "no answer";
  const scores = lastScores(trace);
  for (const [name, least] of Object.entries(minScores)) {
    const value = scores.get(name)?.value;
    if (value === undefined) return `no score ${oneLine(name, 40)}`;
    if (value < least) return `${oneLine(name, 40)} below ${least}`;
  }
  for (const [name, label] of Object.entries(labels)) {
    if (scores.get(name)?.label !== label) return `${oneLine(name, 40)} is not ${oneLine(label, 40)}`;
  }
  const review = scores.get(REVIEW_NAME);
  if (review && keptReview(review)?.value === 0) return "a person preferred another answer";
  const failed = [...scores.values()].find(({ passed }) => passed === false);
  return failed
    ? `failed ${failed.source === "human" ? "for a person" : oneLine(failed.name, 40)}`
    : undefined;
}
