import type { ServerResponse } from "node:http";
import { type ApiError, bodyError, gatewayError, modelError } from "./api_error.ts";
import { BodyReader } from "./body_reader.ts";
import { type ChatBody, COMPLETION_FIELDS, readChatBody } from "./chat_body.ts";
import { complete } from "./completion.ts";
import { checkConversation, checkToolName } from "./conversation_rules.ts";
import { type DeliveryContext, type Pace, sendEvents, sendJson } from "./delivery.ts";
import type { Decision, Engine } from "./engine.ts";
import { type Fault, parseFault, type SimulatedLimit } from "./faults.ts";
import { checkChatModel, checkModelCan } from "./model_rules.ts";
import type { PromptCache } from "./prompt_cache.ts";
import { completionBody, completionChunks } from "./wire.ts";

/** One request on its way through a route. */
export interface Exchange extends DeliveryContext {
  readonly res: ServerResponse;
  readonly body: unknown;
  readonly requestHeaders: Readonly<Record<string, string | string[] | undefined>>;
  readonly seed: number;
  readonly pace: Pace;
  readonly engine: Engine;
  readonly cache: PromptCache;
  /** What the API would refuse is taken where it can be. */
  readonly lenient: boolean;
  /** Models besides the listed ones: scenarios name them. */
  readonly moreModels: readonly string[];
  /** Tells the owner of the simulator what was decided, before anything is sent. */
  readonly announce: (answeredBy: string, body: unknown) => void;
}

/** `POST /v1/chat/completions`. Throws `ApiError`. */
export async function answerChat(exchange: Exchange): Promise<void> {
  const body = readChatBody(exchange.body, exchange);
  if (!exchange.lenient) {
    checkChatModel(body, exchange.moreModels);
    for (const { name } of body.tools) checkToolName(name);
    checkConversation(body.messages);
  }
  const decision = exchange.engine.decide(body, forcedFault(exchange), callerOf(exchange));
  await answer(exchange, body, decision);
}

const FIM_FIELDS = [...COMPLETION_FIELDS, "prompt", "suffix", "min_tokens"];

/** `POST /v1/fim/completions`: code between a prompt and a suffix. Throws `ApiError`. */
export async function answerFim(exchange: Exchange): Promise<void> {
  const reader = new BodyReader(exchange);
  const given = reader.fields([], exchange.body, FIM_FIELDS) ?? {};
  const prompt = reader.required(["prompt"], given.prompt)
    ? reader.string(["prompt"], given.prompt)
    : undefined;
  if (given.suffix !== undefined && given.suffix !== null) reader.string(["suffix"], given.suffix);
  if (reader.problems.length > 0) throw bodyError(reader.problems);
  const shared = Object.fromEntries(COMPLETION_FIELDS.map((field) => [field, given[field]]));
  const body = readChatBody({ ...shared, messages: [{ role: "user", content: prompt }] }, exchange);
  if (!exchange.lenient) checkModelCan("completion_fim", body.model, exchange.moreModels);
  const indent = /[ \t]*$/.exec(prompt!.split("\n").at(-1)!)![0];
  const text = `// completed by the simulator after ${
    prompt!.length
  } characters\n${indent}return undefined;\n`;
  const fault = forcedFault(exchange);
  await answer(exchange, body, { reply: { text }, answeredBy: "fim", ...(fault ? { fault } : {}) });
}

async function answer(exchange: Exchange, body: ChatBody, decision: Decision): Promise<void> {
  const { reply, fault } = decision;
  exchange.announce(decision.answeredBy, exchange.body);
  const pace = {
    latencyMs: reply.latencyMs ?? exchange.pace.latencyMs,
    tokensPerSecond: reply.tokensPerSecond ?? exchange.pace.tokensPerSecond,
  };
  if (pace.latencyMs > 0) await exchange.host.sleep(pace.latencyMs, exchange.signal);
  if (fault && "status" in fault) throw statusError(fault);
  const last = body.messages.at(-1)!;
  const completion = complete(body, reply, {
    prefix: last.role === "assistant" ? last.text : "",
    seed: exchange.seed,
    cachedTokens: exchange.cache.read(body, exchange.host.now()),
  });
  if (body.stream) {
    return await sendEvents(exchange.res, [...completionChunks(completion)], pace, fault, exchange);
  }
  const writingMs = 1000 * completion.usage.completion_tokens / pace.tokensPerSecond;
  if (writingMs > 0) await exchange.host.sleep(writingMs, exchange.signal);
  await sendJson(exchange.res, completionBody(completion), fault, exchange);
}

/** The fault asked for with `x-agentop-fault`. Throws `ApiError` 400 for one that does not exist. */
export function forcedFault(exchange: Pick<Exchange, "requestHeaders">): Fault | undefined {
  const header = exchange.requestHeaders["x-agentop-fault"];
  if (typeof header !== "string" || header === "") return undefined;
  const fault = parseFault(header);
  if (fault) return fault;
  throw modelError(
    400,
    `Unknown x-agentop-fault "${header.slice(0, 60)}". Try: 429, 429:2, hang, cut:5, eof:3, badJson`,
  );
}

/** The error answer of a status fault, in that status's usual shape. */
export function statusError(fault: Extract<Fault, { status: number }>): ApiError {
  const { limit } = fault;
  const headers = {
    ...(fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) }),
    ...(limit ? limitHeaders(limit) : {}),
  };
  const plain = fault.status === 401
    ? gatewayError(401, "Unauthorized")
    : fault.status === 422
    ? bodyError([{ type: "value_error", loc: ["body"], msg: "Value error, simulated", input: null }])
    : modelError(
      fault.status,
      limit && `${limit.of === "tokens" ? "Tokens" : "Requests"} rate limit exceeded`,
    );
  return plain.withHeaders(headers);
}

/** The limit as Mistral's gateway tells it: `x-ratelimit-remaining-req-minute`. */
function limitHeaders(it: SimulatedLimit): Readonly<Record<string, string>> {
  const name = (what: string) => `x-ratelimit-${what}-${it.of === "tokens" ? "tokens" : "req"}-${it.per}`;
  return {
    [name("limit")]: String(it.limit),
    [name("remaining")]: String(it.remaining ?? 0),
    ...(it.resetSeconds === undefined ? {} : { [name("reset")]: String(it.resetSeconds) }),
  };
}

/** The trace id of a W3C `traceparent`: two runs with equal messages must not share their faults. */
function callerOf(exchange: Exchange): string {
  const header = exchange.requestHeaders.traceparent;
  return (typeof header === "string" ? /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(header)?.[1] : undefined) ?? "";
}
