import {
  type CaseResult,
  type DurableEvent,
  type Experiment,
  type ExperimentStatus,
  type Host,
  newRunId,
  newTraceId,
  NO_TOTALS,
  NO_USAGE,
  nowUs,
  type ResultScore,
  type Run,
  RUN_TAG,
  type Store,
} from "../../lib/core/mod.ts";

/** What one try came to. */
export interface GivenTry {
  readonly scores: readonly ResultScore[];
  readonly output?: string;
  readonly status?: Run["status"];
  /** `null`: its price is unknown. */
  readonly usd?: number | null;
}

export interface GivenExperiment {
  readonly suite: string;
  readonly variants: readonly string[];
  readonly cases: readonly string[];
  readonly repeats?: number;
  readonly scorers: readonly string[];
  readonly suiteHash?: string;
  readonly caseHash?: (caseId: string) => string;
  /** `undefined`: it was not run yet. */
  readonly result: (variant: string, caseId: string, repeat: number) => GivenTry | undefined;
  /** @default "completed" */
  readonly status?: ExperimentStatus;
  readonly reason?: string;
}

/** A pass or fail. */
export function graded(scorer: string, value: number, explanation?: string): ResultScore {
  return {
    scorer,
    version: "1",
    value,
    passed: value >= 0.5,
    ...(explanation === undefined ? {} : { explanation }),
  };
}

/** Keeps an experiment as running one does: the plan, then each result with its run and its scores. */
export async function keepExperiment(
  store: Store,
  host: Host & { advance?(ms: number): void },
  given: GivenExperiment,
): Promise<Experiment> {
  const { suite, variants, cases, repeats = 1, scorers, status = "completed" } = given;
  const experimentId = newRunId(host);
  const experiment: Experiment = {
    experimentId,
    suite,
    suiteHash: given.suiteHash ?? "1".repeat(32),
    status: "running",
    startTimeUs: nowUs(host),
    variants,
    cases: cases.length,
    repeats,
    planned: variants.length * cases.length * repeats,
    done: 0,
    passed: 0,
    errors: 0,
    usage: NO_USAGE,
    costUsd: 0,
    unknownCostCalls: 0,
  };
  const plan = {
    path: `evals/${suite}.yaml`,
    variants: variants.map((name) => ({ name, agent: "researcher", set: {}, configHash: name })),
    repeats,
    source: "live",
    mode: "live",
    scorers: scorers.map((name) => ({ name, version: "1" })),
    set: {},
  } as const;
  await store.beginExperiment(
    { experiment, plan },
    cases.map((caseId) => ({ caseId, hash: given.caseHash?.(caseId) ?? "2".repeat(32) })),
  );
  for (const variant of variants) {
    for (const caseId of cases) {
      for (let repeat = 1; repeat <= repeats; repeat++) {
        const found = given.result(variant, caseId, repeat);
        if (found) await keepResult(store, host, { experimentId, variant, caseId, repeat }, found);
      }
    }
  }
  if (status !== "running") {
    await store.endExperiment(experimentId, {
      status,
      atUs: nowUs(host),
      ...(given.reason === undefined ? {} : { reason: given.reason }),
    });
  }
  return (await store.resolveExperiment(experimentId)).experiment;
}

/** One more result of an experiment. */
export async function keepResult(
  store: Store,
  host: Host & { advance?(ms: number): void },
  { experimentId, variant, caseId, repeat }: Pick<CaseResult, "variant" | "caseId" | "repeat"> & {
    readonly experimentId: string;
  },
  { scores, output = `The answer of ${variant}.`, status = "completed", usd = 0.001 }: GivenTry,
): Promise<Run> {
  const traceId = newTraceId(host);
  const startTimeUs = nowUs(host);
  host.advance?.(1_500);
  const run: Run = {
    traceId,
    runId: newRunId(host),
    agent: "researcher",
    status,
    model: variant,
    origin: "agent",
    userId: "default",
    group: experimentId,
    tags: { [RUN_TAG.case]: caseId, [RUN_TAG.variant]: variant, [RUN_TAG.repeat]: String(repeat) },
    config: {},
    prompt: `What is ${caseId}?`,
    startTimeUs,
    endTimeUs: nowUs(host),
    totals: { ...NO_TOTALS, costUsd: usd ?? 0, unknownCostCalls: usd === null ? 1 : 0 },
    ...(status === "completed" ? { output } : {}),
  };
  const start: DurableEvent = { type: "run_start", run };
  await store.write([start]);
  await store.saveResults(experimentId, [{
    caseId,
    variant,
    repeat,
    runId: run.runId,
    traceId,
    status,
    durationMs: 1_500,
    spent: {
      usage: { ...NO_USAGE, inputTokens: 120, outputTokens: 30 },
      costUsd: usd ?? 0,
      unknownCostCalls: usd === null ? 1 : 0,
      ...(usd === null ? { estimatedCostUsd: 0.0004 } : {}),
    },
    evaluations: scores.map(({ scorer, version, ...score }) => ({
      evalId: host.newId(),
      traceId,
      name: scorer,
      ...score,
      source: "eval",
      ...(version === undefined ? {} : { scorerVersion: version }),
      experimentId,
      createdAtUs: nowUs(host),
    })),
  }]);
  return run;
}
