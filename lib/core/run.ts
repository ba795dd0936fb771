import type { Usage } from "./span.ts";

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
export const FINAL_STATUSES: readonly RunStatus[] = ["completed", "failed", "stopped", "cancelled"];

export function isLive(status: RunStatus): boolean {
  return LIVE_STATUSES.includes(status);
}

export function isFinal(status: RunStatus): boolean {
  return FINAL_STATUSES.includes(status);
}

export type RunOrigin = "agent" | "otlp" | "proxy" | "import";

export interface RunError {
  /** `budget | max_steps | timeout | loop` for stopped runs, otherwise the error's type, e.g. `401`. */
  readonly type: string;
  readonly message: string;
}

/** Kept up to date with every event, so that lists never have to add up spans. */
export interface RunTotals {
  readonly steps: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  readonly attempts: number;
  readonly usage: Usage;
  /** Sum of the known costs, USD. */
  readonly costUsd: number;
  /** Calls whose price is unknown. The cost is exact only when this is 0. */
  readonly unknownCostCalls: number;
  /** Time spent waiting between attempts. */
  readonly retryWaitMs: number;
}

export interface Run {
  /** 32 hex digits, random: the key of everything that belongs to the run. */
  readonly traceId: string;
  /** UUIDv7: the id people see. */
  readonly runId: string;
  readonly agent: string;
  readonly status: RunStatus;
  readonly model: string;
  readonly origin: RunOrigin;
  readonly userId: string;
  readonly group?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The resolved agent configuration: everything needed to run it again. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly prompt: string;
  readonly output?: string;
  readonly parentRunId?: string;
  readonly forkedFrom?: { readonly runId: string; readonly step: number };
  readonly startTimeUs: number;
  readonly endTimeUs?: number;
  readonly error?: RunError;
  readonly totals: RunTotals;
}

/** Changes to a run row; `null` clears. */
export interface RunChange {
  readonly status?: RunStatus;
  readonly startTimeUs?: number;
  readonly endTimeUs?: number | null;
  readonly output?: string | null;
  readonly error?: RunError | null;
  readonly model?: string;
}
