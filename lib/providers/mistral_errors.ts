import {
  limitText,
  messageOf,
  MODEL_ERROR,
  ProviderError,
  type ProviderErrorKind,
  type RateLimit,
  type Usage,
} from "../core/mod.ts";
import { isRetryableStatus, parseRetryAfter } from "./backoff.ts";
import type { Endpoint } from "./endpoint.ts";
import { type HeardLimits, limitHit } from "./rate_limits.ts";
import { serverMessage, tidy } from "./server_message.ts";
import { WireError } from "./wire_error.ts";

export const PROVIDER_NAME = "mistral_ai";
/** Partial text kept on an error, UTF-16 units. */
const MAX_PARTIAL_CHARS = 65_536;
/** How deep causes are looked through. */
const MAX_CAUSES = 8;

/** Why the watchdog ended a call. */
export class StalledError extends Error {
  override readonly name = "StalledError";
}

/** The stream ended without a finish reason. */
export class UnfinishedError extends Error {
  override readonly name = "UnfinishedError";
}

export interface FailedCall {
  readonly endpoint: Endpoint;
  readonly apiKey: string;
  /** Absent when the call was not about a model. */
  readonly model?: string;
  readonly nowMs: number;
  /** The head of an answer had arrived. */
  readonly answering: boolean;
  readonly partial?: string;
  /** What the server said it billed before the answer broke. */
  readonly usage?: Usage | undefined;
  /** What the answer said of limits. */
  readonly heard?: HeardLimits | undefined;
  /** The request had a `prompt_cache_key`. */
  readonly hasCacheKey?: boolean;
}

interface Verdict {
  readonly kind: ProviderErrorKind;
  readonly errorType: string;
  readonly retryable: boolean;
  readonly reason: string;
  readonly remedy: string;
  readonly statusCode?: number;
  readonly retryAfterMs?: number | undefined;
  readonly limit?: RateLimit | undefined;
  readonly sendAgain?: boolean;
  /** Shown with `-v`. Never an error that quotes a body: it could quote the key. */
  readonly cause?: unknown;
}

/** Whatever a call threw, as the one error callers handle. The key is never in it. */
export function toProviderError(error: unknown, call: FailedCall): ProviderError {
  const verdict = judge(error, call);
  const what = call.model === undefined
    ? call.endpoint.label
    : `${tidy(call.model, call.apiKey)} at ${call.endpoint.label}`;
  return new ProviderError(`Cannot call ${what}: ${verdict.reason}`, {
    ...verdict,
    provider: PROVIDER_NAME,
    partial: call.partial ? call.partial.slice(0, MAX_PARTIAL_CHARS) : undefined,
    usage: call.usage,
  });
}

function judge(thrown: unknown, call: FailedCall): Verdict {
  const error = ownCause(thrown);
  if (error instanceof StalledError) {
    return {
      kind: "timeout",
      errorType: "timeout",
      retryable: true,
      reason: error.message,
      remedy: "again, with a shorter prompt or a longer timeout",
    };
  }
  if (error instanceof UnfinishedError) return cut(error.message);
  if (error instanceof WireError) return judgeWire(error, call);
  if (isHttpError(error)) return judgeHttp(error, call);
  const name = error instanceof Error ? error.name : "";
  const detail = tidy(messageOf(error), call.apiKey);
  if (name === "SDKValidationError" || name === "InvalidRequestError") {
    return input("invalid_request", `the request is not valid: ${detail}`, "other parameters", error);
  }
  if (name === "NotCapable") {
    return input(
      "permission",
      `no permission to reach ${call.endpoint.label}`,
      `--allow-net=${call.endpoint.label}`,
      error,
    );
  }
  if (name === "ZodError" || name === "SyntaxError" || name === "ResponseValidationError") {
    return badAnswer("the answer has an unexpected shape", call);
  }
  return judgeTransport(error, detail, call);
}

function judgeTransport(error: unknown, detail: string, call: FailedCall): Verdict {
  const connection = error instanceof TypeError ||
    (error instanceof Error && error.name === "ConnectionError") ||
    (error instanceof Error && error.cause instanceof TypeError);
  if (!connection) {
    return {
      ...badAnswer(`something unexpected happened: ${detail}`, call),
      errorType: "unexpected",
      cause: error,
    };
  }
  if (call.answering) return { ...cut("the connection was lost in the middle of the answer"), cause: error };
  const where = call.endpoint.isMistralApi
    ? "check the network"
    : "check MISTRAL_SERVER_URL and that the server runs";
  return {
    kind: "network",
    errorType: "connection",
    retryable: true,
    reason: `no connection: ${networkDetail(error, call)}`,
    remedy: where,
    cause: error,
  };
}

function judgeWire(error: WireError, call: FailedCall): Verdict {
  const reason = tidy(error.message, call.apiKey);
  switch (error.code) {
    case "cut":
      return cut(reason);
    case "bad_json":
      return badAnswer(reason, call);
    case "too_large":
      return { ...badAnswer(reason, call), errorType: "too_large", remedy: "a lower maxTokens" };
    case "model_error":
      return {
        kind: "stream",
        errorType: MODEL_ERROR,
        retryable: false,
        reason,
        remedy: "again, or another model",
      };
    case "stream_error":
      return {
        kind: "stream",
        errorType: error.statusCode === undefined ? "stream_error" : String(error.statusCode),
        retryable: error.statusCode === undefined || isRetryableStatus(error.statusCode),
        retryAfterMs: parseRetryAfter(error.retryAfter, call.nowMs),
        reason: `the server reported an error: ${reason}`,
        ...(error.statusCode === undefined
          ? { remedy: "again, or what the message suggests" }
          : { remedy: httpRemedy(error.statusCode, call), statusCode: error.statusCode }),
        ...(error.statusCode === 429
          ? limitVerdict(`the server reported an error: ${reason}`, reason, error.retryAfter, call)
          : {}),
      };
  }
}

