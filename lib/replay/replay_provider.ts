import {
  addUsd,
  ATTR,
  type ChatResponse,
  isObject,
  type Provider,
  ProviderError,
  type Run,
} from "../core/mod.ts";
import { paidFor, type RecordedModelCall, type Recording, requestDifference } from "./recording.ts";

/** Where a replay left the recording. */
export interface Divergence {
  /** Number of the step, from 1. */
  readonly step: number;
  /** What was not on record. */
  readonly reason: string;
}

/** What was answered from the recording, kept up while the replay runs. */
export class ReplayLedger {
  /** What the answers had cost; `null` once one of unknown cost is among them. */
  savedCostUsd: number | null = 0;
  answers = 0;
  /** Place of the next model call in the recording: the loop may ask for a provider per call. */
  next = 0;
  /** The first one. */
  divergence: Divergence | undefined;

  diverge(divergence: Divergence): void {
    this.divergence ??= divergence;
  }
}

export interface ReplayProviderOptions {
  readonly recording: Recording;
  readonly ledger: ReplayLedger;
  /** The run that replays; calls of other runs (hand-offs) go to `live`. */
  readonly isReplay: (traceId: string) => boolean;
}

/**
 * Answers model calls from the recording, in order, as long as each request equals the recorded one; from the first that does
 * not, and past the end, everything goes to `live`.
 */
export function createHybridProvider(live: Provider, options: ReplayProviderOptions): Provider {
  const { recording, ledger, isReplay } = options;
  const calls = recording.modelCalls;
  return {
    name: live.name,
    async chat(request, context) {
      if (!isReplay(context.traceId) || ledger.divergence) return await live.chat(request, context);
      const call = calls[ledger.next++];
      const answer = call && answerOf(call);
      const reason = !call
        ? "the recording ends here"
        : !answer
        ? `this call failed before: ${call.span.errorType ?? call.span.status}`
        : requestDifference(call.request, request);
      if (reason === undefined) return keep(ledger, call!, answer!);
      ledger.diverge({ step: call?.step ?? recording.end, reason });
      return await live.chat(request, context);
    },
  };
}

/**
 * Answers every model call from the recording, in order. A request that differs is noted as a divergence and gets the recorded
 * answer all the same. Past the end, `end` says how the run ended.
 */
export function createRecordedProvider(
  options: ReplayProviderOptions & { readonly end: () => unknown },
): Provider {
  const { recording, ledger } = options;
  const calls = recording.modelCalls;
  const name = calls[0]?.span.providerName ?? "recorded";
  return {
    name,
    chat(request) {
      const call = calls[ledger.next++];
      if (!call) {
        ledger.diverge({ step: recording.end, reason: "the recording ends here" });
        return Promise.reject(options.end());
      }
      const reason = requestDifference(call.request, request);
      if (reason !== undefined) ledger.diverge({ step: call.step, reason });
      const answer = answerOf(call);
      if (answer) return Promise.resolve(keep(ledger, call, answer));
      return Promise.reject(
        call.span.status === "error" && !isCut(call) ? errorOf(call, name, recording.run) : options.end(),
      );
    },
  };
}

function keep(ledger: ReplayLedger, call: RecordedModelCall, answer: ChatResponse): ChatResponse {
  ledger.savedCostUsd = addUsd(ledger.savedCostUsd, paidFor(call.span));
  ledger.answers++;
  return answer;
}

function answerOf({ span, request }: RecordedModelCall): ChatResponse | undefined {
  const message = span.outputMessages?.[0];
  if (!message || span.status === "error" || span.status === "interrupted") return undefined;
  const dropped = span.attributes[ATTR.droppedParts];
  return {
    message,
    finishReason: span.finishReasons?.[0] ?? "stop",
    responseModel: span.responseModel ?? request.model,
    ...(span.responseId === undefined ? {} : { responseId: span.responseId }),
    ...(span.usage ? { usage: span.usage } : {}),
    ...(isObject(dropped) ? { droppedParts: dropped as Record<string, number> } : {}),
    recorded: true,
  };
}

/** The run was stopped from outside while the call was under way. */
function isCut({ span }: RecordedModelCall): boolean {
  return ["timeout", "cancelled", "budget", "max_steps", "loop"].includes(span.errorType ?? "");
}

/** Spans keep no remedy; the run that ended by this call does. */
function errorOf({ span }: RecordedModelCall, provider: string, { error }: Run): ProviderError {
  return new ProviderError(span.errorMessage ?? "the call failed", {
    remedy: error?.message === span.errorMessage ? error?.remedy : undefined,
    provider,
    kind: "http",
    errorType: span.errorType ?? "error",
    retryable: false,
  });
}
