import { ATTR, isObject, isSoundAttribute, type Span, type SpanKind } from "../../core/mod.ts";
import type { OtlpSpan } from "../types.ts";
import { jsonOf, numberOf, plainAttributes, type SpanReader } from "./span_reader.ts";
import type { Told } from "./told_events.ts";

const NAME_MAX_CHARS = 200;
const TEXT_MAX_CHARS = 10_000;

/** Names that lists show: one line, and short. */
export function nameOf(value: string | undefined): string | undefined {
  const name = value?.replace(/\s+/g, " ").trim().slice(0, NAME_MAX_CHARS);
  return name ? name : undefined;
}

type Models = Pick<Span, "requestModel" | "responseModel" | "providerName" | "responseId">;

export function modelsOf(span: SpanReader): Models {
  const request = nameOf(span.text(
    ...["gen_ai.request.model", "llm.model_name", "embedding.model_name", "reranker.model_name"],
    ...["langfuse.observation.model.name", "ai.model.id", "llm.request.model", "model_name"],
  ));
  const response = nameOf(span.text("gen_ai.response.model", "ai.response.model", "llm.response.model"));
  const provider = nameOf(span.text(
    ...["gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider"],
  ));
  const id = nameOf(span.text("gen_ai.response.id", "ai.response.id"));
  return {
    ...(request ?? response ? { requestModel: request ?? response! } : {}),
    ...(response ? { responseModel: response } : {}),
    ...(provider ? { providerName: provider } : {}),
    ...(id ? { responseId: id } : {}),
  };
}

export function finishReasonsOf(span: SpanReader, told: Told): readonly string[] {
  const said = span.json(
    ...["gen_ai.response.finish_reasons", "llm.finish_reason", "ai.response.finishReason"],
    "gen_ai.completion.0.finish_reason",
  );
  const list = (Array.isArray(said) ? said : [said])
    .filter((it): it is string => typeof it === "string" && it !== "");
  return list.length > 0 ? list.map((it) => it.slice(0, NAME_MAX_CHARS)) : told.finishReasons;
}

/** Milliseconds from the start to the first piece of the answer. */
export function firstChunkMsOf(span: SpanReader, startNano: bigint): number | undefined {
  const seconds = span.number(
    ...["gen_ai.client.operation.time_to_first_chunk", "gen_ai.response.time_to_first_chunk"],
    ...["gen_ai.server.time_to_first_token", "gen_ai.response.time_to_first_token"],
  );
  const ms = seconds === undefined
    ? span.number("ai.response.msToFirstChunk", "ai.stream.msToFirstChunk")
    : seconds * 1000;
  const at = Date.parse(String(span.json("langfuse.observation.completion_start_time")));
  const found = ms ?? (Number.isNaN(at) ? undefined : at - Number(startNano / 1_000_000n));
  return found !== undefined && found >= 0 ? found : undefined;
}

