/**
 * Runs as tables: plain rows with named, typed columns, for notebooks, files and charts. Loaded by whoever needs one.
 *
 * @module
 */
import type { TableDefinition } from "./column.ts";
import { costs } from "./costs.ts";
import { diffs } from "./diffs.ts";
import { evaluations } from "./evaluations.ts";
import { memory } from "./memory.ts";
import { messages } from "./messages.ts";
import { runs } from "./runs.ts";
import { spans } from "./spans.ts";
import { traces } from "./traces.ts";

export { chosenRuns } from "./column.ts";
export { COST_SUM_COLUMNS, costSumRow } from "./costs.ts";
export { CHANGED_CASE_COLUMNS, changedCaseRows, COMPARISON_COLUMNS, comparisonRows } from "./comparisons.ts";
export { evaluationRow, judgedRuns } from "./evaluations.ts";
export {
  EXPERIMENT_COLUMNS,
  experimentRow,
  RESULT_COLUMNS,
  resultRows,
  SCORE_COLUMNS,
  scoreRows,
  VARIANT_COLUMNS,
  variantRow,
} from "./experiments.ts";
export { memoryRow } from "./memory.ts";
export { runRow } from "./runs.ts";
export { costs, diffs, evaluations, memory, messages, runs, spans };

/** Every table, by the word people use for it. */
export const TABLES = { runs, spans, messages, costs, evaluations, diffs, memory };

/** The words; `traces` is for going elsewhere whole, not for looking at. */
export const TABLE_LIST = [...Object.values(TABLES), traces] as readonly TableDefinition[];
