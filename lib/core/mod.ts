/**
 * Ring 0: the words everything else speaks. Types, events and their fold, errors, ports. Imports nothing, no package either.
 *
 * @module
 */
export {
  APPROVAL_SCOPES,
  type ApprovalScope,
  type CallTarget,
  type CallTouch,
  readTouches,
  scopeValue,
  targetsOf,
} from "./call_touch.ts";
export { approvalArgument, type GivenAnswer } from "./given_answer.ts";
export {
  type Budget,
  BUDGET_PERIODS,
  BUDGET_SCOPES,
  BUDGET_WARNINGS,
  type BudgetPeriod,
  type BudgetScope,
  type BudgetState,
  type BudgetStore,
  type BudgetWindows,
  mayFitLater,
  type QuarterSpan,
  type SpendAnswer,
  type SpendClaim,
} from "./budget.ts";
export {
  type Alert,
  ALERT_METRICS,
  ALERT_RUNS_MAX,
  type AlertChannel,
  type AlertCondition,
  type AlertDelivery,
  type AlertMetric,
  type AlertMoment,
  type AlertQuery,
  type AlertRule,
  type AlertRuleState,
  type AlertStore,
  type AlertVerdict,
  type DeliveryOutcome,
} from "./alert.ts";
export type { Exchange, ExchangeStore } from "./exchange.ts";
export { agentNameOf, fileBase } from "./agent_name.ts";
export {
  type ApiKey,
  isRoleEnough,
  KEY_ROLES,
  type KeyHash,
  type KeyRole,
  type KeyStore,
} from "./api_key.ts";
export { ATTR, RUN_TAG } from "./attributes.ts";
export {
  applyChanges,
  type ChangeCursor,
  type ChangedSnapshot,
  type ChangedSpan,
  type KnownTrace,
  type TraceChanges,
} from "./changes.ts";
export {
  AgentOpError,
  type AgentOpErrorOptions,
  type ExitCode,
  explain,
  type Explanation,
  isAbortError,
  messageOf,
  MODEL_ERROR,
  ProviderError,
  type ProviderErrorKind,
  reasonOf,
  remedyOf,
  sentenceOf,
  StoreError,
  type StoreErrorCode,
} from "./errors.ts";
export {
  addTotals,
  applyEvent,
  applyEvents,
  type DurableEvent,
  estimatedUsdOf,
  isDurable,
  lostToRetriesMs,
  NO_TOTALS,
  type SpanEnd,
  totalsOfEnd,
  totalsOfStart,
  type Trace,
  type TraceEvent,
  traceIdOf,
  type TransientEvent,
} from "./event.ts";
export {
  type Baseline,
  type CaseResult,
  controlKeyOf,
  type Experiment,
  EXPERIMENT_STATUSES,
  type ExperimentCase,
  type ExperimentChange,
  type ExperimentEnd,
  type ExperimentPage,
  type ExperimentPlan,
  type ExperimentRecord,
  type ExperimentsQuery,
  type ExperimentStatus,
  type ExperimentStore,
  type ExperimentVariant,
  type NewCaseResult,
  type ResultPlace,
  type ResultScore,
  type SpentTotals,
} from "./experiment.ts";
export type {
  CaseCell,
  CaseOrder,
  CaseRow,
  ExperimentOverview,
  ExperimentSide,
  ExperimentViews,
  OverviewQuery,
  RunNote,
  ScorerDifference,
  ScorerFigures,
  SideDifference,
  SideFigures,
} from "./experiment_overview.ts";
export {
  isResumable,
  limitFlags,
  limitRaisedBy,
  type RaisableLimit,
  type RaisedLimit,
  resumeCommand,
} from "./go_on.ts";
export { hashText } from "./hash.ts";
export type { CellValue, Column, Columns, ColumnType, Row } from "./columns.ts";
export type {
  Exporter,
  ExportRequest,
  ExportSource,
  FileExporter,
  TableExporter,
  TextExporter,
} from "./exporter.ts";
export type { SpanFacts, SpanFactsPage, UsageFacts, UsageFactsRead } from "./facts.ts";
export { sleep, systemHost, TIMER_MAX_MS } from "./host.ts";
export {
  addDays,
  dayOfNumber,
  dayOfTime,
  daysBetween,
  QUARTER_MS,
  startOfDay,
  systemTimeZone,
  timeOfWall,
  timeZoneNamed,
  wallTime,
  type ZoneOffset,
  zoneOffsets,
} from "./time_zone.ts";
export { fillIn, fillInValue, type Vars } from "./fill_in.ts";
export {
  type CommandOutcome,
  type CommandRun,
  type Grade,
  isGrade,
  type ModelAnswer,
  type ModelQuestion,
  type NoGrade,
  type Score,
  type ScoreContext,
  type Scorer,
} from "./scoring.ts";
export { newRunId, newSpanId, newTraceId, nowUs, shortRunId } from "./ids.ts";
export {
  canonicalJson,
  isNestedDeeper,
  isObject,
  jsonText,
  tryParseExactJson,
  tryParseJson,
} from "./json.ts";
export {
  LOST_REMEDY,
  lostSentence,
  type LostWrites,
  type RepairedRun,
  type RepairReport,
  type VerifyReport,
} from "./store_health.ts";
export {
  ALERT_VARIABLES,
  ALLOWED_ENVIRONMENT,
  ELEVENLABS_SERVER_URL,
  ENVIRONMENT,
  LIBRARY_ENVIRONMENT,
  PROCESS_ENVIRONMENT,
  PROVIDERS,
  RUNNER_ENVIRONMENT,
  SERVICE_URLS,
  SERVICE_VARIABLES,
  SERVICES,
} from "./environment.ts";
export { readServerUrl } from "./server_url.ts";
export { addUsd, roundUsd } from "./money.ts";
export { type OwnLibrary, ownLibrary, ownProgram } from "./program.ts";
export {
  type AttemptMeter,
  type CallContext,
  type ChatRequest,
  type ChatResponse,
  type Host,
  type LostAttempt,
  type LostCost,
  type ModelParameters,
  needsApproval,
  NO_PERMISSIONS,
  type PriceBook,
  type PricedCall,
  type Provider,
  type Tool,
  type ToolContext,
  type ToolDefinition,
  ToolInputError,
  type ToolPermissions,
  type ToolResult,
} from "./ports.ts";
export {
  type EndpointNote,
  type EndpointNotes,
  isRateLimit,
  limitLeft,
  limitName,
  type LimitPeriod,
  limitText,
  type LimitUnit,
  type RateLimit,
} from "./rate_limit.ts";
export type { ServerNote, ServerNotes } from "./server_note.ts";
export type { Forecast } from "./forecast.ts";
export type { Receipt, ReceiptLine } from "./receipt.ts";
export {
  BUDGET_WAIT,
  FINAL_STATUSES,
  isFinal,
  isLive,
  LIVE_STATUSES,
  retriesOf,
  type Run,
  RUN_STATUSES,
  type RunChange,
  type RunError,
  type RunOrigin,
  type RunStatus,
  type RunTotals,
  type RunWarning,
  WARNING_WORDS,
} from "./run.ts";
export {
  allOf,
  anyOf,
  conditionOf,
  FIGURE_KEYS,
  FIGURE_OPERATORS,
  type FigureKey,
  type FigureOperator,
  type NameKey,
  notOf,
  type RunCondition,
  type RunFilter,
} from "./run_condition.ts";
export {
  addUsage,
  type Cost,
  type Evaluation,
  type Message,
  NO_USAGE,
  type Part,
  type PriceTag,
  type Role,
  type Snapshot,
  type Span,
  SPAN_KINDS,
  type SpanKind,
  type SpanStatus,
  textOf,
  toolCallsOf,
  totalTokens,
  type Usage,
} from "./span.ts";
export { readCount, readUsage } from "./read_usage.ts";
export type {
  ControlAction,
  ControlRequest,
  CostKey,
  CostRow,
  Deleted,
  DiffStore,
  EvaluationPage,
  EvaluationQuery,
  EvaluationReader,
  FactsQuery,
  FactsReader,
  ForkStore,
  JudgedRun,
  PartialOutput,
  QueueFilter,
  Retention,
  RunControl,
  RunJournal,
  RunLeases,
  RunPage,
  RunPrefix,
  RunReader,
  RunSort,
  RunsQuery,
  RunSummary,
  SpanFactsQuery,
  StoreAdministration,
  StoreChanges,
  StoredDiff,
  StoredMessage,
  StoreStats,
  TableCopyOptions,
  TableStore,
  TreeTotals,
  WriteOptions,
} from "./store_ports.ts";
export {
  countRedacted,
  type Finder,
  type Found,
  NO_SECRETS,
  type RedactedStream,
  Redactor,
  type Secret,
} from "./redact.ts";
export { hasKeyParameter, type SecretSettings, secretsOf, withoutKeys } from "./secrets.ts";
export { byName, escapeText, nearest, oneLine } from "./text.ts";
export { UNITS } from "./units.ts";
export { isSoundAttribute } from "./sound_attribute.ts";
export type {
  ImportOutcome,
  ReceivedPart,
  ReceivedProgress,
  ReceivedRun,
  ReceivedStore,
  Reception,
  ReceptionReport,
  SentRun,
} from "./received.ts";
export type { Store } from "./whole_store.ts";
