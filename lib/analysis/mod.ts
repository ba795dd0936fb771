/**
 * What can be computed from traces alone: steps, alignment, differences of runs, JSON and text, memory at each step, families of
 * forks, receipts, and the questions people type to find runs. Pure, and the only definition of each.
 *
 * @module
 */
export { align, type Pair } from "./align.ts";
export { diffSummary } from "./diff_summary.ts";
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
export { type MemoryCause, type MemoryStep, memorySteps } from "./memory_steps.ts";
export { type PricedSpan, pricedSpans, receiptOf, receiptOfSpan, usdOf } from "./receipt.ts";
export { budgetUsdOf, configPart } from "./run_config.ts";
export { comparedSteps, diffRuns, type RunDiff } from "./run_diff.ts";
export { formatRunQuery, isEmptyRunFilter, parseRunQuery, type RunQuery } from "./run_query.ts";
export {
  applyStepDiffs,
  type ComparedStep,
  diffSteps,
  type StepDiff,
  type StepDocument,
} from "./step_diff.ts";
export { type AskedCall, askedCalls, stepsOf, toolCallOf } from "./steps.ts";
export { type TextPiece, unifiedDiff, wordDiff } from "./text_diff.ts";
export { type TreeRow, treeRows } from "./trace_rows.ts";
