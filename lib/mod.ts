/**
 * AgentOp Studio as a library: open a studio, run agents, see what they did, run them again with something changed.
 *
 * ```ts
 * import { openStudio } from "@agentop/studio";
 *
 * await using studio = await openStudio({ store: ":memory:", simulator: true });
 * await studio.run("researcher", "How many rows in sales.csv and what is the total revenue?");
 * const { diff, savedCostUsd } = await studio.replay("last", { set: { model: "mistral-large-latest" } });
 * for (const step of diff.steps) console.log(step.op, step.kind, step.name);
 * for (const run of await studio.runs()) console.log(run.agent, run.status, run.costUsd);
 * console.log(await studio.costs("model"), savedCostUsd);
 * ```
 *
 * @module
 */
export { openStudio, Studio } from "./studio.ts";
export { StudioRows } from "./studio_rows.ts";
export { openStudioOrDemo } from "./studio_demo.ts";
export type {
  AgentSpec,
  BisectRunsOptions,
  CacheQuery,
  ChartOptions,
  CompareOptions,
  DearestQuery,
  DuplicatesQuery,
  EvaluateOptions,
  ExperimentsQuery,
  ExportOptions,
  GateOptions,
  ReplayRunOptions,
  RowsQuery,
  RunOptions,
  RunsQuery,
  ScoreRunsOptions,
  SqlRow,
  StudioOptions,
  SuiteSpec,
  WhatIfQuery,
} from "./studio_options.ts";
export type { ComparedSide, StudioComparison, StudioExperiment } from "./studio_experiments.ts";
export type { CacheRow, DearPromptRow, DuplicateRow, WhatIfCostRow } from "./studio_spending.ts";
export type { ForkRow, ReceiptRow } from "./studio_tables.ts";
export {
  Chart,
  DISPLAY,
  type Displayed,
  type MediaBundle,
  type OnProgress,
  type Progress,
  showProgress,
  type Table,
  type TableExtras,
  type TableLook,
  tableOf,
} from "./notebook/mod.ts";
export { AgentOpError, ProviderError, RUN_STATUSES, SPAN_KINDS, StoreError } from "./core/mod.ts";
export type {
  ApprovalScope,
  CallTarget,
  CellValue,
  Column,
  Columns,
  ColumnType,
  Cost,
  CostKey,
  CostRow,
  DurableEvent,
  Evaluation,
  ExitCode,
  Forecast,
  Host,
  LimitPeriod,
  LimitUnit,
  Message,
  Part,
  PriceTag,
  ProviderErrorKind,
  RateLimit,
  Role,
  Row,
  Run,
  RunChange,
  RunError,
  RunOrigin,
  RunSort,
  RunStatus,
  RunTotals,
  RunWarning,
  Snapshot,
  Span,
  SpanEnd,
  SpanKind,
  SpanStatus,
  StoreErrorCode,
  ToolPermissions,
  Trace,
  TraceEvent,
  TransientEvent,
  Usage,
} from "./core/mod.ts";
export type { ApprovalAnswer, ApprovalRequest, Approver } from "./agent/mod.ts";
export type {
  ChangedCaseRow,
  ComparisonRow,
  CostSumRow,
  DiffRow,
  EvaluationRow,
  ExperimentRow,
  GateResult,
  GateVerdict,
  JsonChange,
  MemoryCause,
  MemoryRow,
  MemoryStep,
  MessageRow,
  ResultRow,
  RunCostRow,
  RunDiff,
  RunRow,
  ScoreRow,
  SpanRow,
  StepDiff,
  VariantRow,
} from "./analysis/mod.ts";
export type { SqlValue } from "./app/mod.ts";
export type { ThemeName } from "./charts/mod.ts";
export type { BisectResult, BisectTrial, ConfigEdit, Verdict } from "./evals/mod.ts";
export type { Divergence, ReplayMode, ReplayResult, ToolPolicy } from "./replay/mod.ts";
