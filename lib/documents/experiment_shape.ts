import type { ExperimentComparison, GateResult, VariantSummary } from "../analysis/mod.ts";
import type { CaseResult, Experiment, ExperimentPlan, RunSummary } from "../core/mod.ts";
import { isoTime } from "../present/mod.ts";
import { costFields, usageShape } from "./shapes.ts";

/** What is known of an experiment as a whole: one of a list. */
export function experimentShape(it: Experiment) {
  return {
    experimentId: it.experimentId,
    suite: it.suite,
    suiteHash: it.suiteHash,
    status: it.status,
    reason: it.reason ?? null,
    startTime: isoTime(it.startTimeUs),
    endTime: it.endTimeUs === undefined ? null : isoTime(it.endTimeUs),
    durationMs: it.endTimeUs === undefined ? null : (it.endTimeUs - it.startTimeUs) / 1000,
    variants: it.variants,
    cases: it.cases,
    repeats: it.repeats,
    planned: it.planned,
    done: it.done,
    passed: it.passed,
    errors: it.errors,
    usage: usageShape(it.usage),
    ...costFields(it),
  };
}

export interface ExperimentParts {
  readonly experiment: Experiment;
  readonly plan: ExperimentPlan;
  readonly variants: readonly VariantSummary[];
  readonly results: readonly CaseResult[];
  readonly gate: GateResult;
  readonly judging: RunSummary;
}

/**
 * `eval SUITE --json` and `experiments EXP --json`. Durations of variants are those of a run on average, ms.
 * `judging`: the runs in which models judged the cases, in no other cost.
 */
export function experimentDocument({ experiment, plan, variants, results, gate, judging }: ExperimentParts) {
  const { variants: _, ...whole } = experimentShape(experiment);
  return {
    ...whole,
    path: plan.path,
    source: plan.source,
    mode: plan.mode,
    scorers: plan.scorers,
    judging: { runs: judging.runs, ...costFields(judging) },
    variants: variants.map((it) => variantShape(it, plan)),
    gate,
    results: results.map(resultShape),
  };
}

function variantShape(
  { name, cases, repeats, runs, scores, usage, durationMs, ...cost }: VariantSummary,
  plan: ExperimentPlan,
) {
  const { agent, set } = plan.variants.find((it) => it.name === name) ?? { agent: null, set: {} };
  return {
    name,
    agent,
    set,
    cases,
    repeats,
    runs,
    scores: scores.map((score) => ({ ...score })),
    usage: usageShape(usage),
    ...costFields(cost),
    durationMs,
  };
}

function resultShape(it: CaseResult) {
  return {
    caseId: it.caseId,
    variant: it.variant,
    repeat: it.repeat,
    runId: it.runId,
    status: it.status,
    durationMs: it.durationMs,
    ...costFields(it.spent),
    scores: it.scores.map(({ scorer, version, value, passed, error, explanation }) => ({
      scorer,
      version: version ?? null,
      value: value ?? null,
      passed: passed ?? null,
      error: error ?? null,
      explanation: explanation ?? null,
    })),
  };
}

/** `compare A B --json`; `gate` where one was asked for. */
export function comparisonDocument(it: ExperimentComparison, gate: GateResult | null = null) {
  return {
    left: it.left,
    right: it.right,
    pairs: it.pairs,
    onlyLeft: it.onlyLeft,
    onlyRight: it.onlyRight,
    changedCases: it.changedCases,
    scorers: it.scorers,
    costDeltaUsd: it.costDeltaUsd,
    durationDeltaMs: it.durationDeltaMs,
    ...(gate ? { gate } : {}),
  };
}
