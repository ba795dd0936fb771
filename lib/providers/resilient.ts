import {
  ATTR,
  type CallContext,
  type ChatRequest,
  type ChatResponse,
  type Host,
  messageOf,
  newSpanId,
  nowUs,
  type Provider,
  ProviderError,
  reasonOf,
  type TraceEvent,
} from "../core/mod.ts";
import { DEFAULT_RETRY_POLICY, mergePolicy, type RetryPolicy } from "./backoff.ts";
import { type BreakerOptions, createGate, type Gate } from "./gate.ts";
import { type AttemptEnd, withRetry } from "./retry.ts";
import { RetryQuota } from "./retry_quota.ts";

/** What is about to be tried again, for a line on stderr. */
export interface RetryNotice {
  readonly provider: string;
  readonly model: string;
  readonly traceId: string;
  /** The attempt's span. */
  readonly spanId: string;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly delayMs: number;
  readonly retryAfterMs?: number;
  readonly statusCode?: number;
  readonly errorType: string;
  readonly message: string;
}

export interface ResilientOptions {
  readonly host: Host;
  readonly policy?: Partial<RetryPolicy>;
  readonly breaker?: BreakerOptions;
  /** Calls to this provider at a time. @default 16 */
  readonly maxConcurrency?: number;
  /** How much calls may be repeated, all together. @default one of its own */
  readonly quota?: RetryQuota;
  readonly onRetry?: (notice: RetryNotice) => void;
}

export interface ResilientProvider extends Provider {
  readonly policy: RetryPolicy;
  /** The same provider, circuit, queue and quota under another policy: per agent, or for a single call. */
  withPolicy(overrides: Partial<RetryPolicy>): ResilientProvider;
  /** The same provider, circuit, queue and quota; `onRetry` is told instead of who was before. */
  withListener(onRetry: (notice: RetryNotice) => void): ResilientProvider;
}

/** A provider may say what its attempt spans carry, e.g. `server.address`. */
export interface TracedProvider extends Provider {
  readonly spanAttributes?: Readonly<Record<string, unknown>>;
}

export const DEFAULT_MAX_CONCURRENCY = 16;
/** Text kept of an attempt that streamed and then failed, UTF-16 units. */
export const MAX_PARTIAL_CHARS = 65_536;

/**
 * Wraps a provider that makes one attempt per call. Each attempt becomes a child span of `context.parentSpanId`; streamed
 * deltas keep belonging to that parent, and a `reset` follows when what was streamed is about to be replaced.
 */
export function createResilientProvider(
  provider: TracedProvider,
  options: ResilientOptions,
): ResilientProvider {
  const quota = options.quota ?? new RetryQuota(options.host);
  let gate: Promise<Gate> | undefined;
  const openGate = () =>
    gate ??= createGate({
      provider: provider.name,
      maxConcurrency: options.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY,
      breaker: options.breaker ?? {},
    });

  function build(policy: RetryPolicy, onRetry: ResilientOptions["onRetry"]): ResilientProvider {
    return {
      name: provider.name,
      policy,
      withPolicy: (overrides) => build(mergePolicy(policy, overrides), onRetry),
      withListener: (listener) => build(policy, listener),
      async chat(request, context) {
        const { run } = await openGate();
        let current: AttemptRecorder | undefined;
        return await withRetry(
          async ({ attempt, signal }) => {
            current = undefined;
            await context.meter?.begin();
            const recorder = current = new AttemptRecorder(
              { provider, request, context, host: options.host, onRetry, policy },
              attempt,
            );
            const response = await provider.chat(request, { ...context, signal, emit: recorder.emit });
            recorder.response = response;
            return response;
          },
          policy,
          {
            host: options.host,
            signal: context.signal,
            provider: provider.name,
            around: (fn, signal) => run(request.model, fn, signal),
            quota,
            onAttempt: (end) => current?.end(end),
          },
        );
      },
    };
  }
  return build(mergePolicy(DEFAULT_RETRY_POLICY, options.policy ?? {}), options.onRetry);
}

interface CallScope {
  readonly provider: TracedProvider;
  readonly request: ChatRequest;
  readonly context: CallContext;
  readonly host: Host;
  readonly onRetry: ResilientOptions["onRetry"];
  readonly policy: RetryPolicy;
}