interface HttpError {
  readonly statusCode: number;
  readonly body: string;
  readonly headers: Headers;
}

function judgeHttp(error: HttpError, call: FailedCall): Verdict {
  const { statusCode, headers } = error;
  if (statusCode < 300) {
    const type = tidy(headers.get("content-type") ?? "of no known type", call.apiKey);
    const odd = !/json|event-stream/.test(type);
    const reason = odd ? `the answer is ${type}` : "the answer has an unexpected shape";
    return { ...badAnswer(reason, call), statusCode };
  }
  if (statusCode < 400) {
    const to = tidy((headers.get("location") ?? "nowhere").replace(/[?#].*/, ""), call.apiKey);
    return {
      kind: "protocol",
      errorType: String(statusCode),
      retryable: false,
      statusCode,
      reason: `${statusCode}: the server redirects to ${to}, which is not followed`,
      remedy: "set MISTRAL_SERVER_URL to the final address",
    };
  }
  const said = serverMessage(error.body, call.apiKey);
  const reason = said ? `${statusCode}: ${said.replace(/\.+$/, "")}` : String(statusCode);
  const sendAgain = call.hasCacheKey === true && refusesCacheKey(statusCode, error.body);
  return {
    kind: "http",
    errorType: String(statusCode),
    retryable: isRetryableStatus(statusCode),
    statusCode,
    retryAfterMs: parseRetryAfter(headers.get("retry-after"), call.nowMs),
    reason: sendAgain ? `${reason}; it is sent again without ${CACHE_KEY_FIELD}` : reason,
    remedy: /^invalid model\b/i.test(said) ? "check the model's name" : httpRemedy(statusCode, call),
    ...(sendAgain ? { sendAgain } : {}),
    ...(statusCode === 429 ? limitVerdict(reason, said, headers.get("retry-after"), call) : {}),
  };
}

/** The request field that servers of other makers may refuse. */
export const CACHE_KEY_FIELD = "prompt_cache_key";

/** The server does not know the field, and says so. */
function refusesCacheKey(status: number, body: string): boolean {
  return (status === 422 || status === 400) && /prompt_?cache_?key/i.test(body);
}

/** What a 429 says of the limit that was hit. Limits that waiting does not help against are not waited for. */
function limitVerdict(
  reason: string,
  said: string,
  retryAfter: string | null | undefined,
  { heard = { limits: [] }, nowMs }: FailedCall,
): Partial<Verdict> & { readonly reason: string } {
  const limit = limitHit(heard, said);
  if (!limit) {
    return { reason: heard.limits.length > 0 ? `${reason} (which limit is not said)` : reason };
  }
  const retryAfterMs = parseRetryAfter(retryAfter, nowMs) ?? limit.resetMs;
  const isHopeless = limit.limit === 0 || (limit.per === "month" && retryAfterMs === undefined);
  return {
    reason: `${reason} (${limitText(limit)})`,
    limit,
    retryAfterMs,
    ...(isHopeless
      ? {
        retryable: false,
        remedy: limit.limit === 0 ? "a key whose plan allows this model" : "a higher limit, or next month",
      }
      : {}),
  };
}

function httpRemedy(status: number, { endpoint, model, apiKey }: FailedCall): string {
  if (status === 401) return apiKey === "" ? "set MISTRAL_API_KEY" : "check MISTRAL_API_KEY";
  if (status === 403) return "check what MISTRAL_API_KEY may use";
  if (status === 404 && endpoint.isMistralApi) {
    return model === undefined ? "again later" : "check the model's name";
  }
  if (status === 404) return "check the model's name and MISTRAL_SERVER_URL";
  if (status === 413) return "a shorter prompt";
  if (status === 429) return "again later, or fewer runs at a time";
  if (status === 408 || status >= 500) return "again later";
  return "change what the message names";
}

function cut(reason: string): Verdict {
  return { kind: "stream", errorType: "stream_cut", retryable: true, reason, remedy: "again" };
}

/** Not retried: the tokens of a whole but unreadable answer are probably billed. */
function badAnswer(reason: string, call: FailedCall): Verdict {
  const remedy = call.endpoint.isMistralApi
    ? "again later"
    : "check that MISTRAL_SERVER_URL is a Mistral or OpenAI compatible server";
  return { kind: "protocol", errorType: "bad_response", retryable: false, reason, remedy };
}

function input(errorType: string, reason: string, remedy: string, cause: unknown): Verdict {
  return { kind: "input", errorType, retryable: false, reason, remedy, cause };
}

/** The SDK wraps what its fetcher threw; our own errors are looked for inside. */
function ownCause(thrown: unknown): unknown {
  let error = thrown;
  for (let depth = 0; depth < MAX_CAUSES && error instanceof Error; depth++) {
    if (error instanceof WireError || error instanceof StalledError || error.name === "NotCapable") {
      return error;
    }
    error = error.cause;
  }
  return thrown;
}

function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" &&
    "headers" in error && error.headers instanceof Headers && "body" in error &&
    typeof error.body === "string";
}

/** The innermost cause says it best, e.g. `Connection refused (os error 111)`; addresses before it differ each time. */
function networkDetail(error: unknown, call: FailedCall): string {
  let inner = error;
  for (let depth = 0; depth < MAX_CAUSES && inner instanceof Error && inner.cause instanceof Error; depth++) {
    inner = inner.cause;
  }
  return tidy(messageOf(inner).replace(/^.*client error \(\w+\): /s, ""), call.apiKey);
}
