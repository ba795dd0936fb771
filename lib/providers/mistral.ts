import {
  ATTR,
  type CallContext,
  type ChatRequest,
  type ChatResponse,
  type EndpointNotes,
  type Host,
  type ProviderError,
} from "../core/mod.ts";
import { type Dialect, type Endpoint, MISTRAL_SERVER_URL, parseEndpoint } from "./endpoint.ts";
import { EndpointMemory } from "./endpoint_memory.ts";
import { AnswerBuilder, type DeltaChannel } from "./mistral_answer.ts";
import { CACHE_KEY_FIELD, PROVIDER_NAME, toProviderError, UnfinishedError } from "./mistral_errors.ts";
import { listMistralModels } from "./mistral_models.ts";
import { toMistralRequest } from "./mistral_request.ts";
import { type DroppedParts, fitParts } from "./model_parts.ts";
import { type HeardLimits, readLimits } from "./rate_limits.ts";
import type { TracedProvider } from "./resilient.ts";
import { Watchdog } from "./watchdog.ts";
import type { WireApi } from "./wire_api.ts";
import { WireError } from "./wire_error.ts";

export interface MistralOptions {
  readonly host: Host;
  /** May be empty for servers that want none. */
  readonly apiKey: string;
  /** @default the Mistral API */
  readonly serverUrl?: string | undefined;
  /** Where it is noted what this server refuses and what is left of its limits. */
  readonly notes?: EndpointNotes | undefined;
  /** @default what `parseEndpoint` reads from the URL */
  readonly dialect?: Dialect | undefined;
  /** Longest wait for the first event of a stream, or for the head of a whole answer. @default 60_000, whole: 120_000 */
  readonly firstByteTimeoutMs?: number | undefined;
  /** Longest pause between two events of a stream, or for the body of a whole answer. @default 30_000 */
  readonly idleTimeoutMs?: number | undefined;
}

/** Mistral's API and servers that speak it or OpenAI's. */
export const MISTRAL: WireApi = {
  name: "mistral",
  serverUrl: MISTRAL_SERVER_URL,
  createProvider: ({ apiKey = "", serverUrl }, options) =>
    createMistralProvider({ ...options, apiKey, serverUrl }),
  listModels: ({ apiKey = "", serverUrl }, options) => listMistralModels({ ...options, apiKey, serverUrl }),
};

const FIRST_BYTE_TIMEOUT_MS = 60_000;
/** A whole answer begins only when all of it has been generated. */
const WHOLE_ANSWER_TIMEOUT_MS = 120_000;
const IDLE_TIMEOUT_MS = 30_000;

/**
 * Mistral's chat API, or a server that speaks it or OpenAI's. One attempt per call: `createResilientProvider` retries.
 * Throws `AgentOpError` for a server URL that cannot be used.
 */
export function createMistralProvider(options: MistralOptions): TracedProvider {
  const endpoint = parseEndpoint(options.serverUrl, options.dialect);
  const idleMs = options.idleTimeoutMs ?? IDLE_TIMEOUT_MS;
  const memory = new EndpointMemory({ ...options, address: endpoint.serverUrl });
  return {
    name: PROVIDER_NAME,
    spanAttributes: { [ATTR.serverAddress]: endpoint.address, [ATTR.serverPort]: endpoint.port },
    async chat(request, context) {
      context.signal.throwIfAborted();
      const { host, apiKey } = options;
      const [sdk, sent] = await Promise.all([
        import("./mistral_sdk.ts"),
        withoutRefused(request, endpoint, memory),
      ]);
      context.signal.throwIfAborted();
      const streamed = request.stream !== false;
      const call = new Call(request, context, host);
      const watchdog = new Watchdog(context.signal);
      watchdog.arm(
        options.firstByteTimeoutMs ?? (streamed ? FIRST_BYTE_TIMEOUT_MS : WHOLE_ANSWER_TIMEOUT_MS),
        "no answer",
      );
      const onProgress = (stage: "headers" | "event") => {
        if (stage === "headers") call.answering = true;
        if (stage === "event") watchdog.arm(idleMs, "the stream stood still");
        else if (!streamed) watchdog.arm(idleMs, "the answer stood still");
      };
      const { signal } = watchdog;
      const onHeaders = (headers: Headers) => void (call.heard = readLimits(headers, host.now()));
      const client = sdk.openClient(endpoint, { fetch: host.fetch, apiKey, signal, onProgress, onHeaders });
      let done = false;
      try {
        const { messages, dropped } = fitParts(request, endpoint.dialect);
        const input = toMistralRequest({ ...sent, messages });
        if (streamed) await call.readStream(await sdk.chatStream(client, input, { signal }));
        else call.readWhole(await sdk.chatComplete(client, input, { signal }));
        if (call.answer.isBroken) {
          throw new WireError("model_error", "the model ended its answer with an error");
        }
        done = true;
        await memory.noteLimits(call.heard.limits, { isHit: false });
        return call.response(dropped);
      } catch (error) {
        if (call.listenerFailure) throw call.listenerFailure.error;
        if (context.signal.aborted) throw context.signal.reason;
        const failure = toProviderError(watchdog.stalled ?? error, {
          endpoint,
          apiKey,
          model: request.model,
          nowMs: host.now(),
          answering: call.answering,
          partial: call.answer.text,
          usage: call.answer.usage,
          heard: call.heard,
          hasCacheKey: sent.promptCacheKey !== undefined,
        });
        await noteFailure(memory, failure, call.heard);
        throw failure;
      } finally {
        watchdog.stop(!done);
      }
    },
  };
}

