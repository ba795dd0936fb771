import type { Usage } from "./span.ts";

/** Every status a run can have. */
export const RUN_STATUSES = [
  "queued",
  "running",
  "waiting",
  "paused",
  "completed",
  "failed",
  "stopped",
  "cancelled",
  "interrupted",
] as const;

/**
 * `waiting`: for an approval. `stopped`: by a limit (`error.type` says which). `cancelled`: by a person.
 * `interrupted`: the process died; the run can be resumed.
 */
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A run in one of these states has a process working on it. */
export const LIVE_STATUSES: readonly RunStatus[] = ["running", "waiting", "paused"];
/** A run in one of these states has ended. */
export const FINAL_STATUSES: readonly RunStatus[] = ["completed", "failed", "stopped", "cancelled"];

/** True while a process works on the run. */
export function isLive(status: RunStatus): boolean {
  return LIVE_STATUSES.includes(status);
}

/** True when the run has ended. */
export function isFinal(status: RunStatus): boolean {
  return FINAL_STATUSES.includes(status);
}

/** Attempts after the first of each call. */
export function retriesOf({ attempts, llmCalls }: RunTotals): number {
  return Math.max(0, attempts - llmCalls);
}

/** Where a run comes from: made here, received as OpenTelemetry, through the proxy, or from a file. */
export type RunOrigin = "agent" | "otlp" | "proxy" | "import";

/** Why a run did not complete. */
export interface RunError {
  /** `budget | max_steps | timeout | loop` for stopped runs, otherwise the error's type, e.g. `401`. */
  readonly type: string;
  /** In words. */
  readonly message: string;
  /** What a person can do about it; rows of older versions have it inside the message. */
  readonly remedy?: string;
}

/** What is to be known of a run that did not fail. */
export interface RunWarning {
  /** A short word, e.g. `parts_dropped`. */
  readonly type: string;
  /** In words, without a full stop. */
  readonly message: string;
}

/** The type of the warning that a run has while it waits for money that a shared budget has set aside for calls of others. */
export const BUDGET_WAIT = "budget_wait";

/** What a warning is called where there is no room for its text, by its type; the gravest first. */
export const WARNING_WORDS: Readonly<Record<string, string>> = {
  cut_off: "cut short",
  content_filter: "filtered",
  empty_answer: "empty",
  missing_calls: "no call",
};

/** Kept up to date with every event, so that lists never have to add up spans. */
export interface RunTotals {
  /** Model and tool calls of the run itself, without hand-offs. */
  readonly steps: number;
  /** Model calls. */
  readonly llmCalls: number;
  /** Tool calls. */
  readonly toolCalls: number;
  /** HTTP attempts of all model calls. */
  readonly attempts: number;
  /** Tokens of all model calls. */
  readonly usage: Usage;
  /** Sum of the known costs, USD. */
  readonly costUsd: number;
  /** Calls whose cost is unknown, lost attempts among them. The cost is exact only when this is 0. */
  readonly unknownCostCalls: number;
  /** What attempts that did not come back whole may have cost, USD, not in `costUsd`. Absent: nothing is estimated. */
  readonly estimatedCostUsd?: number;
  /** Time lost to retries: attempts that failed, and the waits after them. */
  readonly retryWaitMs: number;
}

/** One execution of an agent: one trace. */
export interface Run {
  /** 32 hex digits, random: the key of everything that belongs to the run. */
  readonly traceId: string;
  /** UUIDv7: the id people see. */
  readonly runId: string;
  /** Name of the agent. */
  readonly agent: string;
  /** Where it stands. */
  readonly status: RunStatus;
  /** The model asked for. */
  readonly model: string;
  /** Where it comes from. */
  readonly origin: RunOrigin;
  /** The user it was made for; `default` when nobody was named. */
  readonly userId: string;
  /** Experiment, session or batch it belongs to. */
  readonly group?: string;
  /** Labels of people and of the program itself. */
  readonly tags: Readonly<Record<string, string>>;
  /** The resolved agent configuration: everything needed to run it again. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What was asked. */
  readonly prompt: string;
  /** The answer, once there is one. */
  readonly output?: string;
  /** The run that handed this work over. */
  readonly parentRunId?: string;
  /** The run it repeats, and the first step that is its own. */
  readonly forkedFrom?: { readonly runId: string; readonly step: number };
  /** Microseconds since the Unix epoch. */
  readonly startTimeUs: number;
  /** Microseconds since the Unix epoch; absent until it ends. */
  readonly endTimeUs?: number;
  /** Microseconds of that in which nobody worked on it: paused, waiting for a person, or dead until it was resumed. Absent: none. */
  readonly idleUs?: number;
  /** It is paused or waits for a person since then; microseconds since the Unix epoch. */
  readonly idleSinceUs?: number;
  /** Why it did not complete. */
  readonly error?: RunError;
  /** Why the last answer ended, as the model's server says: `stop`, `length`, … Absent where none came. */
  readonly finishReason?: string;
  /** What is to be known of it all the same; each type once. */
  readonly warnings?: readonly RunWarning[];
  /** Sums over its spans. */
  readonly totals: RunTotals;
}

/** Changes to a run row; `null` clears. */
export interface RunChange {
  /** Where it stands now. */
  readonly status?: RunStatus;
  /** Microseconds since the Unix epoch. */
  readonly startTimeUs?: number;
  /** Microseconds since the Unix epoch. */
  readonly endTimeUs?: number | null;
  /** Microseconds in which nobody worked on it, all together. */
  readonly idleUs?: number;
  /** Microseconds since the Unix epoch. */
  readonly idleSinceUs?: number | null;
  /** The answer. */
  readonly output?: string | null;
  /** Why it did not complete. */
  readonly error?: RunError | null;
  /** Why the last answer ended. */
  readonly finishReason?: string | null;
  /** All that are known now. */
  readonly warnings?: readonly RunWarning[] | null;
  /** The model asked for. */
  readonly model?: string;
}
