import type {
  ControlAction,
  PartialOutput,
  Run,
  RunFilter,
  RunPage,
  RunSort,
  Trace,
} from "../../core/mod.ts";
import type { AgentEntry, LaunchedRun, LaunchRequest } from "../ports.ts";

export type ScreenId = "runs" | "launch" | "live";

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
  | { readonly kind: "statuses"; readonly traceIds: readonly string[] };

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
  | { readonly kind: "statuses"; readonly runs: readonly Run[] };

/** Where a screen was sent to. */
export interface Target {
  readonly traceId: string;
  readonly runId: string;
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
  | { readonly type: "enter"; readonly target?: Target }
  | { readonly type: "store_changed" }
  | { readonly type: "tick" }
  | { readonly type: "resized" }
  | { readonly type: "answer"; readonly slot: string; readonly ticket: number; readonly answer: Answer }
  | { readonly type: "no_answer"; readonly slot: string; readonly ticket: number; readonly message: string }
  | {
    readonly type: "launched";
    readonly run: LaunchedRun;
    readonly request: LaunchRequest;
    readonly watch: boolean;
  }
  | { readonly type: "launch_failed"; readonly message: string }
  | { readonly type: "edited"; readonly text: string | undefined };

export type NoticeLevel = "info" | "warn" | "error";

/** What should be done, as data. The first group is done by the root itself, the others by the shell. */
export type Effect =
  | { readonly type: "go"; readonly screen: ScreenId; readonly target?: Target }
  | { readonly type: "leave" }
  | { readonly type: "notice"; readonly level: NoticeLevel; readonly text: string }
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
  | { readonly type: "editor"; readonly text: string };
