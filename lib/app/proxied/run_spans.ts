import {
  ATTR,
  type DurableEvent,
  type Host,
  type Message,
  newRunId,
  newSpanId,
  newTraceId,
  NO_TOTALS,
  nowUs,
  type Part,
  type Run,
  type Span,
  type SpanEnd,
  textOf,
} from "../../core/mod.ts";
import type { ProxiedRequest } from "./wire_chat.ts";

const PROMPT_MAX_CHARS = 1_000_000;
const AGENT = /^[A-Za-z0-9_-]{1,64}$/;
const NAME_MAX_CHARS = 200;

/** What a request says of itself besides its body. */
export interface CallOrigin {
  /** Whose key or address it came with: nobody goes on with the runs of others. */
  readonly caller: string;
  /** Calls with the same one are one run, whatever their messages are. */
  readonly runKey?: string | undefined;
  /** What its run is to be called. */
  readonly agent?: string | undefined;
  readonly group?: string | undefined;
  readonly user?: string | undefined;
  /** Where it goes, e.g. `api.mistral.ai`. */
  readonly serverAddress: string;
  /** As the path says: `chat`, `embeddings`, … */
  readonly operation: string;
  readonly requestHash: string;
}

/** A run that calls belong to. */
export interface OpenRun {
  readonly run: Run;
  readonly root: Span;
  step: number;
  /** Calls that are under way. */
  calls: number;
  isEnded: boolean;
  /** Tool calls that were asked for and not answered yet, and since when, µs. */
  pending: Map<string, { readonly call: Extract<Part, { type: "tool_call" }>; readonly sinceUs: number }>;
  touchedMs: number;
  /** Of a conversation that its server keeps: the model that answered last, and all that it read and said. */
  last?: { readonly model: string; readonly tokens: number };
}

/** A run that begins with this call; nothing of it is written yet. */
export function openRun(
  { model, messages, tools, parameters }: ProxiedRequest,
  origin: CallOrigin,
  host: Host,
): OpenRun {
  const agent = origin.agent !== undefined && AGENT.test(origin.agent) ? origin.agent : "proxy";
  const prompt = textOf(messages.findLast(({ role }) => role === "user") ?? { role: "user", parts: [] });
  const system = messages.filter(({ role }) => role === "system").map(textOf).join("\n");
  const run: Run = {
    traceId: newTraceId(host),
    runId: newRunId(host),
    agent,
    status: "running",
    model,
    origin: "proxy",
    userId: origin.user?.slice(0, NAME_MAX_CHARS) || "default",
    ...(origin.group ? { group: origin.group.slice(0, NAME_MAX_CHARS) } : {}),
    tags: { server: origin.serverAddress },
    config: { name: agent, model, instructions: system, parameters, tools },
    prompt: prompt.slice(0, PROMPT_MAX_CHARS),
    startTimeUs: nowUs(host),
    totals: NO_TOTALS,
  };
  const root: Span = {
    traceId: run.traceId,
    spanId: newSpanId(host),
    name: `invoke_agent ${agent}`,
    kind: "agent",
    startTimeUs: run.startTimeUs,
    status: "unset",
    attributes: { [ATTR.operationName]: "invoke_agent", [ATTR.agentName]: agent },
  };
  return { run, root, step: 0, calls: 0, isEnded: false, pending: new Map(), touchedMs: host.now() };
}

/** The span of a call that is about to be sent. */
export function callSpan(open: OpenRun, request: ProxiedRequest, origin: CallOrigin, host: Host): Span {
  const { temperature, top_p: topP, max_tokens: maxTokens, seed } = request.parameters;
  const isEmbedding = origin.operation === "embeddings";
  const attributes: Record<string, unknown> = {
    [ATTR.operationName]: origin.operation,
    [ATTR.requestHash]: origin.requestHash,
    [ATTR.serverAddress]: origin.serverAddress,
    [ATTR.requestTemperature]: temperature,
    [ATTR.requestTopP]: topP,
    [ATTR.requestMaxTokens]: maxTokens,
    [ATTR.requestSeed]: seed,
    [ATTR.toolDefinitions]: request.tools.length > 0 ? request.tools : undefined,
  };
  return {
    traceId: open.run.traceId,
    spanId: newSpanId(host),
    parentSpanId: open.root.spanId,
    name: `${origin.operation} ${request.model}`,
    kind: isEmbedding ? "embedding" : "llm",
    ...(isEmbedding ? {} : { step: ++open.step }),
    startTimeUs: nowUs(host),
    status: "unset",
    requestModel: request.model,
    ...(isEmbedding ? {} : { inputMessages: request.messages }),
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)),
  };
}

/**
 * The sending of a call that money is set aside for: where the process dies meanwhile, what it may have cost is spent, as that of every
 * attempt without an end is.
 */
export function attemptSpan(call: Span, host: Host): Span {
  return {
    traceId: call.traceId,
    spanId: newSpanId(host),
    parentSpanId: call.spanId,
    name: `POST ${String(call.attributes[ATTR.operationName])}`,
    kind: "attempt",
    startTimeUs: nowUs(host),
    status: "unset",
    ...(call.requestModel === undefined ? {} : { requestModel: call.requestModel }),
    attributes: { [ATTR.resendCount]: 0 },
  };
}

/** It ends as its call does, which says what was paid. */
export function attemptEnd({ spanId }: Span, call: SpanEnd): SpanEnd {
  const { type, traceId, endTimeUs, status, errorType, errorMessage } = call;
  return {
    type,
    traceId,
    spanId,
    endTimeUs,
    status,
    ...(errorType === undefined ? {} : { errorType }),
    ...(errorMessage === undefined ? {} : { errorMessage }),
    attributes: { [ATTR.attemptOutcome]: status === "ok" ? "ok" : "fail" },
  };
}

/** What the program's tools gave back since the answer that asked for them: their time is the time in between. */
export function toolSpans(open: OpenRun, messages: readonly Message[], host: Host): DurableEvent[] {
  const endTimeUs = nowUs(host);
  return messages.flatMap(({ parts }) => parts).flatMap((part): DurableEvent[] => {
    if (part.type !== "tool_call_response") return [];
    const asked = open.pending.get(part.id);
    if (!asked) return [];
    open.pending.delete(part.id);
    const { name, id, arguments: args } = asked.call;
    const span: Span = {
      traceId: open.run.traceId,
      spanId: newSpanId(host),
      parentSpanId: open.root.spanId,
      name: `execute_tool ${name}`,
      kind: "tool",
      step: ++open.step,
      startTimeUs: asked.sinceUs,
      status: "unset",
      attributes: {
        [ATTR.operationName]: "execute_tool",
        [ATTR.toolName]: name,
        [ATTR.toolCallId]: id,
        [ATTR.toolCallArguments]: args,
        [ATTR.toolSource]: "live",
      },
    };
    return [
      { type: "span_start", span },
      {
        type: "span_end",
        traceId: span.traceId,
        spanId: span.spanId,
        endTimeUs,
        status: part.isError ? "error" : "ok",
        outputMessages: [{ role: "tool", parts: [part] }],
      },
    ];
  });
}
