/** 1: the thing asked for ended badly. 2: wrong usage, bad file, store trouble. 3: a limit. 130: cancelled. */
export type ExitCode = 1 | 2 | 3 | 130;

/** An error a person can act on. Shown as `Cannot VERB X: reason. Try: remedy`, without a stack trace. */
export class AgentOpError extends Error {
  override readonly name: string = "AgentOpError";
  readonly exitCode: ExitCode;
  constructor(message: string, options: { exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? 2;
  }
}

export type StoreErrorCode =
  | "not_a_database"
  | "damaged"
  | "newer_schema"
  | "read_only"
  | "missing_folder"
  | "locked"
  | "disk_full"
  | "unknown";

/** Trouble with the store. What was acknowledged before is still there. */
export class StoreError extends AgentOpError {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, { exitCode: 2, cause });
    this.code = code;
  }
}

export type ProviderErrorKind = "http" | "network" | "timeout" | "protocol" | "input" | "circuit" | "stream";

/** A model call failed. `errorType` is what the trace records as `error.type`: the status code or a short word. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly provider: string;
  readonly kind: ProviderErrorKind;
  readonly statusCode: number | undefined;
  readonly errorType: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** Text that had arrived before a stream broke. */
  readonly partial: string | undefined;
  constructor(
    message: string,
    data: {
      provider: string;
      kind: ProviderErrorKind;
      errorType: string;
      retryable: boolean;
      statusCode?: number | undefined;
      retryAfterMs?: number | undefined;
      partial?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(message, data.cause === undefined ? undefined : { cause: data.cause });
    this.provider = data.provider;
    this.kind = data.kind;
    this.statusCode = data.statusCode;
    this.errorType = data.errorType;
    this.retryable = data.retryable;
    this.retryAfterMs = data.retryAfterMs;
    this.partial = data.partial;
  }
}

/** True for the errors that an aborted signal causes. */
export function isAbortError(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "RequestAbortedError");
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
