import { ATTR, type Evaluation, type Message, type Run, type Span, type Trace } from "../core/mod.ts";
import type { AnyValue, KeyValue, OtlpSpan, ScopeSpans, SpanEvent } from "./types.ts";

const SCOPE = "@agentop/studio";
const OPERATIONS: Readonly<Record<string, string>> = {
  ...{ agent: "invoke_agent", llm: "chat", tool: "execute_tool", embedding: "embeddings" },
  ...{ retriever: "retrieval" },
};
const [KIND_INTERNAL, KIND_CLIENT] = [1, 3];
const [STATUS_OK, STATUS_ERROR] = [1, 2];

/** A run that was made here as OpenTelemetry has it: the same ids and times, GenAI's names, and ours for what it has no name for. */
export function scopeSpansOf(trace: Trace): ScopeSpans[] {
  const { run, spans, evaluations } = trace;
  const judged = Map.groupBy(evaluations, ({ spanId }) => spanId ?? rootOf(trace)?.spanId ?? "");
  return [{
    resource: { attributes: pairs({ "service.name": "agentop" }), droppedAttributesCount: 0 },
    resourceSchemaUrl: "",
    scope: { name: SCOPE, version: "", attributes: [], droppedAttributesCount: 0 },
    schemaUrl: "",
    spans: Array.from(
      spans.values(),
      (span) => otlpSpan(span, run, judged.get(span.spanId) ?? [], rootOf(trace)),
    ),
  }];
}

const rootOf = ({ spans }: Trace): Span | undefined =>
  [...spans.values()].find(({ parentSpanId }) => parentSpanId === undefined);

function otlpSpan(span: Span, run: Run, judged: readonly Evaluation[], root: Span | undefined): OtlpSpan {
  const isFailed = span.status === "error" || span.status === "interrupted";
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? "",
    traceState: "",
    flags: 0,
    name: span.name,
    kind: span.kind === "llm" || span.kind === "attempt" ? KIND_CLIENT : KIND_INTERNAL,
    startTimeUnixNano: nanoOf(span.startTimeUs),
    endTimeUnixNano: nanoOf(span.endTimeUs ?? 0),
    attributes: pairs({ ...attributesOf(span), ...(span === root ? runAttributes(run) : {}) }),
    droppedAttributesCount: 0,
    events: judged.map(evaluationEvent),
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    statusCode: isFailed ? STATUS_ERROR : span.status === "ok" ? STATUS_OK : 0,
    statusMessage: span.errorMessage ?? "",
  };
}

const nanoOf = (us: number): bigint => BigInt(Math.round(us)) * 1000n;

function attributesOf(span: Span): Record<string, unknown> {
  const { usage, cost } = span;
  return {
    ...span.attributes,
    "agentop.span.kind": span.kind,
    "agentop.step": span.step,
    [ATTR.operationName]: span.attributes[ATTR.operationName] ?? OPERATIONS[span.kind],
    [ATTR.providerName]: span.providerName,
    [ATTR.requestModel]: span.requestModel,
    "gen_ai.response.model": span.responseModel,
    "gen_ai.response.id": span.responseId,
    "gen_ai.response.finish_reasons": span.finishReasons && new Listed(span.finishReasons),
    "gen_ai.response.time_to_first_chunk": span.timeToFirstChunkMs && span.timeToFirstChunkMs / 1000,
    [ATTR.errorType]: span.errorType,
    ...(usage
      ? {
        "gen_ai.usage.input_tokens": usage.inputTokens,
        "gen_ai.usage.output_tokens": usage.outputTokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cachedInputTokens,
        "gen_ai.usage.cache_write.input_tokens": usage.cacheWriteInputTokens,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoningTokens,
      }
      : {}),
    "agentop.cost.usd": cost?.usd ?? undefined,
    "agentop.cost.unknown": cost && cost.usd === null ? true : undefined,
    ...messagesOf(span),
  };
}

function messagesOf({ kind, inputMessages, outputMessages, finishReasons }: Span): Record<string, unknown> {
  if (kind === "tool") {
    const part = outputMessages?.flatMap(({ parts }) => parts).find(({ type }) =>
      type === "tool_call_response"
    );
    return part?.type === "tool_call_response" ? { [ATTR.toolCallResult]: part.response } : {};
  }
  const written = (messages: readonly Message[] | undefined, more = {}) =>
    messages && JSON.stringify(messages.map(({ role, parts }) => ({ role, parts, ...more })));
  const reason = finishReasons?.[0];
  return {
    "gen_ai.input.messages": written(inputMessages),
    "gen_ai.output.messages": written(outputMessages, reason === undefined ? {} : { finish_reason: reason }),
  };
}

/** What only the run says; `agentop.run.id` tells that it was made by this program. */
function runAttributes(run: Run): Record<string, unknown> {
  return {
    "agentop.run.id": run.runId,
    "agentop.run.status": run.status,
    "agentop.prompt": run.prompt,
    "agentop.output": run.output,
    "agentop.group": run.group,
    "agentop.tags": JSON.stringify(run.tags),
    [ATTR.agentName]: run.agent,
    "session.id": run.group ?? run.runId,
    "user.id": run.userId,
  };
}

function evaluationEvent(evaluation: Evaluation): SpanEvent {
  return {
    timeUnixNano: nanoOf(evaluation.createdAtUs),
    name: "gen_ai.evaluation.result",
    attributes: pairs({
      "gen_ai.evaluation.name": evaluation.name,
      "gen_ai.evaluation.score.value": evaluation.value,
      "gen_ai.evaluation.score.label": evaluation.label,
      "gen_ai.evaluation.explanation": evaluation.explanation,
    }),
    droppedAttributesCount: 0,
  };
}

/** A list that stays one: others are JSON text, as conventions want them. */
class Listed {
  constructor(readonly texts: readonly string[]) {}
}

function pairs(values: Readonly<Record<string, unknown>>): KeyValue[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const written = anyValue(value);
    return written === undefined ? [] : [{ key, value: written }];
  });
}

function anyValue(value: unknown): AnyValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Listed) return [...value.texts];
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  return typeof value === "string" || typeof value === "boolean" ? value : JSON.stringify(value);
}
