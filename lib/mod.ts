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
 * for (const run of await studio.runs()) console.log(run.agent, run.status, run.totals.costUsd);
 * console.log(await studio.costs("model"), savedCostUsd);
 * ```
 *
 * @module
 */
export {
  type AgentSpec,
  type ExportOptions,
  openStudio,
  type ReplayRunOptions,
  type RunOptions,
  type RunsQuery,
  type SqlRow,
  Studio,
  type StudioOptions,
} from "./studio.ts";
export { AgentOpError, ProviderError, RUN_STATUSES, SPAN_KINDS, StoreError } from "./core/mod.ts";
export type {
  Cost,
  CostKey,
  CostRow,
  DurableEvent,
  Evaluation,
  ExitCode,
  Host,
  LimitPeriod,
  LimitUnit,
  Message,
  Part,
  PriceTag,
  ProviderErrorKind,
  RateLimit,
  Role,
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
export type { JsonChange, MemoryCause, MemoryStep, RunDiff, StepDiff } from "./analysis/mod.ts";
export type { SqlValue } from "./app/mod.ts";
export type { Divergence, ReplayMode, ReplayResult, ToolPolicy } from "./replay/mod.ts";
