/**
 * The program without its edges: one `App`, opened once from a configuration, and what it starts, finds and checks.
 *
 * @module
 */
export { type AgentEntry, agentEntry, permissionWords } from "./agent_entry.ts";
export {
  agentNames,
  bundledAgent,
  type FoundAgent,
  type ListedAgent,
  resolveAgent,
  type ResolveOptions,
} from "./agents.ts";
export { apiKeyOf, createApiKey, type CreatedKey } from "./api_keys.ts";
export { App, type AppOptions } from "./app.ts";
export {
  CHART_FORMATS,
  type ChartChoice,
  type ChartFileOptions,
  type ChartFormat,
  chartFormatOf,
  chartOf,
  drawChart,
  renderChart,
  writeChart,
} from "./charts.ts";
export type { Check } from "./check.ts";
export { runChecks, type TerminalFacts } from "./checks.ts";
export { type AppConfig } from "./config.ts";
export {
  budgetStates,
  doubtfulScope,
  otherModelNames,
  readBudgetScope,
  removeBudgets,
  setBudget,
} from "./budgets.ts";
export type { AlertOrder } from "./alerts/mod.ts";

/** Rules of alerts. Loaded with the first use. */
export const loadAlerts = () => import("./alerts/mod.ts");

export { type CostReport, costReport } from "./cost_report.ts";
export {
  type CallReader,
  type DearestPrompts,
  dearestPrompts,
  duplicateCalls,
  type DuplicateReport,
  forecast,
  type WhatIfReport,
  whatIfReport,
} from "./spending.ts";
export type { CallFailure, CallRecorder, RecordedCall } from "./proxied/mod.ts";

/** What reads model calls of other programs, loaded with the first that must be read before it goes on. */
export const loadProxied = () => import("./proxied/mod.ts");
/** The server in a process of its own, loaded with the first use. */
export const loadServerProcess = () => import("./server_process.ts");
/** Redaction by how texts look, loaded with the first that may be kept. */
export const loadRedaction = () => import("./redaction/mod.ts");
/** What is done to live runs, loaded with the first use. */
export const loadOperate = () => import("./operate.ts");

export { IngestBusyError } from "./ingest/busy_error.ts";
export type { Ingest } from "./ingest/mod.ts";
export type { ImportedRun, ImportReport } from "./import_files.ts";

/** Sending runs to collectors. Loaded with the first use. */
export const loadSending = () => import("./send_runs.ts");

/** Sending runs to Weights & Biases. Loaded with the first use. */
export const loadWandbExport = () => import("./ways_out/export_wandb.ts");

/** Making datasets of the Hugging Face Hub. Loaded with the first use. */
export const loadHuggingfaceExport = () => import("./ways_out/export_huggingface.ts");

/** Telling Weights & Biases of runs while they go. Loaded with the first use. */
export const loadLiveWandb = () => import("./ways_out/live_wandb.ts");

/** What would be sent, without sending it. Loaded with the first use. */
export const loadDryRun = () => import("./ways_out/dry_run.ts");
export type { DryRun } from "./ways_out/dry_run.ts";

/** Taking in files. Loaded with the first use. */
export const loadImport = () => import("./import_files.ts");

export { deletePlanned, type DeletionPlan, planDeletion } from "./delete_runs.ts";
export {
  type BaselineChoice,
  baselines,
  checkAgainst,
  COST_FACTOR_DEFAULT,
  type KnownBaseline,
  setBaseline,
  TIME_FACTOR_DEFAULT,
} from "./baselines.ts";
export { type ComparedExperiments, comparedVariants, compareExperiments } from "./compare_experiments.ts";
export {
  evaluate,
  type ExperimentReport,
  experimentReport,
  type GateChoice,
  loadSuiteOf,
  type ReadySuite,
  readySuite,
  settledGate,
  type SuiteReference,
} from "./evaluate.ts";
export { SavedFiles } from "./saved_files.ts";
export { type WatchedEnd, type WatchedRun, type WatchOptions, watchSuite } from "./watch_suite.ts";
export { type MadeSuite, suiteFromRuns, type SuiteManner } from "./suite_from_runs.ts";
export { type ExampleFile, writeExamples } from "./examples.ts";
export { createLauncher, type Launcher } from "./launch.ts";
export { type CacheAnswer, cacheOf, cacheOfRun, cacheOfRuns, cacheOfTrace } from "./prompt_cache.ts";
export { newRun, type RunOrder } from "./new_run.ts";
export { isSimulated } from "./registered_models.ts";
export type { RightsOptions, RightsQuestion, RunRights } from "./rights.ts";
export { runDocument } from "./run_document.ts";
export type { LaunchedRun, LaunchRequest, ReplayRequest, ResumeLimits, RunOperation } from "./requests.ts";
export {
  type ExportChoice,
  exporterOf,
  exportFile,
  type ExportFileOptions,
  exportText,
} from "./export_runs.ts";
export {
  exportTable,
  printTable,
  type TableChoice,
  tableOf,
  tableText,
  type WrittenTable,
} from "./export_tables.ts";
export { exportNamed } from "./export_named.ts";
export {
  type BlindAnswer,
  type BlindPair,
  type BlindVerdict,
  handVerdicts,
  reviewExperiments,
  type ReviewOptions,
  type ReviewReport,
} from "./review.ts";
export { scoreAsTyped, type TypedScores } from "./score_run.ts";
export { type ApprovalHelp, approvalHelp, type FileChange, fileChange } from "./approvals.ts";
export type { AddedCells, Shown } from "./notebooks/mod.ts";
export { chatModels, pricedModels } from "./prices.ts";
export { readRows, type RowsWanted } from "./read_rows.ts";
export { replayArguments } from "./replay_process.ts";
export { rowObjects, type SqlRows } from "./sql_query.ts";
export { answerSql, runSqlReader, type SqlValue } from "./sql_reader.ts";
export { distrustFolder, type TrustedFile, type TrustedFolder, trustedFolders } from "./trust.ts";
export { writeWhole, type WriteWholeOptions } from "./write_whole.ts";

/** Loaded with the first use. */
export const loadNotebooks = () => import("./notebooks/mod.ts");

export type {
  FinetuneFile,
  FinetuneFormat,
  FinetuneReport,
  HeldAgainst,
  LinesPer,
  Template,
  TrainingHooks,
  TrainingJob,
  TrainingLog,
} from "./finetune/mod.ts";

/** Training data of runs, and training. Loaded with the first use. */
export const loadFinetune = () => import("./finetune/mod.ts");

export type { SpeechReport, SpeechRow } from "./speech.ts";

/** What runs spoke, and what is left of the account. Loaded with the first use. */
export const loadSpeech = () => import("./speech.ts");
