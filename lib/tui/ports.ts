import type { Speech } from "../analysis/mod.ts";
import type {
  AddedCells,
  AgentEntry,
  DeletionPlan,
  FileChange,
  LaunchedRun,
  LaunchRequest,
  ReplayRequest,
  ResumeLimits,
  RunOperation,
  Shown,
  TrainingLog,
  TypedScores,
} from "../app/mod.ts";

import type {
  AlertStore,
  BudgetStore,
  CallTarget,
  EndpointNotes,
  Evaluation,
  ExperimentStore,
  ExperimentViews,
  FactsReader,
  ForkStore,
  Host,
  RunControl,
  RunReader,
  ServerNotes,
  StoreChanges,
  Usage,
} from "../core/mod.ts";

/** The workbench reads, follows and steers; what it starts writes for itself. */
export type TuiStore =
  & RunReader
  & StoreChanges
  & Pick<EndpointNotes, "endpointNotes">
  & Pick<ServerNotes, "serverNotes">
  & Pick<
    AlertStore,
    "listAlerts" | "listAlertRules" | "listDeliveries" | "acknowledgeAlerts" | "muteAlertRule"
  >
  & Pick<ExperimentStore, "listExperiments" | "experimentResults" | "experimentChanges">
  & ExperimentViews
  & Pick<BudgetStore, "listBudgets" | "saveBudget">
  & Pick<FactsReader, "usageFacts" | "spanFacts">
  & Pick<ForkStore, "forksOf">
  & Pick<RunControl, "requestControl">;

/** A run that shows what there is to see, for the first start. */
export interface DemoEntry {
  /** Name of a bundled agent. */
  readonly agent: string;
  readonly prompt: string;
  /** What there is to see, in a few words. */
  readonly about: string;
}

/** All the workbench needs of the world. Every method may reject; the message is shown to the person. */
export interface TuiServices {
  readonly store: TuiStore;
  readonly host: Host;
  agents(): Promise<readonly AgentEntry[]>;
  /**
   * Starts a runner process and resolves with the run's ids; the run may reach the store a little later. The workbench
   * follows it through the store like any other process.
   */
  launch(request: LaunchRequest): Promise<LaunchedRun>;
  /** Starts a process that runs a run again and resolves with the new run's ids. */
  replay?(request: ReplayRequest): Promise<LaunchedRun>;
  /** Starts a runner process that goes on with a run from its last finished step, under other limits where they are given. */
  resume?(traceId: string, limits?: ResumeLimits): Promise<void>;
  /** What a person does to a live run; each resolves once the run's process has it, and says what came of it. */
  operate?(traceId: string, operation: RunOperation): Promise<string>;
  /** Sets how many cases of a running experiment are done at a time; resolves once its process has it. */
  operateExperiment?(experimentId: string, concurrency: string): Promise<string>;
  /** Lets alert rules look at what ended, and delivers what they find; `onDesktop` shows a notice. */
  judgeAlerts?(onDesktop: (text: string) => void): void;
  /** The runs that go when these do; rejects when one is at work, or part of a run that stays. */
  planDeletion?(runIds: readonly string[]): Promise<DeletionPlan>;
  /** Deletes them, all or nothing. */
  deletePlanned?(plan: DeletionPlan): Promise<unknown>;
  /** Writes the runs to a file of that format of `agentop export`, never over another one; resolves with its path. */
  exportRuns?(format: string, runIds: readonly string[]): Promise<string>;
  /** Where model calls go, e.g. `simulator (no key)` or a server's host. */
  readonly endpoint: string;
  readonly storePath: string;
  /** Whose days and times are shown: an IANA name. @default "UTC" */
  readonly timeZone?: string;
  /**
   * Opens the text in the person's editor and resolves with what was saved, `undefined` when nothing was. The terminal
   * is free meanwhile.
   */
  openEditor?(text: string): Promise<string | undefined>;
  /** Opens a file in the person's editor; resolves when it is closed. The terminal is free meanwhile. */
  openFile?(path: string, line?: number): Promise<void>;
  /** Trainings with the end of their logs, the newest first. */
  trainings?(): Promise<readonly TrainingLog[]>;
  /** Opens sound with the system's player; resolves when that has it. */
  play?(speech: Speech): Promise<void>;
  /** Keeps a text that is too long for a clipboard in a file, in the place of the one before; resolves with its path. */
  keepCopy?(text: string): Promise<string>;
  /** Adds cells to a notebook, which is made where it is not there; says what was written. */
  addToNotebook?(name: string, shown: Shown): Promise<AddedCells>;
  /** What a call that waits would change in its file. */
  fileChange?(target: Extract<CallTarget, { kind: "file" }>): Promise<FileChange>;
  /** Arguments as text to edit, and back; rejects with why they cannot be arguments. */
  argumentsText?(args: unknown): Promise<string>;
  readArguments?(text: string): Promise<Record<string, unknown>>;
  /** Keeps what a person says of a run or a step; rejects with what is not right. */
  score?(scores: TypedScores): Promise<readonly Evaluation[]>;
  /** What `usage` would cost with the prices of `model`; `null` when they are unknown. */
  priceOf?(model: string, usage: Usage): Promise<{ readonly usd: number | null }>;
  /** Models that can be chosen for such a question. */
  pricedModels?(): Promise<readonly string[]>;
  /** Models to run agents with; those of the server where they are known, otherwise those with a price today. */
  chatModels?(): Promise<readonly string[]>;
  /**
   * Opens the store, whose calls wait for it; asked for once the first frame is shown. Rejects when it cannot be opened: the
   * workbench ends with that error.
   */
  open?(): Promise<void>;
  /** Writes that the store had acknowledged and does not hold any more, a sentence each; asked for when it is open. */
  lostWrites?(): Promise<readonly string[]>;
  /** Offered while the store is empty; asked for when it is open. */
  demos?(): Promise<readonly DemoEntry[]>;
  /** What `saveState` was given last, `undefined` at the first start. Rejects when it cannot be read. */
  loadState?(): Promise<unknown>;
  /** The file that it is kept in. */
  readonly statePath?: string;
  /** Keeps settings, keys and where the person was; plain JSON. */
  saveState?(state: unknown): Promise<void>;
}

export interface TuiOptions {
  /** Clicks and wheel. @default true */
  readonly mouse?: boolean;
  /** `none` keeps bold and inverse; `16` keeps to the terminal's own palette. @default "auto", which is 256 colours */
  readonly color?: "auto" | "none" | "16" | "256";
  /** `auto` asks the terminal for its background. @default "auto" */
  readonly background?: "auto" | "dark" | "light";
  /** Draws with ASCII only, for terminals and fonts without line drawing. @default false */
  readonly ascii?: boolean;
}
