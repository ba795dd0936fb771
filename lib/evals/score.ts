import { type Evaluation, nowUs, type Run, type Scorer } from "../core/mod.ts";
import type { ReplayServices } from "../replay/mod.ts";

/** Scores a finished run and keeps the verdict with it. `source` says who asked: `scorer`, `bisect`, … */
export async function scoreRun(
  { store, host }: Pick<ReplayServices, "store" | "host">,
  run: Run,
  scorer: Scorer,
  source = "scorer",
): Promise<Evaluation> {
  const { value, passed, explanation } = await scorer.score(await store.loadTrace(run.traceId));
  const evaluation: Evaluation = {
    evalId: host.newId(),
    traceId: run.traceId,
    name: scorer.name,
    value,
    label: passed ? "pass" : "fail",
    explanation,
    source,
    scorerVersion: scorer.version,
    createdAtUs: nowUs(host),
  };
  await store.write([{ type: "evaluation", evaluation }]);
  return evaluation;
}