/** Turns one attempt into its span. */
class AttemptRecorder {
  readonly #call: CallScope;
  readonly #spanId: string;
  #partial = "";
  #streamedChars = 0;
  #ended = false;
  response: ChatResponse | undefined;

  constructor(call: CallScope, attempt: number) {
    const { provider, request, context, host } = this.#call = call;
    this.#spanId = newSpanId(host);
    context.emit({
      type: "span_start",
      span: {
        traceId: context.traceId,
        spanId: this.#spanId,
        parentSpanId: context.parentSpanId,
        name: "POST chat",
        kind: "attempt",
        startTimeUs: nowUs(host),
        status: "unset",
        providerName: provider.name,
        requestModel: request.model,
        attributes: { ...provider.spanAttributes, [ATTR.resendCount]: attempt - 1 },
      },
    });
  }

  readonly emit = (event: TraceEvent): void => {
    if (this.#ended) return;
    if (event.type === "delta") {
      this.#streamedChars += event.text.length;
      if (event.channel === "text") {
        this.#partial += event.text.slice(0, MAX_PARTIAL_CHARS - this.#partial.length);
      }
    }
    this.#call.context.emit(event);
  };

  end(end: AttemptEnd): void {
    this.#ended = true;
    const { context, host } = this.#call;
    const error = end.error instanceof ProviderError ? end.error : undefined;
    const failed = end.outcome !== "ok";
    const errorType = end.aborted ? "cancelled" : error?.errorType ?? "error";
    const statusCode = failed ? error?.statusCode : this.response?.statusCode;
    const lost = failed
      ? context.meter?.lost({
        error: end.error,
        streamedChars: Math.max(this.#streamedChars, error?.partial?.length ?? 0),
      })
      : undefined;
    const partial = this.#partial || error?.partial?.slice(0, MAX_PARTIAL_CHARS);
    context.emit({
      type: "span_end",
      traceId: context.traceId,
      spanId: this.#spanId,
      endTimeUs: nowUs(host),
      status: failed ? "error" : "ok",
      ...(failed ? { errorType, errorMessage: end.aborted ? "Cancelled" : reasonOf(end.error) } : {}),
      ...fieldsOf(this.response),
      ...lost,
      attributes: {
        ...lost?.attributes,
        [ATTR.attemptOutcome]: end.outcome,
        ...(statusCode === undefined ? {} : { [ATTR.statusCode]: statusCode }),
        ...(end.delayMs === undefined ? {} : { [ATTR.retryDelayMs]: end.delayMs }),
        ...(error?.retryAfterMs === undefined ? {} : { [ATTR.retryAfterMs]: error.retryAfterMs }),
        ...(error?.limit === undefined ? {} : { [ATTR.rateLimit]: error.limit }),
        ...(failed && partial ? { [ATTR.attemptPartial]: partial } : {}),
        ...(failed ? { [ATTR.errorType]: errorType } : {}),
      },
    });
    if (end.outcome === "retry") this.#announce(end, errorType, error);
  }

  #announce(end: AttemptEnd, errorType: string, error: ProviderError | undefined): void {
    const { provider, request, context, onRetry, policy } = this.#call;
    const { traceId, parentSpanId } = context;
    if (this.#streamedChars > 0) context.emit({ type: "reset", traceId, spanId: parentSpanId });
    try {
      onRetry?.({
        provider: provider.name,
        model: request.model,
        traceId,
        spanId: this.#spanId,
        attempt: end.attempt,
        maxAttempts: policy.maxAttempts,
        delayMs: end.delayMs ?? 0,
        ...(error?.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
        ...(error?.statusCode === undefined ? {} : { statusCode: error.statusCode }),
        errorType,
        message: messageOf(end.error),
      });
    } catch {
      // Whoever listens must not be able to fail the call.
    }
  }
}

function fieldsOf(response: ChatResponse | undefined): Record<string, unknown> {
  if (!response) return {};
  return {
    responseModel: response.responseModel,
    finishReasons: [response.finishReason],
    ...(response.responseId === undefined ? {} : { responseId: response.responseId }),
    ...(response.timeToFirstChunkMs === undefined ? {} : { timeToFirstChunkMs: response.timeToFirstChunkMs }),
  };
}
