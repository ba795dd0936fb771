import { isObject } from "../core/mod.ts";
import { bodyError } from "./api_error.ts";
import { BodyReader, type BodyReaderOptions, type Json } from "./body_reader.ts";
import { type ChatMessage, readMessages } from "./chat_messages.ts";

const MAX_TOOLS = 512;
const MAX_STOPS = 64;
const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh"] as const;
const PROMPT_MODES = ["reasoning"] as const;

/** What every kind of completion takes. */
export const COMPLETION_FIELDS: readonly string[] = [
  "model",
  "temperature",
  "top_p",
  "max_tokens",
  "stream",
  "stop",
  "random_seed",
  "metadata",
];
const CHAT_FIELDS: readonly string[] = [
  ...COMPLETION_FIELDS,
  "messages",
  "response_format",
  "tools",
  "tool_choice",
  "presence_penalty",
  "frequency_penalty",
  "n",
  "prediction",
  "parallel_tool_calls",
  "prompt_mode",
  "reasoning_effort",
  "guardrails",
  "prompt_cache_key",
  "service_tier",
  "safe_prompt",
];

export interface OfferedTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: Json;
}

export type ResponseFormat =
  | { readonly type: "text" }
  | { readonly type: "json_object" }
  | { readonly type: "json_schema"; readonly schema: Json };

/** A chat completion request that passed the checks. */
export interface ChatBody {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly OfferedTool[];
  readonly toolChoice: "auto" | "none" | "any" | { readonly name: string };
  readonly parallelToolCalls: boolean;
  readonly responseFormat: ResponseFormat;
  readonly stop: readonly string[];
  readonly stream: boolean;
  readonly maxTokens?: number;
  readonly randomSeed?: number;
  readonly reasoningEffort?: (typeof EFFORTS)[number];
  readonly promptMode?: "reasoning";
  readonly promptCacheKey?: string;
}

/** Reads a request body and checks its form as Mistral's API does. Throws `ApiError` 422. */
export function readChatBody(value: unknown, options: BodyReaderOptions = {}): ChatBody {
  const reader = new BodyReader(options);
  const body = reader.fields([], value, CHAT_FIELDS) ?? {};
  if (!isObject(value)) throw bodyError(reader.problems);
  const model = reader.required(["model"], body.model) ? reader.string(["model"], body.model) : undefined;
  const messages = reader.required(["messages"], body.messages) ? readMessages(reader, body.messages) : [];
  const tools = readTools(reader, body.tools);
  const limits = readParameters(reader, body);
  const toolChoice = readToolChoice(reader, body.tool_choice);
  const responseFormat = readResponseFormat(reader, body.response_format);
  const stream = reader.boolean(["stream"], body.stream, false);
  const parallelToolCalls = reader.boolean(["parallel_tool_calls"], body.parallel_tool_calls, true);
  if (reader.problems.length > 0 || model === undefined) throw bodyError(reader.problems);
  return { model, messages, tools, toolChoice, parallelToolCalls, responseFormat, stream, ...limits };
}

type Parameters = Pick<
  ChatBody,
  "stop" | "maxTokens" | "randomSeed" | "reasoningEffort" | "promptMode" | "promptCacheKey"
>;

function readParameters(reader: BodyReader, body: Json): Parameters {
  reader.number(["temperature"], body.temperature, { min: 0, max: 1.5 });
  reader.number(["top_p"], body.top_p, { min: 0, max: 1 });
  reader.number(["presence_penalty"], body.presence_penalty, { min: -2, max: 2 });
  reader.number(["frequency_penalty"], body.frequency_penalty, { min: -2, max: 2 });
  reader.number(["n"], body.n, { min: 1, integer: true });
  reader.boolean(["safe_prompt"], body.safe_prompt, false);
  const promptCacheKey = reader.optionalString(["prompt_cache_key"], body.prompt_cache_key);
  const reasoningEffort = optional(
    body.reasoning_effort,
    (it) => reader.oneOf(["reasoning_effort"], it, EFFORTS),
  );
  const promptMode = optional(body.prompt_mode, (it) => reader.oneOf(["prompt_mode"], it, PROMPT_MODES));
  const maxTokens = reader.number(["max_tokens"], body.max_tokens, { min: 0, integer: true });
  const randomSeed = reader.number(["random_seed"], body.random_seed, { min: 0, integer: true });
  const stops = body.stop ?? [];
  const stop: string[] = [];
  for (
    const [i, word] of (typeof stops === "string" ? [stops] : reader.list(["stop"], stops, MAX_STOPS) ?? [])
      .entries()
  ) {
    const text = reader.string(["stop", i], word);
    if (text) stop.push(text);
  }
  return {
    stop,
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(randomSeed === undefined ? {} : { randomSeed }),
    ...(reasoningEffort === undefined ? {} : { reasoningEffort }),
    ...(promptMode === undefined ? {} : { promptMode }),
    ...(promptCacheKey === undefined ? {} : { promptCacheKey }),
  };
}

function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value);
}

function readTools(reader: BodyReader, value: unknown): readonly OfferedTool[] {
  if (value === undefined || value === null) return [];
  return (reader.list(["tools"], value, MAX_TOOLS) ?? []).flatMap((item, i) => {
    const tool = reader.object(["tools", i], item);
    if (!tool) return [];
    if (tool.type !== undefined && tool.type !== "function") return []; // built-in connectors are not simulated
    reader.fields(["tools", i], tool, ["type", "function"]);
    const loc = ["tools", i, "function"];
    const definition = reader.required(loc, tool.function)
      ? reader.fields(loc, tool.function, ["name", "description", "strict", "parameters"])
      : undefined;
    if (!definition) return [];
    const name = reader.required([...loc, "name"], definition.name)
      ? reader.string([...loc, "name"], definition.name)
      : undefined;
    if (name === undefined) return [];
    const parameters = definition.parameters === undefined
      ? {}
      : reader.object([...loc, "parameters"], definition.parameters);
    const description = typeof definition.description === "string" ? definition.description : "";
    return [{ name, description, parameters: parameters ?? {} }];
  });
}

function readToolChoice(reader: BodyReader, value: unknown): ChatBody["toolChoice"] {
  if (value === undefined || value === null) return "auto";
  if (isObject(value)) {
    reader.fields(["tool_choice"], value, ["type", "function"]);
    const name = isObject(value.function)
      ? reader.fields(["tool_choice", "function"], value.function, ["name"])!.name
      : undefined;
    return { name: reader.string(["tool_choice", "function", "name"], name) ?? "" };
  }
  const word = reader.oneOf(["tool_choice"], value, ["auto", "none", "any", "required"]);
  return word === "required" ? "any" : word ?? "auto";
}

function readResponseFormat(reader: BodyReader, value: unknown): ResponseFormat {
  if (value === undefined || value === null) return { type: "text" };
  const format = reader.fields(["response_format"], value, ["type", "json_schema"]) ?? {};
  const type = reader.oneOf(["response_format", "type"], format.type, ["text", "json_object", "json_schema"]);
  if (type !== "json_schema") return { type: type ?? "text" };
  const known = ["name", "description", "schema", "strict"];
  const outer = reader.fields(["response_format", "json_schema"], format.json_schema, known) ?? {};
  return { type, schema: reader.object(["response_format", "json_schema", "schema"], outer.schema) ?? {} };
}
