import type { Approver } from "./agent/mod.ts";
import type { SqlValue } from "./app/mod.ts";
import type { ThemeName } from "./charts/mod.ts";
import type { CostKey, Host, RunSort, TraceEvent } from "./core/mod.ts";
import type { OnProgress } from "./notebook/mod.ts";
import type { ReplayMode, ToolPolicy } from "./replay/mod.ts";

/** Where a studio works. What is left out comes from the environment, as it does for the `agentop` command. */
export interface StudioOptions {
  /** Path of the store, or `:memory:` for one that is gone when the studio is closed. */
  readonly store?: string;
  /** Folder for the store, agents and settings. */
  readonly home?: string;
  /** Answers come from the built-in simulator, whatever keys are set. @default false */
  readonly simulator?: boolean;
  /**
   * Personal data that is taken out of what models get and what is kept: `email`, `phone` or `phone=FR`, `iban`, `card`,
   * `names=FILE`, with commas between. @default `AGENTOP_REDACT`, else none
   */
  readonly redact?: string;
  /** Whose days `since:` and `costs("day")` mean: an IANA name, e.g. `Europe/Paris`, or `UTC`. @default `AGENTOP_TZ`, else this machine's */
  readonly timeZone?: string;
  /** Clock, ids, network and chance; for tests. */
  readonly host?: Host;
  /** Told in one line of what went wrong without ending anything: that the store has lost writes. @default `console.warn` */
  readonly onWarning?: (warning: string) => void;
}

/** An agent by name or path, or written out as in an agent file. */
export type AgentSpec = string | Readonly<Record<string, unknown>>;

/** What a run may do and is labelled with. */
export interface RunOptions {
  /** Changes by their `--set` names: `{ model: "mistral-large-latest", temperature: 0 }`. */
  readonly set?: Readonly<Record<string, string | number | boolean>>;
  /** Experiment, session or batch the run belongs to. */
  readonly group?: string;
  /** The user it is made for. */
  readonly user?: string;
  /** Labels. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The run stops before more than this is spent, in USD. */
  readonly budgetUsd?: number;
  /** Model and tool calls together, those of hand-offs included. */
  readonly maxSteps?: number;
  /** The run stops after this time. */
  readonly timeoutSeconds?: number;
  /** Answers for tools that write, execute or reach the network. Without it they are refused. */
  readonly approver?: Approver;
  /** Told of every event once it is stored, and of streamed text at once. */
  readonly onEvent?: (event: TraceEvent) => void;
  /** Told of each step; `showProgress()` shows it. */
  readonly onProgress?: OnProgress;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
}

/** How a run is run again. */
export interface ReplayRunOptions
  extends Pick<RunOptions, "set" | "approver" | "onEvent" | "onProgress" | "signal"> {
  /** `recorded` asks nobody; `hybrid` asks the model and keeps known tool results; `live` runs everything. @default "hybrid" */
  readonly mode?: ReplayMode;
  /** The first step to run again; those before it are shared with the original. */
  readonly from?: number;
  /** What steps say instead, by their number; 0 is the prompt. */
  readonly edits?: Readonly<Record<number, string>>;
  /** For tool calls that are not on record. @default "live" */
  readonly tools?: ToolPolicy;
}

/** Which runs. */
export interface RunsQuery {
  /** As typed after `agentop runs --search`: `status:failed model:large since:24h refund`. */
  readonly search?: string;
  /** In which order. @default "newest" */
  readonly sort?: RunSort;
  /** How many at most. @default 50 */
  readonly limit?: number;
}

/** Whose rows of a table. Without a choice those of all runs. */
export interface RowsQuery {
  /** Of these runs, by their names. */
  readonly runs?: string | readonly string[];
  /** Of the runs that a search finds, as in `runs`. */
  readonly search?: string;
  /** How many rows at most. @default 100000 */
  readonly limit?: number;
}

/** What a chart is about, and its colours. */
export interface ChartOptions {
  /** Of these runs, by their names. A chart of one run takes the newest when none is named. */
  readonly runs?: string | readonly string[];
  /** Of the runs that a search finds, as in `runs`. */
  readonly search?: string;
  /** For `score-intervals` and `cost-vs-score`: these experiments, or a variant as `EXP/VARIANT`. @default the newest */
  readonly experiments?: string | readonly string[];
  /** Colours for a light or a dark ground. @default "light" */
  readonly theme?: ThemeName;
}

/** How runs are judged. */
export interface ScoreRunsOptions extends RowsQuery {
  /** Told of each run that is scored. */
  readonly onProgress?: OnProgress;
}