/** Attributes under the names that the program knows, beside those that came. */
export function knownAttributes(span: SpanReader, kind: SpanKind, name: string): Record<string, unknown> {
  const known = kind === "tool"
    ? toolAttributes(span, name)
    : kind === "llm" || kind === "embedding" || kind === "agent"
    ? requestAttributes(span)
    : {};
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

function toolAttributes(span: SpanReader, name: string): Record<string, unknown> {
  const args = [
    ...[ATTR.toolCallArguments, "ai.toolCall.args", "ai.toolCall.input", "langfuse.observation.input"],
    ...["mastra.tool_call.input", "input.value", "tool_arguments", "tool.parameters", "gen_ai.prompt"],
  ];
  const results = [
    ...[ATTR.toolCallResult, "ai.toolCall.result", "ai.toolCall.output", "langfuse.observation.output"],
    ...["mastra.tool_call.output", "output.value", "tool_response", "traceloop.entity.output"],
    "gen_ai.completion",
  ];
  const call = span.object("traceloop.entity.input");
  const traceloop = Array.isArray(call["args"])
    ? call["args"].length === 0 ? call["kwargs"] : call["args"].length === 1 ? call["args"][0] : call["args"]
    : span.json("traceloop.entity.input");
  const given = span.json(...args) ?? traceloop;
  const result = span.json(...results);
  span.use(...first(span, args), ...first(span, results));
  if (given === traceloop) span.use("traceloop.entity.input");
  return {
    [ATTR.toolName]:
      nameOf(span.text(ATTR.toolName, "tool.name", "ai.toolCall.name", "traceloop.entity.name")) ??
        nameOf(name.replace(/^execute_tool /, "")),
    [ATTR.toolCallId]: span.text(ATTR.toolCallId, "tool_call.id", "ai.toolCall.id"),
    [ATTR.toolCallArguments]: given,
    [ATTR.toolCallResult]: result,
  };
}

const first = (span: SpanReader, names: readonly string[]) =>
  names.filter((name) => span.value(name) !== undefined).slice(0, 1);

function requestAttributes(span: SpanReader): Record<string, unknown> {
  const parameters = {
    ...span.object("llm.invocation_parameters"),
    ...span.object("langfuse.observation.model.parameters"),
  };
  const number = (attribute: string, setting: string, ...names: readonly string[]) =>
    span.number(attribute, `ai.settings.${setting}`) ??
      names.map((name) => numberOf(parameters[name])).find((it) => it !== undefined);
  const own = span.object("agentop.tool.definitions");
  return {
    [ATTR.requestTemperature]: number(ATTR.requestTemperature, "temperature", "temperature"),
    [ATTR.requestTopP]: number(ATTR.requestTopP, "topP", "top_p", "topP"),
    [ATTR.requestMaxTokens]: number(
      ...[ATTR.requestMaxTokens, "maxOutputTokens"] as const,
      ...["max_tokens", "maxTokens", "max_completion_tokens"],
    ) ?? span.number("ai.settings.maxTokens"),
    [ATTR.requestSeed]: number(ATTR.requestSeed, "seed", "seed"),
    [ATTR.toolDefinitions]: Array.isArray(own["tools"]) ? own["tools"] : toolDefinitions(span),
  };
}

/** The tools that a model was offered, from wherever they stand. */
function toolDefinitions(span: SpanReader): unknown {
  const listed = span.json(ATTR.toolDefinitions, "ai.prompt.tools");
  if (Array.isArray(listed)) {
    span.use("ai.prompt.tools");
    return listed.map(jsonOf).map(toolDefinition);
  }
  for (const prefix of ["llm.tools", "llm.request.functions"]) {
    const tools = span.has(prefix) ? span.indexed(prefix) : [];
    if (tools.length === 0) continue;
    span.useAll(prefix);
    return tools.map((it) => {
      const tool = isObject(it) && isObject(it["tool"]) ? it["tool"] : it;
      return toolDefinition(isObject(tool) ? jsonOf(tool["json_schema"] ?? tool) : tool);
    });
  }
  return undefined;
}

/** As `{name, description, parameters}`, however an API wraps it. */
function toolDefinition(value: unknown): unknown {
  if (!isObject(value)) return value;
  const tool = isObject(value["function"]) ? value["function"] : value;
  if (typeof tool["name"] !== "string") return value;
  const parameters = tool["parameters"] ?? tool["inputSchema"] ?? tool["input_schema"];
  return {
    name: tool["name"],
    ...(typeof tool["description"] === "string" ? { description: tool["description"] } : {}),
    ...(parameters === undefined ? {} : { parameters: jsonOf(parameters) }),
  };
}

/** Our own attributes of a span that came from elsewhere hold what they must, or are not ours. */
export function soundAttributes(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const sound: [string, unknown][] = [];
  for (const [name, value] of Object.entries(attributes)) {
    const told = name.startsWith("agentop.") ? jsonOf(value) : value;
    if (isSoundAttribute(name, told)) sound.push([name, told]);
  }
  return Object.fromEntries(sound);
}

export type Failure = Pick<Span, "errorType" | "errorMessage">;

/** `undefined`: it did not fail. Langfuse leaves the status unset, LangSmith says "ok" and tells of an exception. */
export function failureOf(span: OtlpSpan, reader: SpanReader): Failure | undefined {
  const exception = span.events.find(({ name }) => name === "exception");
  const isLangsmith = reader.value("langsmith.span.kind") !== undefined;
  const failed = span.statusCode === 2 || reader.value("langfuse.observation.level") === "ERROR" ||
    span.statusCode !== 1 && reader.value("error.type") !== undefined ||
    exception !== undefined && (span.statusCode !== 1 || isLangsmith);
  if (!failed) return undefined;
  const told = exception ? plainAttributes(exception.attributes) : {};
  const type = reader.text("error.type") ?? nameOf(asText(told["exception.type"])) ??
    reader.text("http.response.status_code") ?? "error";
  const message = span.statusMessage || asText(told["exception.message"]) ||
    reader.text("langfuse.observation.status_message", "error.message", "agentop.error.message");
  return {
    errorType: nameOf(type) ?? "error",
    ...(message ? { errorMessage: message.slice(0, TEXT_MAX_CHARS) } : {}),
  };
}

const asText = (value: unknown) => typeof value === "string" ? value : undefined;
