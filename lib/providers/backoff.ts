/** How often and how long a failed model call is tried again. Every wait is in milliseconds. */
export interface RetryPolicy {
  /** Attempts per call, the first included. */
  readonly maxAttempts: number;
  /** Backoff before the second attempt, before jitter. */
  readonly minWaitMs: number;
  /** Longest wait, jitter above a `Retry-After` not counted. A server that asks for more makes the call fail at once. */
  readonly maxWaitMs: number;
  readonly multiplier: number;
  /** Share of the backoff that is random: 0 none, 1 all of it ("full jitter"). */
  readonly jitter: number;
  /** Longest time of one attempt, queueing not included. */
  readonly attemptTimeoutMs: number;
  /** Statuses retried besides the ones that always are (408, 429, 5xx but 501), e.g. 409. */
  readonly retryStatuses: readonly number[];
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = Object.freeze({
  maxAttempts: 3,
  minWaitMs: 1_000,
  maxWaitMs: 60_000,
  multiplier: 2,
  jitter: 1,
  attemptTimeoutMs: 120_000,
  retryStatuses: Object.freeze([]),
});

/** The most attempts a policy may ask for. */
export const MAX_ATTEMPTS_LIMIT = 100;
/** The longest timer the platform can set; longer ones fire at once. */
export const MAX_TIMER_MS = 2_147_483_647;

/**
 * `base` with the given fields replaced, later ones winning: defaults, then the agent's, then the call's.
 * Throws `RangeError` for values that make no sense.
 */
export function mergePolicy(base: RetryPolicy, ...overrides: readonly Partial<RetryPolicy>[]): RetryPolicy {
  const merged = Object.assign({}, base, ...overrides.map(withoutUndefined)) as RetryPolicy;
  check("maxAttempts", merged.maxAttempts, 1, MAX_ATTEMPTS_LIMIT);
  if (!Number.isInteger(merged.maxAttempts)) {
    fail("maxAttempts", "must be a whole number", merged.maxAttempts);
  }
  check("minWaitMs", merged.minWaitMs, 0, MAX_TIMER_MS);
  check("maxWaitMs", merged.maxWaitMs, 0, MAX_TIMER_MS);
  check("multiplier", merged.multiplier, 1, 100);
  check("jitter", merged.jitter, 0, 1);
  check("attemptTimeoutMs", merged.attemptTimeoutMs, 1, MAX_TIMER_MS);
  return merged;
}

/** 408, 429 and 5xx but 501: the statuses that say "later", not "no". */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status <= 599 && status !== 501);
}

/**
 * Reads a `Retry-After` header (RFC 9110 §10.2.3): seconds, or one of the three HTTP date forms. Returns the wait in ms,
 * 0 for a date that is past, and `undefined` for anything else.
 */
export function parseRetryAfter(value: string | null | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), Number.MAX_SAFE_INTEGER);
  if (!/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(text)) return undefined;
  // asctime dates carry no zone; HTTP dates are always GMT.
  const dateMs = Date.parse(/gmt$/i.test(text) ? text : `${text} GMT`);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, Math.ceil(dateMs - nowMs));
}

/** Calls that a server sent away together come back over this share of the time it asked for, at least. */
const SPREAD_SHARE = 0.2;

/**
 * The wait after failed attempt number `attempt` (from 1): exponential, capped, then jittered
 * (`wait × (1 − jitter + jitter × random)`). Never less than what the server asked for: the jitter then comes on top of that.
 */
export function backoffMs(
  policy: RetryPolicy,
  attempt: number,
  options: { readonly random: number; readonly retryAfterMs?: number | undefined },
): number {
  const exponentialMs = Math.min(policy.maxWaitMs, policy.minWaitMs * policy.multiplier ** (attempt - 1));
  const askedMs = options.retryAfterMs ?? 0;
  const leastMs = Math.max(exponentialMs * (1 - policy.jitter), askedMs);
  const spreadMs = Math.max(exponentialMs, askedMs * SPREAD_SHARE) * policy.jitter;
  return Math.round(leastMs + spreadMs * options.random);
}

function withoutUndefined(override: Partial<RetryPolicy>): Partial<RetryPolicy> {
  return Object.fromEntries(Object.entries(override).filter(([, value]) => value !== undefined));
}

function check(field: string, value: number, min: number, max: number): void {
  if (!(value >= min && value <= max)) fail(field, `must be from ${min} to ${max}`, value);
}

function fail(field: string, rule: string, value: unknown): never {
  throw new RangeError(`Cannot use retry policy: ${field} ${rule}: got "${value}"`);
}
