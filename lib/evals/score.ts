import {
  type Evaluation,
  type Host,
  isGrade,
  nowUs,
  type Run,
  type Score,
  type Scorer,
  type Trace,
} from "../core/mod.ts";
import { createScoring, type ScoringOptions, type ScoringServices } from "./scoring.ts";

/** A score as it is kept with its run: an error has no value, and `error` for a label. */
export function evaluationOf(
  host: Pick<Host, "newId" | "now">,
  { run }: Pick<Trace, "run">,
  { name, version }: Pick<Scorer, "name" | "version">,
  score: Score,
  source = "scorer",
): Evaluation {
  return {
    evalId: host.newId(),
    traceId: run.traceId,
    name,
    ...(isGrade(score)
      ? {
        value: score.value,
        label: score.passed ? "pass" : "fail",
        explanation: score.explanation,
        passed: score.passed,
      }
      : { label: "error", explanation: score.error, error: score.error }),
    source,
    scorerVersion: version,
    createdAtUs: nowUs(host),
  };
}

/**
 * Scores a finished run and keeps the verdict with it, an error as well; what was kept before stays. `source` says who asked:
 * `scorer`, `bisect`, …
 */
export async function scoreRun(
  services: ScoringServices,
  run: Run,
  scorer: Scorer,
  { source, ...options }: ScoringOptions & { readonly source?: string } = {},
): Promise<Evaluation> {
  const { store, host } = services;
  const trace = await store.loadTrace(run.traceId);
  const score = await createScoring(services, options).score(scorer, trace);
  const evaluation = evaluationOf(host, trace, scorer, score, source);
  await store.write([{ type: "evaluation", evaluation }]);
  return evaluation;
}
