import { ATTR, isRateLimit, type RateLimit, type Span } from "../core/mod.ts";
import { numberAttribute } from "./attributes.ts";

/** One HTTP try of a model call. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly state: "open" | "ok" | "failed";
  /** `ok`, `429`, `timeout`, `under way`. Not yet fit for a terminal. */
  readonly outcome: string;
  /** How long was waited after it. */
  readonly waitedMs?: number;
  /** How long the server asked to wait. */
  readonly askedMs?: number;
  /** The limit that it hit, where the server said which. */
  readonly limit?: RateLimit;
}

/** What an attempt's span says of it. */
export function attemptOf(span: Span): Attempt {
  const waitedMs = numberAttribute(span, ATTR.retryDelayMs);
  const askedMs = numberAttribute(span, ATTR.retryAfterMs);
  const limit = span.attributes[ATTR.rateLimit];
  return {
    number: (numberAttribute(span, ATTR.resendCount) ?? 0) + 1,
    ...outcomeOf(span),
    ...(waitedMs !== undefined && waitedMs > 0 ? { waitedMs } : {}),
    ...(askedMs === undefined ? {} : { askedMs }),
    ...(isRateLimit(limit) ? { limit } : {}),
  };
}

function outcomeOf(span: Span): Pick<Attempt, "state" | "outcome"> {
  const code = numberAttribute(span, ATTR.statusCode);
  if (span.status === "error" || span.status === "interrupted") {
    const outcome = span.errorType ?? (code === undefined ? span.status : String(code));
    const isUsedUp = span.attributes[ATTR.attemptOutcome] === "quota";
    return { state: "failed", outcome: isUsedUp ? `${outcome}, quota used up` : outcome };
  }
  if (span.endTimeUs === undefined) return { state: "open", outcome: "under way" };
  return { state: "ok", outcome: code === undefined || code === 200 ? "ok" : String(code) };
}