/** Which experiments. */
export interface ExperimentsQuery {
  /** Name of the suite. */
  readonly suite?: string;
  /** How many at most. @default 50 */
  readonly limit?: number;
}

/** What is assumed to be otherwise, and of which runs. */
export interface WhatIfQuery {
  /** Whose prices, those of today. @default each call's own model */
  readonly model?: string;
  /** The part of the prompts that comes from a cache, 0 to 1. @default as it was */
  readonly cachedShare?: number;
  /** What is added up by. @default "model" */
  readonly by?: CostKey;
  /** Only runs that a search finds, as in `agentop runs --search`. */
  readonly search?: string;
}

/** Whose prompts. */
export interface DearestQuery {
  /** Only runs that a search finds, as in `agentop runs --search`. */
  readonly search?: string;
  /** How many at most. @default 10 */
  readonly limit?: number;
}

/** Whose prompts, newest runs first where there are many. */
export interface CacheQuery {
  /** Names of runs: ids, beginnings or ends of them, `last`. */
  readonly runs?: string | readonly string[];
  /** Or only runs that a search finds, as in `agentop runs --search`. */
  readonly search?: string;
}

/** Whose calls. */
export interface DuplicatesQuery {
  /** Only runs that a search finds, as in `agentop runs --search`. */
  readonly search?: string;
}

/** A suite: its path, its name in `evals/`, or what a suite file would say. */
export type SuiteSpec = string | Readonly<Record<string, unknown>>;

/** What an experiment is measured by. */
export interface GateOptions {
  /** Compare case by case with this experiment, or with its variant: `EXP/VARIANT`; `last` is the last complete one of the suite. */
  readonly baseline?: string;
  /** The scorer that decides. @default every scorer */
  readonly scorer?: string;
  /** The least mean score, from 0 to 1; without `scorer` of all scorers but latency, cost, tokens and steps. */
  readonly failBelow?: number;
  /** To be worse than the baseline fails; without one, than the last complete experiment of the suite. @default false */
  readonly failIfWorse?: boolean;
  /** How much worse than the baseline may not be excluded. @default 0.02 */
  readonly margin?: number;
}

/** How a suite is run this time. */
export interface EvaluateOptions extends GateOptions {
  /** Only these cases, by their ids. */
  readonly only?: string | readonly string[];
  /** Only the first so many cases. */
  readonly limit?: number;
  /** How often each case is run. @default the suite's, else 1 */
  readonly repeats?: number;
  /** Cases at work at once. @default the suite's, else 8 */
  readonly concurrency?: number;
  /** For the whole experiment, in USD: it stops before more than this is spent. */
  readonly budgetUsd?: number;
  /** Changes for all variants by their `--set` names. */
  readonly set?: Readonly<Record<string, string | number | boolean>>;
  /** Scorers of the suite may run the commands that it names. @default false */
  readonly allowCommands?: boolean;
  /** Go on with this experiment; finished cases are not repeated. */
  readonly resume?: string;
  /** Told of each result; `showProgress()` shows it. */
  readonly onProgress?: OnProgress;
  /** Stops it; it can go on with `resume`. */
  readonly signal?: AbortSignal;
}

/** What a comparison is measured by. */
export interface CompareOptions {
  /** Says also whether the right side passes. @default false */
  readonly gate?: boolean;
  /** For the gate: the scorer that decides. @default every scorer */
  readonly scorer?: string;
  /** For the gate: how much worse may not be excluded. @default 0.02 */
  readonly margin?: number;
}

/** What says that a run is good, and how it is found out. Either a scorer or a command. */
export interface BisectRunsOptions {
  /** `NAME`, `NAME=VALUE` or `NAME={key: value}`; passing means good. */
  readonly scorer?: string;
  /** A command that gets the answer on stdin; exit code 0 means good. */
  readonly check?: string;
  /** Tries of each configuration; more than half must be good. @default 1 */
  readonly repeat?: number;
  /** Told of each try. */
  readonly onProgress?: OnProgress;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** What goes out, and where to. */
export interface ExportOptions {
  /** Runs by their names: one or two for `html`. */
  readonly runs?: readonly string[];
  /** Runs by a search, as in `runs`. */
  readonly search?: string;
  /** For `csv`, `jsonl` and `parquet`: which rows. @default "runs" */
  readonly table?: string;
  /** A file or a folder; without it a text format gives its text. */
  readonly file?: string;
  /** An existing file may be replaced. @default false */
  readonly force?: boolean;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** A column's value by its name. Integers beyond 2^53 are text, bytes are hex digits. */
export type SqlRow = Readonly<Record<string, SqlValue>>;
