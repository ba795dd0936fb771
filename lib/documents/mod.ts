/**
 * The JSON that leaves the program: one shape, in one place, for `--json`, HTTP, server-sent events and MCP.
 *
 * @module
 */
export type { CellOutput } from "./cell_output.ts";
export {
  appendCells,
  KERNEL_NAME,
  type NewCell,
  newNotebook,
  type NotebookCell,
  type NotebookFile,
  notebookText,
  readNotebook,
  sourceOf,
} from "./notebook_file.ts";
export { agentShape, toolNames } from "./agent_shape.ts";
export { diffDocument, replayDocument, type ReplayOutcome } from "./diff_shape.ts";
export {
  comparisonDocument,
  experimentDocument,
  type ExperimentParts,
  experimentShape,
} from "./experiment_shape.ts";
export { alertRuleShape, alertShape, deliveryShape } from "./alert_shape.ts";
export { budgetShape } from "./budget_shape.ts";
export { baselineDocument, baselineShape, type HeldRun } from "./baseline_shape.ts";
export { eventShape } from "./event_shape.ts";
export {
  httpAnswerDocument,
  httpEvaluationShape,
  httpJudgedShape,
  httpMemoryShape,
  httpRunDocument,
  httpRunShape,
} from "./http_shape.ts";
export { dearestDocument, duplicatesDocument, forecastShape, whatIfDocument } from "./spending_shape.ts";
export { cacheDocument } from "./cache_shape.ts";
export { keyShape } from "./key_shape.ts";
export { snakeCased } from "./snake_case.ts";
export {
  costShape,
  diffShape,
  listedRunShape,
  memoryDocument,
  receiptShape,
  runShape,
  runSummaryShape,
  scoredShape,
  spanDocument,
  spanShape,
  traceShape,
} from "./shapes.ts";
