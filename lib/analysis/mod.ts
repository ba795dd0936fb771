/**
 * What can be computed from traces alone: steps, alignment, differences of runs, JSON and text, memory at each step, families of
 * forks, receipts, and the questions people type to find runs. Pure, and the only definition of each.
 *
 * @module
 */
export {
  ALERT_MARGIN,
  type AlertReading,
  alertVerdict,
  episodeStep,
  minSampleOf,
  robustSpread,
} from "./alerts.ts";
export { estimatedCost, estimatedUsage, mayBeBilled } from "./lost_attempt.ts";
export { align, type Pair } from "./align.ts";
export { brokenText, unfinishedAnswer } from "./broken_text.ts";
export { runTookMs, spanTookMs, tookMs } from "./run_time.ts";
export { type Attempt, attemptOf } from "./attempt.ts";
export { numberAttribute, textAttribute } from "./attributes.ts";
export { costTotal, wasUsed } from "./cost_rows.ts";
export {
  checkComparable,
  configChanges,
  diffSummary,
  type StepCounts,
  stepCounts,
  stepPlace,
} from "./diff_facts.ts";
export { answeredCallId, messageContent } from "./message_content.ts";
export { findSpan } from "./find_span.ts";
export {
  FAMILY_RUNS_MAX,
  forkChanges,
  type ForkMember,
  type ForkSource,
  type ForkTree,
  forkTree,
  loadForkTree,
} from "./fork_tree.ts";
export { applyJsonChanges, type JsonChange, jsonChanges } from "./json_diff.ts";
export {
  memoryAt,
  type MemoryCause,
  type MemoryCounts,
  memoryCounts,
  type MemoryStep,
  memorySteps,
} from "./memory_steps.ts";
export { activeSpan, type Approval, pendingApproval, pendingApprovals } from "./open_spans.ts";
export { budgetUsdNow, changesText, type Operation, operationOf, operationsOf } from "./operations.ts";
export { quantile } from "./quantile.ts";
export {
  type PricedSpan,
  pricedSpans,
  type ReceiptGroup,
  receiptGroups,
  receiptOf,
  receiptOfSpan,
  type ReceiptSum,
  receiptSum,
  usdOf,
} from "./receipt.ts";
export { budgetWindows } from "./budget_windows.ts";
export { budgetUsdOf, configPart } from "./run_config.ts";
export { sentRequest } from "./sent_request.ts";
export { comparedSteps, diffRuns, type RunDiff } from "./run_diff.ts";
export { completeRunQuery, type KnownValues, type QueryCompletion } from "./query_completion.ts";
export { formatRunQuery, isEmptyRunFilter, parseRunQuery, type RunQuery } from "./run_query.ts";
export { RUN_SYNTAX, RUN_TERMS, type RunTerm } from "./run_terms.ts";
export { spanTitle, toolTitle } from "./span_title.ts";
export { attemptsOf, childrenOf, type TreeRow, treeRows } from "./span_tree.ts";
export {
  applyStepDiffs,
  type ComparedStep,
  diffSteps,
  type StepDiff,
  type StepDocument,
} from "./step_diff.ts";
export {
  type AskedCall,
  askedCalls,
  isInsideCall,
  type Step,
  stepCount,
  stepNumber,
  stepOf,
  stepsOf,
  toolCallOf,
  toolResultOf,
} from "./steps.ts";
export { type TextPiece, unifiedDiff, type UnifiedLine, unifiedLines, wordDiff } from "./text_diff.ts";
export type { ColumnsFor, RowChoice, TableDefinition, TableSource } from "./tables/column.ts";
export type { CostSumRow, RunCostRow } from "./tables/costs.ts";
export type { ChangedCaseRow, ComparisonRow } from "./tables/comparisons.ts";
export type { DiffRow } from "./tables/diffs.ts";
export type { EvaluationRow } from "./tables/evaluations.ts";
export type { ExperimentRow, ResultRow, ScoreRow, VariantRow } from "./tables/experiments.ts";
export type { MemoryRow } from "./tables/memory.ts";
export type { MessageRow } from "./tables/messages.ts";
export type { RunRow } from "./tables/runs.ts";
export type { SpanRow } from "./tables/spans.ts";

export type { ScoredTry } from "./statistics/case_scores.ts";
export type { Kappa, KappaOptions } from "./statistics/cohen_kappa.ts";
export type { ComparedCase, ComparisonVerdict, ScoreComparison } from "./statistics/compare_scores.ts";
export type { Interval } from "./statistics/intervals.ts";
export type { ScoreSummary } from "./statistics/summarize_scores.ts";

/** Intervals, tests, summaries and comparisons of scores. Loaded with the first use. */
export const loadStatistics = () => import("./statistics/mod.ts");
export type {
  Agreement,
  HandVerdict,
  Preference,
  ReviewedPair,
  ReviewSummary,
} from "./experiments/agreement.ts";
export type { ChangedCase, ComparedVariant, ExperimentComparison } from "./experiments/comparison.ts";
export type { GatedVariant, GateResult, GateRules, GateVerdict } from "./experiments/gate.ts";
export type { VariantSummary } from "./experiments/summary.ts";
export { isSpending } from "./experiments/spending.ts";
export { worstResults } from "./experiments/worst.ts";

export { carriedInterval } from "./statistics/carried_interval.ts";

/** Summaries of experiments, two of them compared, and gates. Loaded with the first use. */
export const loadExperiments = () => import("./experiments/mod.ts");

export type { Change, WhatIf, WhatIfRow } from "./spending/what_if.ts";
export { changeOf, whatIfTotal, whatIfUsage, whatIfUsd } from "./spending/what_if.ts";
export type { DearPrompt } from "./spending/dear_prompts.ts";
export type { DuplicateCall, Duplicates, DuplicateSearch } from "./spending/duplicates.ts";

export type {
  AgentCache,
  CacheCall,
  CacheFigures,
  CacheLoss,
  CacheReport,
  CacheVerdict,
  MissCause,
  StepCache,
} from "./cache/cache_call.ts";
export { missRemedy, missText } from "./cache/miss_words.ts";
export type { PromptBreak } from "./cache/prompt_break.ts";

/** What prompt caches did for runs. Loaded with the first use. */
export const loadCache = () => import("./cache/mod.ts");

/** Forecasts, dear prompts, what was paid twice. Loaded with the first use. */
export const loadSpending = () => import("./spending/mod.ts");

/** The tables that runs can be read as. Loaded with the first use. */
export const loadTables = () => import("./tables/mod.ts");
export { TRACE_FORMAT, traceRow } from "./tables/traces.ts";
export { type Speech, speechesOf, speechOf } from "./speech.ts";
