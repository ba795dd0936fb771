import { type Host, isAbortError, ProviderError } from "../core/mod.ts";
import { backoffMs, type RetryPolicy } from "./backoff.ts";
import type { RetryQuota } from "./retry_quota.ts";

export interface AttemptContext {
  /** From 1. */
  readonly attempt: number;
  /** Aborted by the caller's signal and by the attempt's own timeout. */
  readonly signal: AbortSignal;
}

/** How one attempt ended. */
export interface AttemptEnd {
  readonly attempt: number;
  /** `retry`: it failed and another follows after `delayMs`. `quota`: another would, had the endpoint's retries not been used up. */
  readonly outcome: "ok" | "retry" | "fail" | "quota";
  readonly error?: unknown;
  /** The caller cancelled. */
  readonly aborted: boolean;
  readonly delayMs?: number;
}

export interface RetryOptions {
  readonly host: Host;
  /** Cancels attempts and waits; its owner sets the limit on the total time. */
  readonly signal: AbortSignal;
  /** Named in errors. */
  readonly provider: string;
  /**
   * Runs around each attempt, outside its clock: queues, circuit breakers. When it throws without calling `run`, no attempt
   * took place and `onAttempt` is not called.
   */
  readonly around?: <T>(run: () => Promise<T>, signal: AbortSignal) => Promise<T>;
  /** Shared by all that call one endpoint. Without it, only the policy limits retries. */
  readonly quota?: RetryQuota | undefined;
  /** Called once per attempt, before the wait that follows it. */
  readonly onAttempt?: (end: AttemptEnd) => void;
}

/**
 * Calls `fn` until it succeeds, fails for good or attempts run out. Only a `ProviderError` that says it is retryable (or whose
 * status the policy adds) is tried again; one that may be sent again at once is, and that is not counted. Throws that error, or the signal's reason when the caller cancels.
 * A first attempt that succeeds waits for nothing and leaves no timer behind.
 */
export async function withRetry<T>(
  fn: (context: AttemptContext) => Promise<T>,
  policy: RetryPolicy,
  options: RetryOptions,
): Promise<T> {
  const { host, signal, quota, onAttempt } = options;
  let resent = 0;
  for (let attempt = 1;; attempt++) {
    signal.throwIfAborted();
    let started = false;
    const run = () => {
      started = true;
      if (attempt === 1) quota?.called();
      return runTimed(fn, attempt, policy, options);
    };
    let result: T;
    try {
      result = await (options.around ? options.around(run, signal) : run());
    } catch (error) {
      const aborted = signal.aborted;
      const again = resent === 0 && error instanceof ProviderError && error.sendAgain;
      const wantedMs = aborted || again ? undefined : delayAfter(error, attempt - resent, policy, host);
      const isUsedUp = wantedMs !== undefined && quota?.take() === false;
      const delayMs = aborted || isUsedUp ? undefined : again ? 0 : wantedMs;
      if (again) resent++;
      if (started) {
        onAttempt?.({
          attempt,
          outcome: isUsedUp ? "quota" : delayMs === undefined ? "fail" : "retry",
          error,
          aborted,
          ...(delayMs === undefined ? {} : { delayMs }),
        });
      }
      if (aborted) throw signal.reason;
      if (delayMs === undefined) throw withRetryNotes(error, attempt, policy, isUsedUp);
      await host.sleep(delayMs, signal);
      continue;
    }
    onAttempt?.({ attempt, outcome: "ok", aborted: false });
    return result;
  }
}

async function runTimed<T>(
  fn: (context: AttemptContext) => Promise<T>,
  attempt: number,
  policy: RetryPolicy,
  options: RetryOptions,
): Promise<T> {
  const controller = new AbortController();
  const onAbort = () => controller.abort(options.signal.reason);
  options.signal.addEventListener("abort", onAbort, { once: true });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort(new DOMException("The attempt took too long", "TimeoutError"));
  }, policy.attemptTimeoutMs);
  try {
    return await fn({ attempt, signal: controller.signal });
  } catch (error) {
    const byTimer = error === controller.signal.reason || isAbortError(error) ||
      error instanceof ProviderError;
    if (!timedOut || !byTimer || options.signal.aborted) throw error;
    throw new ProviderError(
      `Cannot get an answer: one attempt took longer than ${policy.attemptTimeoutMs / 1000} s`,
      {
        remedy: "a shorter prompt, fewer tokens or a longer timeout",
        provider: options.provider,
        kind: "timeout",
        errorType: "timeout",
        retryable: true,
        partial: error instanceof ProviderError ? error.partial : undefined,
        usage: error instanceof ProviderError ? error.usage : undefined,
      },
    );
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener("abort", onAbort);
  }
}

/** The wait before the next attempt, or `undefined` when there must not be one. */
function delayAfter(error: unknown, attempt: number, policy: RetryPolicy, host: Host): number | undefined {
  if (!(error instanceof ProviderError) || attempt >= policy.maxAttempts) return undefined;
  const status = error.statusCode;
  if (!error.retryable && !(status !== undefined && policy.retryStatuses.includes(status))) return undefined;
  if ((error.retryAfterMs ?? 0) > policy.maxWaitMs) return undefined;
  return backoffMs(policy, attempt, { random: host.random(), retryAfterMs: error.retryAfterMs });
}

/** Says what retrying came to, so that the message explains why the call was given up. */
function withRetryNotes(error: unknown, attempt: number, policy: RetryPolicy, isUsedUp: boolean): unknown {
  if (!(error instanceof ProviderError)) return error;
  const afterMs = error.retryAfterMs ?? 0;
  const notes = [
    ...(attempt > 1 ? [`${attempt} attempts`] : []),
    ...(error.retryable && afterMs > policy.maxWaitMs
      ? [`the server asks to wait ${Math.ceil(afterMs / 1000)} s, the limit is ${policy.maxWaitMs / 1000} s`]
      : []),
    ...(isUsedUp
      ? ["not tried again: the retry quota of this endpoint is used up, which all runs of a process share"]
      : []),
  ];
  if (notes.length === 0) return error;
  return new ProviderError(`${error.reason} (${notes.join("; ")})`, {
    remedy: error.remedy,
    provider: error.provider,
    kind: error.kind,
    errorType: error.errorType,
    retryable: error.retryable,
    statusCode: error.statusCode,
    retryAfterMs: error.retryAfterMs,
    partial: error.partial,
    usage: error.usage,
    limit: error.limit,
    cause: error,
  });
}
