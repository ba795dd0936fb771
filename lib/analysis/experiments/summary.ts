import {
  addUsage,
  type CaseResult,
  type Experiment,
  type ExperimentPlan,
  NO_USAGE,
  roundUsd,
  type SpentTotals,
} from "../../core/mod.ts";
import type { ScoredTry } from "../statistics/case_scores.ts";
import { type ScoreSummary, summarizeScores } from "../statistics/summarize_scores.ts";

/** What one variant of an experiment came to. */
export interface VariantSummary extends SpentTotals {
  readonly name: string;
  /** Cases with a result. */
  readonly cases: number;
  readonly repeats: number;
  /** Results. */
  readonly runs: number;
  /** By scorer, in the order of the suite. */
  readonly scores: readonly ScoreSummary[];
  /** Of a run, on average, ms; `null` without any. */
  readonly durationMs: number | null;
}

/** Results of one variant, or of any. */
export function resultsOf(results: readonly CaseResult[], variant: string): readonly CaseResult[] {
  return results.filter((it) => it.variant === variant);
}

/** Results as statistics take them. */
export function* triesOf(results: Iterable<CaseResult>): Generator<ScoredTry> {
  for (const { caseId, scores } of results) {
    for (const { scorer, value, passed, error } of scores) {
      yield {
        scorer,
        caseId,
        value: value ?? null,
        passed: passed ?? null,
        ...(error === undefined ? {} : { error }),
      };
    }
  }
}

/** What each variant came to, in their order. */
export function summarizeVariants(
  { variants, repeats }: Pick<Experiment, "variants" | "repeats">,
  { scorers }: Pick<ExperimentPlan, "scorers">,
  results: readonly CaseResult[],
): readonly VariantSummary[] {
  const order = new Map(scorers.map(({ name }, index) => [name, index]));
  const place = ({ scorer }: ScoreSummary) => order.get(scorer) ?? order.size;
  return variants.map((name): VariantSummary => {
    const own = resultsOf(results, name);
    return {
      name,
      cases: new Set(own.map((it) => it.caseId)).size,
      repeats,
      runs: own.length,
      scores: [...summarizeScores(triesOf(own))].sort((a, b) => place(a) - place(b)),
      ...sumOf(own),
      durationMs: own.length === 0 ? null : own.reduce((sum, it) => sum + it.durationMs, 0) / own.length,
    };
  });
}

function sumOf(results: readonly CaseResult[]): SpentTotals {
  let [usage, costUsd, unknownCostCalls, estimatedCostUsd] = [NO_USAGE, 0, 0, 0];
  for (const { spent } of results) {
    usage = addUsage(usage, spent.usage);
    costUsd += spent.costUsd;
    unknownCostCalls += spent.unknownCostCalls;
    estimatedCostUsd += spent.estimatedCostUsd ?? 0;
  }
  return {
    usage,
    costUsd: roundUsd(costUsd),
    unknownCostCalls,
    ...(estimatedCostUsd > 0 ? { estimatedCostUsd: roundUsd(estimatedCostUsd) } : {}),
  };
}
