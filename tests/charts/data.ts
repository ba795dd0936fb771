import type { ChartData, ChartedExperiment } from "../../lib/charts/mod.ts";
import { forkTree, loadCache } from "../../lib/analysis/mod.ts";
import type {
  JudgedRun,
  Run,
  ScorerFigures,
  Span,
  SpanFacts,
  Trace,
  UsageFacts,
} from "../../lib/core/mod.ts";
import { traceOf, withRun } from "../support/hostile_run.ts";

const { CacheCoach } = await loadCache();
const HOUR_US = 3_600_000_000;

/** What a run used, as the store tells it. */
export function usageFacts(run: Run, model = run.model): UsageFacts {
  const { totals } = run;
  return {
    runId: run.runId,
    agent: run.agent,
    userId: run.userId,
    startTimeUs: run.startTimeUs,
    model,
    quarterMs: Math.floor(run.startTimeUs / 1000 / 900_000) * 900_000,
    llmCalls: totals.llmCalls,
    usage: totals.usage,
    costUsd: totals.costUsd,
    unknownCostCalls: totals.unknownCostCalls,
  };
}

/** A span, as the store tells it. */
export function spanFacts(run: Run, span: Span): SpanFacts {
  const { inputMessages: _i, outputMessages: _o, attributes: _a, cost, traceId: _t, ...rest } = span;
  return { ...rest, runId: run.runId, agent: run.agent, ...(cost ? { costUsd: cost.usd } : {}) } as SpanFacts;
}

/** What one scorer said of one variant; twelve cases where nothing else is said. */
export function figures(scorer: string, more: Partial<ScorerFigures> = {}): ScorerFigures {
  return {
    ...{
      scorer,
      n: 12,
      mean: 0.5,
      ci95: [0.3, 0.7],
      passed: 6,
      failed: 6,
      errors: 0,
      passRate: 0.5,
      spread: [],
    },
    ...more,
  };
}

/** An experiment whose variants have these scores; each run of the first costs $0.01, of the second $0.02, and so on. */
export function charted(
  variants: Readonly<Record<string, readonly ScorerFigures[]>>,
  more: Partial<ChartedExperiment["experiment"]> = {},
): ChartedExperiment {
  const { usage } = someTraces()[0]!.run.totals;
  const experimentId = more.experimentId ?? "01900000-0000-7000-8000-0000000000e1";
  const sums = { usage, costUsd: 0.12, unknownCostCalls: 0 };
  const names = Object.keys(variants);
  return {
    experiment: {
      ...{
        experimentId,
        suite: "sales",
        suiteHash: "",
        status: "completed",
        startTimeUs: 1,
        variants: names,
      },
      ...{ cases: 12, repeats: 1, planned: 24, done: 24, passed: 12, errors: 0, ...sums, ...more },
    },
    sides: names.map((variant, at) => ({
      ...{ experimentId, variant, runs: 12, durationMs: 5, scores: variants[variant]! },
      ...{ ...sums, costUsd: 0.12 * (at + 1) },
    })),
  };
}

/** Everything that charts are drawn from, of these runs. */
export function chartData(traces: readonly Trace[], more: Partial<ChartData> = {}): ChartData {
  const coach = new CacheCoach();
  for (const trace of traces) coach.add(trace);
  const runs = traces.map(({ run }) => run);
  const judged = runs.flatMap((run, index): readonly JudgedRun[] =>
    ["exact", "judge"].map((name) => ({
      run,
      evaluation: {
        evalId: `${index}${name}`,
        traceId: run.traceId,
        name,
        value: name === "exact" ? index % 2 : 0.5 + index / 10,
        source: "test",
        createdAtUs: 1,
      },
    }))
  );
  return {
    runs,
    usage: runs.map((run) => usageFacts(run)),
    spans: traces.flatMap(({ run, spans }) => [...spans.values()].map((span) => spanFacts(run, span))),
    judged,
    cache: coach.report(),
    ...(traces[0] ? { trace: traces[0] } : {}),
    family: forkTree(
      runs.map((run, index) =>
        index === 0 ? run : { ...run, forkedFrom: { runId: runs[0]!.runId, step: 1 } }
      ),
    ),
    experiments: [
      charted(Object.fromEntries(runs.map(({ model }, at) => [model, [
        figures("exact", { mean: 0.5 + at / 10, ci95: [0.4 + at / 10, 0.6 + at / 10] }),
        figures("judge", { ci95: null, n: 1 }),
      ]]))),
    ],
    nowMs: Date.UTC(2026, 0, 2),
    timeZone: "UTC",
    ...more,
  };
}

/** Runs an hour apart, with retries, on two models. */
export function someTraces(): readonly Trace[] {
  return [0, 1, 2, 3].map((index) => {
    const trace = traceOf({
      rounds: 5,
      model: index % 2 === 0 ? "mistral-small-latest" : "mistral-large-latest",
    });
    const { run } = trace;
    const id = `0190000${index}-0000-7000-8000-00000000000${index}`;
    return withRun(trace, {
      runId: id,
      startTimeUs: run.startTimeUs + index * HOUR_US,
      totals: { ...run.totals, costUsd: 0.01 * (index + 1) },
    });
  });
}
