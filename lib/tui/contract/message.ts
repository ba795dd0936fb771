import type {
  ControlAction,
  CostKey,
  CostRow,
  Explanation,
  PartialOutput,
  Run,
  RunFilter,
  RunPage,
  RunSort,
  Trace,
  Usage,
} from "../../core/mod.ts";
import type { ForkTree } from "../../analysis/mod.ts";
import type { AgentEntry, LaunchedRun, LaunchRequest, ReplayRequest } from "../../app/mod.ts";
import type { Comparison, Pairing, TextDiff, TextPair } from "./comparison.ts";
import type { Settings } from "./settings.ts";

/** A screen by the `id` it gives itself; the list of them is `screens/mod.ts`. */
export type ScreenId = string;

/** What a screen may ask of the store or the agents folder. */
export type Query =
  | {
    readonly kind: "runs";
    readonly filter: RunFilter;
    readonly sort: RunSort;
    readonly limit: number;
    readonly cursor?: string;
  }
  | { readonly kind: "count"; readonly filter: RunFilter }
  | { readonly kind: "activity"; readonly nowMs: number }
  | { readonly kind: "trace"; readonly traceId: string }
  | { readonly kind: "partials"; readonly traceId: string }
  | { readonly kind: "agents" }
  | { readonly kind: "costs"; readonly by: CostKey; readonly filter: RunFilter }
  /** What each usage would cost with the prices of `model`. */
  | { readonly kind: "prices"; readonly model: string; readonly usages: readonly Usage[] }
  | { readonly kind: "priced_models" }
  /** The run that a tool call handed its work to. */
  | {
    readonly kind: "child";
    readonly parentRunId: string;
    readonly spanId: string;
    readonly childRunId?: string;
  }
  | { readonly kind: "statuses"; readonly traceIds: readonly string[] }
  | { readonly kind: "compare"; readonly pairing: Pairing }
  /** The latest run that repeats another, and that other one. */
  | { readonly kind: "newest_replay" }
  /** All that these runs go back to and that came of it. */
  | { readonly kind: "family"; readonly runIds: readonly string[] }
  /** Models to run something with, and what `usage` would cost there. */
  | { readonly kind: "models"; readonly usage: Usage }
  | { readonly kind: "texts"; readonly pairs: readonly TextPair[] };

/** One day of the store, for the strip on top. */
export interface DayActivity {
  readonly day: string;
  readonly runs: number;
  readonly tokens: number;
  readonly costUsd: number;
}

export interface Activity {
  readonly runs: number;
  readonly today: number;
  readonly live: number;
  readonly failedToday: number;
  /** Oldest first, one entry per day, the last is today (UTC). */
  readonly days: readonly DayActivity[];
}

export type Answer =
  | { readonly kind: "runs"; readonly page: RunPage }
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "activity"; readonly activity: Activity }
  /** `undefined`: the run has not reached the store yet. */
  | { readonly kind: "trace"; readonly trace: Trace | undefined }
  | { readonly kind: "partials"; readonly partials: readonly PartialOutput[] }
  | { readonly kind: "agents"; readonly agents: readonly AgentEntry[] }
  | { readonly kind: "costs"; readonly rows: readonly CostRow[] }
  /** `null`: no price is known. In the order of the usages. */
  | { readonly kind: "prices"; readonly model: string; readonly usd: readonly (number | null)[] }
  | { readonly kind: "priced_models"; readonly models: readonly string[] }
  | { readonly kind: "child"; readonly run: Run | undefined }
  | { readonly kind: "statuses"; readonly runs: readonly Run[] }
  | { readonly kind: "compare"; readonly comparison: Comparison }
  | { readonly kind: "newest_replay"; readonly pairing: Pairing | undefined }
  | { readonly kind: "family"; readonly tree: ForkTree }
  | { readonly kind: "models"; readonly models: readonly ModelChoice[] }
  /** In the order of the pairs. */
  | { readonly kind: "texts"; readonly texts: readonly TextDiff[] };

