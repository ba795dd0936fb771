import { type Evaluation, type Host, oneLine, type Scorer, type Trace } from "../../core/mod.ts";
import { evaluationOf } from "../score.ts";
import type { ScoredCase, Scoring } from "../scoring.ts";
import type { SuiteCase } from "../suite/suite.ts";
import type { ScorerSetup } from "../suite/suite_scorers.ts";

const ERROR_MAX_CHARS = 500;
/** Judges whether there is an answer: it has something to say of runs that failed. */
const OF_FAILED_RUNS = new Set(["completed"]);

export interface CaseScoring {
  readonly host: Host;
  readonly scorers: ScorerSetup;
  readonly scoring: Scoring;
  readonly experimentId: string;
}

/** What the scorers of a case say of a run. A scorer that fails, or a run that did, gives an error and no score. */
export async function scoreCase(
  { host, scorers, scoring, experimentId }: CaseScoring,
  { scorers: wanted, vars }: SuiteCase,
  trace: Trace,
  pair: Pick<ScoredCase, "rival" | "answers"> = {},
): Promise<readonly Evaluation[]> {
  const { run } = trace;
  const evaluations: Evaluation[] = [];
  for (const one of wanted) {
    const scorer: Scorer = scorers.create(one);
    const failed = run.status === "failed" && !OF_FAILED_RUNS.has(one.kind)
      ? "the run failed"
      : pair.rival?.run.status === "failed" && scorers.needsRival(one)
      ? "the run of the other variant failed"
      : undefined;
    const score = failed !== undefined
      ? {
        error: `${failed}: ${oneLine((run.error ?? pair.rival?.run.error)?.message ?? "", ERROR_MAX_CHARS)}`,
      }
      : await scoring.score(scorer, trace, { vars, ...pair });
    const named = { name: one.name, version: scorer.version };
    evaluations.push({ ...evaluationOf(host, trace, named, score, "eval"), experimentId });
  }
  return evaluations;
}
