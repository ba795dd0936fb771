import type { RunLimits } from "../agent/mod.ts";
import type { RaisableLimit } from "../core/mod.ts";

/** A run to start. */
export interface LaunchRequest extends RunLimits {
  /** Name or path of the agent. */
  readonly agent: string;
  readonly prompt: string;
  /** The agent files of its folder are trusted as they are now, first. */
  readonly trust?: boolean;
  /** As with `--set key=value`: `model`, `temperature`, `maxTokens`, ... */
  readonly overrides?: Readonly<Record<string, string>>;
  /** Experiment, session or batch it belongs to. */
  readonly group?: string;
  /** The user it is made for. */
  readonly userId?: string;
  /** Labels. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A run to run again, with something changed. */
export interface ReplayRequest {
  readonly runId: string;
  /** From the record alone; from the record until something differs; or everything anew. */
  readonly mode: "recorded" | "hybrid" | "live";
  /** As with `--set key=value`. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** Tool calls that are not on record: refused, executed, or asked for. @default "live" */
  readonly tools?: "recorded" | "live" | "ask";
  /** The steps before this one are kept. */
  readonly fromStep?: number;
  /** What a step says instead; step 0 is the prompt. */
  readonly edit?: { readonly step: number; readonly text: string };
}

export interface LaunchedRun {
  readonly runId: string;
  readonly traceId: string;
}

/** The limits under which a run goes on. */
/** What a person does to a live run. */
export type RunOperation =
  /** Tells its agent something. */
  | { readonly tell: string }
  /** Sets its model, parameters or limits, as words. */
  | { readonly set: Readonly<Record<string, string>> }
  /** Breaks off the tool call of this span. */
  | { readonly cancel: string };

export type ResumeLimits = Readonly<Partial<Record<RaisableLimit, number>>>;