/** The request without what the server is known to refuse, or may well refuse and nobody asked for. */
async function withoutRefused(
  request: ChatRequest,
  { dialect }: Endpoint,
  memory: EndpointMemory,
): Promise<ChatRequest> {
  const { promptCacheKey, ...rest } = request;
  if (promptCacheKey === undefined) return request;
  const isWanted = dialect === "mistral" || request.parameters.promptCacheKey !== undefined;
  return isWanted && !await memory.refuses(CACHE_KEY_FIELD) ? request : rest;
}

async function noteFailure(
  memory: EndpointMemory,
  { sendAgain, statusCode, limit }: ProviderError,
  { limits }: HeardLimits,
): Promise<void> {
  if (sendAgain) await memory.noteRefusal(CACHE_KEY_FIELD);
  const heard = limits.length > 0 || !limit ? limits : [limit];
  await memory.noteLimits(heard, { isHit: statusCode === 429 });
}

type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };
type Chunk = Parameters<AnswerBuilder["addChunk"]>[0];
type Completion = Parameters<AnswerBuilder["addCompletion"]>[0];

/** The state of one call. */
class Call {
  readonly #request: ChatRequest;
  readonly #context: CallContext;
  readonly #host: Host;
  readonly #startMs: number;
  #firstChunkMs: number | undefined;
  readonly answer: AnswerBuilder;
  answering = false;
  heard: HeardLimits = { limits: [] };
  /** What `context.emit` threw: the listener's failure, not the call's. */
  listenerFailure: { readonly error: unknown } | undefined;

  constructor(request: ChatRequest, context: CallContext, host: Host) {
    this.#request = request;
    this.#context = context;
    this.#host = host;
    this.#startMs = host.now();
    this.answer = new AnswerBuilder({
      onDelta: request.stream === false ? () => {} : (channel, text) => this.#emit(channel, text),
      newCallId: () => host.newId().slice(0, 9),
    });
  }

  async readStream(opened: Result<AsyncIterable<{ readonly data: Chunk }>>): Promise<void> {
    if (!opened.ok) throw opened.error;
    try {
      for await (const { data } of opened.value) {
        this.#firstChunkMs ??= this.#host.now() - this.#startMs;
        this.answer.addChunk(data);
      }
    } catch (error) {
      // What is lost after the finish reason is at most the token count.
      const lostTail = error instanceof TypeError && this.answer.finished && !this.#context.signal.aborted;
      if (this.listenerFailure || !lostTail) throw error;
    }
    if (!this.answer.finished) throw new UnfinishedError("the stream ended before the answer was finished");
  }

  readWhole(result: Result<Completion>): void {
    if (!result.ok) throw result.error;
    this.answer.addCompletion(result.value);
  }

  response(dropped: DroppedParts): ChatResponse {
    return {
      ...this.answer.build(this.#request.model),
      // The SDK takes no other status for an answer.
      statusCode: 200,
      ...(Object.keys(dropped).length === 0 ? {} : { droppedParts: dropped }),
      ...(this.#firstChunkMs === undefined ? {} : { timeToFirstChunkMs: this.#firstChunkMs }),
    };
  }

  #emit(channel: DeltaChannel, text: string): void {
    const { traceId, parentSpanId, emit } = this.#context;
    try {
      emit({ type: "delta", traceId, spanId: parentSpanId, channel, text });
    } catch (error) {
      this.listenerFailure = { error };
      throw error;
    }
  }
}
