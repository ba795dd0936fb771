import type { RateLimit } from "./rate_limit.ts";
import type { Usage } from "./span.ts";

/** 1: the thing asked for ended badly. 2: wrong usage, bad file, store trouble. 3: a limit. 130: cancelled. */
export type ExitCode = 1 | 2 | 3 | 130;

/** What went wrong, and apart from it what a person can do about it. */
export interface Explanation {
  /** `Cannot VERB X: why` or another plain sentence, without the remedy and without a full stop. */
  readonly message: string;
  /** Without "Try:". Absent where nothing helps; never blank. */
  readonly remedy?: string | undefined;
}

/** The one place where the two become a text: `Cannot VERB X: why. Try: remedy`. */
export function sentenceOf({ message, remedy }: Explanation): string {
  return remedy === undefined ? message : `${message}. Try: ${remedy}`;
}

export interface AgentOpErrorOptions {
  /** What a person can do about it, without "Try:". Blank counts as absent. */
  readonly remedy?: string | undefined;
  /** @default 2 */
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/** An error a person can act on. Its message is `reason. Try: remedy`, shown without a stack trace. */
export class AgentOpError extends Error {
  /** Name of the class. */
  override readonly name: string = "AgentOpError";
  /** `Cannot VERB X: why`, without the remedy. */
  readonly reason: string;
  /** What a person can do, without "Try:"; `undefined` where nothing helps. */
  readonly remedy: string | undefined;
  /** What the command line ends with. */
  readonly exitCode: ExitCode;

  /** `reason` is `Cannot VERB X: why`; a blank remedy counts as none. */
  constructor(reason: string, options: AgentOpErrorOptions = {}) {
    const remedy = options.remedy?.trim() ? options.remedy : undefined;
    super(
      sentenceOf({ message: reason, remedy }),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.reason = reason;
    this.remedy = remedy;
    this.exitCode = options.exitCode ?? 2;
  }
}

/** What kind of trouble a store has. */
export type StoreErrorCode =
  | "not_a_database"
  | "foreign"
  | "network"
  | "gone"
  | "older_at_work"
  | "damaged"
  | "damaged_run"
  | "newer_schema"
  | "read_only"
  | "missing_folder"
  | "locked"
  | "disk_full"
  | "unknown";

/** Trouble with the store. What was acknowledged before is still there. */
export class StoreError extends AgentOpError {
  /** Name of the class. */
  override readonly name = "StoreError";
  /** The kind of trouble. */
  readonly code: StoreErrorCode;

  /** `reason` is `Cannot VERB the store PATH: why`. */
  constructor(code: StoreErrorCode, reason: string, options: Omit<AgentOpErrorOptions, "exitCode"> = {}) {
    super(reason, options);
    this.code = code;
  }
}

/** Where a model call failed: at the server, on the way, by time, in the answer, before it was sent, … */
export type ProviderErrorKind = "http" | "network" | "timeout" | "protocol" | "input" | "circuit" | "stream";

/** The `errorType` of an answer that its model ended with an error. */
export const MODEL_ERROR = "model_error";

/** A model call failed. `errorType` is what the trace records as `error.type`: the status code or a short word. */
export class ProviderError extends AgentOpError {
  /** Name of the class. */
  override readonly name = "ProviderError";
  /** The value of `gen_ai.provider.name`. */
  readonly provider: string;
  /** Where it failed. */
  readonly kind: ProviderErrorKind;
  /** HTTP status, where there was an answer. */
  readonly statusCode: number | undefined;
  /** OpenTelemetry's `error.type`. */
  readonly errorType: string;
  /** Trying the same call again may help. */
  readonly retryable: boolean;
  /** The wait that the server asks for, milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Text that had arrived before a stream broke. */
  readonly partial: string | undefined;
  /** What the server said it billed before the answer broke. */
  readonly usage: Usage | undefined;
  /** The limit that was hit, where the server says which. */
  readonly limit: RateLimit | undefined;
  /** The call may be sent again at once: what the server refused is left out of it from now on. */
  readonly sendAgain: boolean;

  /** `reason` is `Cannot VERB X: why`. */
  constructor(
    reason: string,
    data: {
      remedy?: string | undefined;
      provider: string;
      kind: ProviderErrorKind;
      errorType: string;
      retryable: boolean;
      statusCode?: number | undefined;
      retryAfterMs?: number | undefined;
      partial?: string | undefined;
      usage?: Usage | undefined;
      limit?: RateLimit | undefined;
      sendAgain?: boolean | undefined;
      cause?: unknown;
    },
  ) {
    super(reason, { remedy: data.remedy, exitCode: 1, cause: data.cause });
    this.provider = data.provider;
    this.kind = data.kind;
    this.statusCode = data.statusCode;
    this.errorType = data.errorType;
    this.retryable = data.retryable;
    this.retryAfterMs = data.retryAfterMs;
    this.partial = data.partial;
    this.usage = data.usage;
    this.limit = data.limit;
    this.sendAgain = data.sendAgain ?? false;
  }
}

/** True for the errors that an aborted signal causes. */
export function isAbortError(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "RequestAbortedError");
}

/** Everything a person can be told: reason and remedy. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What happened, without the remedy: for a sentence that has its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AgentOpError) return error.reason;
  const message = messageOf(error);
  if (/^Requires all access to /.test(message)) return "it is a place of the system";
  return message.replace(/ \(os error \d+\)(: .*)?$/s, ""); // the path is in the sentence already
}

/** What helps against it, where the error says. */
export function remedyOf(error: unknown): string | undefined {
  return error instanceof AgentOpError ? error.remedy : undefined;
}

/** Whatever was thrown as plain data, for a process boundary, the store or a screen. */
export function explain(error: unknown): { readonly message: string; readonly remedy?: string } {
  const remedy = remedyOf(error);
  return { message: reasonOf(error), ...(remedy === undefined ? {} : { remedy }) };
}
