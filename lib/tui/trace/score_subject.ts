import { type Evaluation, type Run, shortRunId } from "../../core/mod.ts";
import { scoreText } from "../../present/mod.ts";
import type { ScoreSubject } from "../contract/message.ts";

/** A run, or one of its steps, as what is to be judged; with what was said of it before. */
export function scoreSubject(
  { runId, agent }: Pick<Run, "runId" | "agent">,
  evaluations: readonly Evaluation[] = [],
  step?: { readonly step: number; readonly spanId: string },
): ScoreSubject {
  const known = evaluations.filter((it) => it.spanId === step?.spanId).map((it) => {
    const why = it.explanation === undefined ? "" : `  ${it.explanation}`;
    return `${it.name} ${scoreText(it)}${why}`;
  });
  const what = `${shortRunId(runId)} ${agent}`;
  return {
    runId,
    ...(step === undefined ? {} : { spanId: step.spanId }),
    about: step === undefined ? `run ${what}` : `step ${step.step} of ${what}`,
    known,
  };
}