/** A model that can be asked for. */
export interface ModelChoice {
  readonly name: string;
  /** What the tokens of the question would cost; `null`: no price is known. */
  readonly usd: number | null;
}

/** Where a screen was sent to. */
export interface Target {
  readonly traceId: string;
  readonly runId: string;
}

/** What a screen should begin with. */
export interface Entry {
  readonly target?: Target;
  /** What to show first, e.g. an agent. */
  readonly name?: string;
  /** A filter to set. */
  readonly search?: string;
  /** The runs to compare. */
  readonly compare?: Pairing;
  /** The step to run again from; `fork`: its text is edited first. */
  readonly replay?: { readonly step?: number; readonly fork?: boolean };
}

/** What happened. Everything that `update` ever sees. */
export type Msg =
  | { readonly type: "action"; readonly action: string; readonly count?: number }
  /** Typed or pasted into the focused field. */
  | { readonly type: "text"; readonly text: string }
  /** An editing key for the focused field. */
  | { readonly type: "edit"; readonly key: string }
  /** Positions count from the top left of the screen's own area. */
  | { readonly type: "click"; readonly x: number; readonly y: number }
  | { readonly type: "wheel"; readonly x: number; readonly y: number; readonly lines: number }
  /** The screen came into view. */
  | ({ readonly type: "enter" } & Entry)
  | { readonly type: "store_changed" }
  | { readonly type: "tick" }
  | { readonly type: "resized" }
  | { readonly type: "answer"; readonly slot: string; readonly ticket: number; readonly answer: Answer }
  | {
    readonly type: "no_answer";
    readonly slot: string;
    readonly ticket: number;
    readonly failure: Explanation;
  }
  | {
    readonly type: "launched";
    readonly run: LaunchedRun;
    readonly request: LaunchRequest;
    readonly watch: boolean;
  }
  | { readonly type: "launch_failed"; readonly message: string }
  | { readonly type: "edited"; readonly text: string | undefined };

/** A question before something that cannot be undone. */
export interface Question {
  readonly title: string;
  readonly lines: readonly string[];
  /** What yes does, in a few words. */
  readonly yes: string;
  readonly action: string;
}

export type NoticeLevel = "info" | "warn" | "error";

/** What should be done, as data. The first group is done by the root itself, the others by the shell. */
export type Effect =
  | ({ readonly type: "go"; readonly screen: ScreenId } & Entry)
  | { readonly type: "leave" }
  /** Remembers the first run of a comparison, or forgets it. */
  | { readonly type: "mark"; readonly run: Target | undefined }
  | { readonly type: "notice"; readonly level: NoticeLevel; readonly text: string }
  /** Asks first; on yes the screen gets `action`. */
  | { readonly type: "confirm"; readonly question: Question }
  | { readonly type: "settings"; readonly change: Partial<Settings> }
  /**
   * One query per slot is under way; a newer one replaces the one that waits. Answers carry the ticket, and a screen
   * drops those that are not its latest. `minIntervalMs` spaces out refreshes.
   */
  | {
    readonly type: "load";
    readonly slot: string;
    readonly ticket: number;
    readonly query: Query;
    readonly minIntervalMs?: number;
  }
  | { readonly type: "launch"; readonly request: LaunchRequest; readonly watch: boolean }
  /** Answered like `launch`. `about`: what is run again. */
  | { readonly type: "replay"; readonly request: ReplayRequest; readonly about: LaunchRequest }
  | {
    readonly type: "control";
    readonly traceId: string;
    readonly action: ControlAction;
    readonly argument?: Record<string, unknown>;
    /** Said when the request is stored. */
    readonly done: string;
  }
  | { readonly type: "revive"; readonly traceId: string }
  | { readonly type: "copy"; readonly text: string }
  | { readonly type: "editor"; readonly text: string }
  /** The screen gets `edited` when the editor is closed. */
  | { readonly type: "open_file"; readonly path: string };
