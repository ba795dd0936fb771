import {
  ATTR,
  type ChatRequest,
  type ChatResponse,
  type ModelParameters,
  nowUs,
  type PriceBook,
  ProviderError,
  toolCallsOf,
  type ToolDefinition,
} from "../core/mod.ts";
import { worstCaseUsd } from "../pricing/mod.ts";
import { AGENT_DEFAULTS } from "./agent_config.ts";
import { withOwnCallIds } from "./call_identity.ts";
import { estimatePromptTokensMax, type Reservation } from "./budget.ts";
import type { Session } from "./session.ts";
import { describeFailure } from "./step_failure.ts";

/** One model call: reserved, recorded, priced, remembered. Throws what ends the run. */
export async function modelStep(session: Session): Promise<void> {
  const { services, config, run, memory, recorder } = session;
  const { host } = services;
  const request: ChatRequest = {
    model: config.model,
    messages: memory.window(config.memory.window),
    tools: definitionsOf(session.tools),
    parameters: parametersFor(session),
  };
  const reservation = reserve(session, request);
  const provider = services.provider(config);
  const step = ++session.step;
  const spanId = session.openSpan({
    name: `chat ${config.model}`,
    kind: "llm",
    step,
    providerName: provider.name,
    requestModel: config.model,
    inputMessages: request.messages,
    attributes: requestAttributes(request),
  });
  const end = { type: "span_end", traceId: run.traceId, spanId } as const;
  let response: ChatResponse;
  try {
    response = await provider.chat(request, {
      signal: session.signal,
      emit: recorder.emit,
      traceId: run.traceId,
      parentSpanId: spanId,
    });
  } catch (error) {
    if (reservation) settleFailed(session, reservation, error);
    recorder.emit({
      ...end,
      endTimeUs: nowUs(host),
      status: "error",
      ...describeFailure(session.signal, error),
    });
    throw error;
  }
  const cost = response.recorded
    ? { usd: 0, quantities: {} }
    : priceOf(services.prices, request.model, response, host.now());
  if (reservation) session.ledger.settle(reservation, cost.usd);
  else if (cost.usd !== null) session.ledger.charge(cost.usd);
  const message = response.recorded
    ? response.message
    : withOwnCallIds(response.message, step, memory.messages);
  memory.add(message);
  warnOfDropped(session, response);
  session.hasReasoned ||= message.parts.some(({ type }) => type === "reasoning");
  recorder.emit({
    ...end,
    endTimeUs: nowUs(host),
    status: "ok",
    ...answerFields(response),
    cost,
    outputMessages: [message],
  });
  session.snapshot(spanId, step);
  session.calibration = response.usage && {
    inputTokens: response.usage.inputTokens,
    outputTokens: response.usage.outputTokens,
    messageCount: request.messages.length,
    first: request.messages[1],
  };
}

/** What a span says of its answer. */
function answerFields({ responseModel, finishReason, droppedParts, recorded, ...rest }: ChatResponse) {
  const { responseId, timeToFirstChunkMs, usage } = rest;
  return {
    responseModel,
    ...(responseId === undefined ? {} : { responseId }),
    finishReasons: [finishReason],
    ...(timeToFirstChunkMs === undefined ? {} : { timeToFirstChunkMs }),
    ...(usage ? { usage } : {}),
    attributes: {
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

/** What the model is told of the tools. */
function definitionsOf(tools: Session["tools"]): readonly ToolDefinition[] {
  return [...tools.values()].map(({ name, description, parameters }) => ({ name, description, parameters }));
}

/** Sets aside the most this call can cost. Throws when the budget has no room for it. */
function reserve(session: Session, request: ChatRequest): Reservation | undefined {
  if (!session.ledger.isLimited) return undefined;
  const { calibration } = session;
  const sameStart = calibration?.first === request.messages[1];
  const usd = worstCaseUsd(session.services.prices, {
    model: request.model,
    maxInputTokens: estimatePromptTokensMax(
      request.messages,
      request.tools,
      sameStart ? calibration : undefined,
    ),
    maxOutputTokens: request.parameters.maxTokens ?? AGENT_DEFAULTS.parameters.maxTokens,
    atMs: session.services.host.now(),
  });
  return session.ledger.reserve(usd);
}

/** A call that was answered with an error is not billed; one that broke while streaming may be, so its worst case stays. */
function settleFailed(session: Session, reservation: Reservation, error: unknown): void {
  const streamed = !(error instanceof ProviderError) || error.partial !== undefined ||
    error.kind === "timeout";
  if (streamed) session.ledger.settle(reservation, null);
  else session.ledger.release(reservation);
}

function priceOf(prices: PriceBook, model: string, { usage }: ChatResponse, atMs: number) {
  return prices.price({ model, atMs, ...(usage ? { usage } : {}) });
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
