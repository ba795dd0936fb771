import {
  ATTR,
  byName,
  type ChatRequest,
  type ChatResponse,
  type LostCost,
  MODEL_ERROR,
  type ModelParameters,
  newSpanId,
  nowUs,
  ProviderError,
  toolCallsOf,
  type ToolDefinition,
} from "../core/mod.ts";
import { promptCacheKey } from "./cache_key.ts";
import { CallAccount } from "./call_account.ts";
import { withOwnCallIds } from "./call_identity.ts";
import { noteAnswer } from "./endings.ts";
import type { Session } from "./session.ts";
import { describeFailure } from "./step_failure.ts";

/** One model call: reserved, recorded, priced, remembered. Throws what ends the run. */
export async function modelStep(session: Session): Promise<void> {
  const { services, config, run, memory, recorder } = session;
  const { host } = services;
  const request = requestFor(session);
  const spanId = newSpanId(host);
  const provider = services.provider(config);
  const step = session.nextStep(); // before anything is waited for: others share the limit
  const account = await CallAccount.open(session, request, spanId);
  session.openSpan({
    spanId,
    name: `chat ${config.model}`,
    kind: "llm",
    step,
    providerName: provider.name,
    requestModel: config.model,
    inputMessages: request.messages,
    attributes: {
      ...requestAttributes(request),
      ...(account.reservedUsd === undefined ? {} : { [ATTR.reservedUsd]: account.reservedUsd }),
    },
  });
  const end = { type: "span_end", traceId: run.traceId, spanId } as const;
  let response: ChatResponse;
  try {
    // What a call may cost is on record before it is sent: it is spent if this process dies.
    if (account.reservedUsd !== undefined) await recorder.flush();
    response = await provider.chat(request, {
      signal: session.signal,
      emit: recorder.emit,
      traceId: run.traceId,
      parentSpanId: spanId,
      meter: account,
    });
  } catch (error) {
    session.finishReason = reasonGiven(error);
    recorder.emit({
      ...end,
      ...account.failed(error),
      endTimeUs: nowUs(host),
      status: "error",
      ...describeFailure(session.signal, error),
    });
    throw error;
  }
  // A gateway may answer with any model.
  if (!response.recorded) await services.prices.prepare([response.responseModel]);
  const paid = account.answered(response);
  const message = response.recorded
    ? response.message
    : withOwnCallIds(response.message, step, memory.messages);
  memory.add(message);
  session.finishReason = response.finishReason;
  warnOfDropped(session, response);
  session.hasReasoned ||= message.parts.some(({ type }) => type === "reasoning");
  recorder.emit({
    ...end,
    endTimeUs: nowUs(host),
    status: "ok",
    ...answerFields(response, paid),
    outputMessages: [message],
  });
  session.snapshot(spanId, step);
  noteAnswer(session, message, step);
  session.calibration = response.usage && {
    inputTokens: response.usage.inputTokens,
    outputTokens: response.usage.outputTokens,
    messageCount: request.messages.length,
    first: request.messages[1],
  };
}

function requestFor(session: Session): ChatRequest {
  const { config, memory, tools } = session;
  const cacheKey = promptCacheKey(config, memory.messages);
  return {
    model: config.model,
    messages: memory.window(config.memory.window),
    tools: definitionsOf(tools),
    parameters: parametersFor(session),
    ...(cacheKey === undefined ? {} : { promptCacheKey: cacheKey }),
    ...(session.services.wholeAnswers ? { stream: false } : {}),
  };
}

/** Why a failed answer ended, where its model said so: "error". */
function reasonGiven(error: unknown): string | undefined {
  return error instanceof ProviderError && error.errorType === MODEL_ERROR ? "error" : undefined;
}

/** What a span says of its answer. */
function answerFields(
  { responseModel, finishReason, droppedParts, recorded, ...rest }: ChatResponse,
  { cost, attributes }: LostCost,
) {
  const { responseId, timeToFirstChunkMs, usage } = rest;
  return {
    responseModel,
    ...(responseId === undefined ? {} : { responseId }),
    finishReasons: [finishReason],
    ...(timeToFirstChunkMs === undefined ? {} : { timeToFirstChunkMs }),
    ...(usage ? { usage } : {}),
    cost: cost!,
    attributes: {
      ...attributes,
      ...(recorded ? { [ATTR.modelSource]: "recorded" } : {}),
      ...(droppedParts ? { [ATTR.droppedParts]: droppedParts } : {}),
    },
  };
}

/** A model that takes back none of the reasoning it writes is the usual case, and nothing to warn of. */
function warnOfDropped(session: Session, { droppedParts = {} }: ChatResponse): void {
  const kinds = Object.keys(droppedParts).filter((kind) => kind !== "reasoning" || !session.hasReasoned);
  if (kinds.length === 0) return;
  const { model } = session.config;
  session.warn({
    type: "parts_dropped",
    message: `left out of the conversation, because ${model} takes none: ${kinds.join(", ")}`,
  });
}

/** A model that must call a tool is made to once for each question: otherwise it could never answer. */
function parametersFor({ config: { parameters }, memory }: Session): ModelParameters {
  const { toolChoice } = parameters;
  if (toolChoice !== "any" && toolChoice !== "required") return parameters;
  const asked = memory.messages.findLastIndex((message) => message.role === "user");
  const hasCalled = memory.messages.slice(asked + 1).some((message) => toolCallsOf(message).length > 0);
  return hasCalled ? { ...parameters, toolChoice: "auto" } : parameters;
}

/** What the model is told of the tools: always in the same order, so that requests go on beginning alike. */
function definitionsOf(tools: Session["tools"]): readonly ToolDefinition[] {
  return [...tools.values()].map(({ name, description, parameters }) => ({ name, description, parameters }))
    .sort(byName);
}

function requestAttributes({ parameters, tools }: ChatRequest): Record<string, unknown> {
  const named: Record<string, unknown> = {
    [ATTR.requestTemperature]: parameters.temperature,
    [ATTR.requestTopP]: parameters.topP,
    [ATTR.requestMaxTokens]: parameters.maxTokens,
    [ATTR.requestSeed]: parameters.seed,
    [ATTR.requestToolChoice]: parameters.toolChoice,
    [ATTR.toolDefinitions]: tools.length > 0 ? tools : undefined,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}
