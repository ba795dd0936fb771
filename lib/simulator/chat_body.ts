import { isObject } from "../core/mod.ts";
import { bodyError, modelError } from "./api_error.ts";
import { BodyReader, type Json } from "./body_reader.ts";

export const MAX_MESSAGES = 5000;
const MAX_TOOLS = 512;
const MAX_STOPS = 64;
const MAX_TOOL_CALLS = 512;
const TOOL_ID = /^[a-zA-Z0-9]{9}$/;
const ROLES = ["system", "user", "assistant", "tool"] as const;

export interface CalledTool {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

export interface ChatMessage {
  readonly role: (typeof ROLES)[number];
  /** Text pieces, joined. */
  readonly text: string;
  readonly toolCalls: readonly CalledTool[];
  readonly toolCallId?: string;
  readonly name?: string;
  readonly prefix: boolean;
}

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
}

/** Checks a request body as Mistral's API does. Throws `ApiError`: 422 for its form, 400 for the order of its messages. */
export function readChatBody(value: unknown): ChatBody {
  const reader = new BodyReader();
  const body = reader.object([], value) ?? {};
  if (reader.problems.length > 0) throw bodyError(reader.problems);
  const model = reader.required(["model"], body.model) ? reader.string(["model"], body.model) : undefined;
  const messages = reader.required(["messages"], body.messages) ? readMessages(reader, body.messages) : [];
  const tools = readTools(reader, body.tools);
  const limits = readParameters(reader, body);
  const toolChoice = readToolChoice(reader, body.tool_choice);
  const responseFormat = readResponseFormat(reader, body.response_format);
  const stream = reader.boolean(["stream"], body.stream, false);
  const parallelToolCalls = reader.boolean(["parallel_tool_calls"], body.parallel_tool_calls, true);
  if (reader.problems.length > 0 || model === undefined) throw bodyError(reader.problems);
  checkOrder(messages);
  return { model, messages, tools, toolChoice, parallelToolCalls, responseFormat, stream, ...limits };
}

function readParameters(reader: BodyReader, body: Json): Pick<ChatBody, "stop" | "maxTokens" | "randomSeed"> {
  reader.number(["temperature"], body.temperature, { min: 0, max: 1.5 });
  reader.number(["top_p"], body.top_p, { min: 0, max: 1 });
  reader.number(["presence_penalty"], body.presence_penalty, { min: -2, max: 2 });
  reader.number(["frequency_penalty"], body.frequency_penalty, { min: -2, max: 2 });
  reader.number(["n"], body.n, { min: 1, integer: true });
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
  };
}

function readMessages(reader: BodyReader, value: unknown): readonly ChatMessage[] {
  const list = reader.list(["messages"], value, MAX_MESSAGES);
  if (list?.length === 0) {
    reader.add("too_short", ["messages"], "List should have at least 1 item after validation", null);
  }
  return (list ?? []).flatMap((item, i) => {
    const message = reader.object(["messages", i], item);
    const role = message && reader.oneOf(["messages", i, "role"], message.role, ROLES);
    if (!message || !role) return [];
    const loc = ["messages", i, role] as const;
    const toolCalls = readToolCalls(reader, loc, message.tool_calls);
    const toolCallId = message.tool_call_id;
    if (toolCallId !== undefined && toolCallId !== null) reader.string([...loc, "tool_call_id"], toolCallId);
    return [{
      role,
      text: readContent(reader, [...loc, "content"], message.content),
      toolCalls,
      prefix: reader.boolean([...loc, "prefix"], message.prefix, false),
      ...(typeof toolCallId === "string" ? { toolCallId } : {}),
      ...(typeof message.name === "string" ? { name: message.name } : {}),
    }];
  });
}

function readContent(reader: BodyReader, loc: readonly (string | number)[], value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  const chunks = reader.list(loc, value, MAX_MESSAGES) ?? [];
  let text = "";
  for (const [i, item] of chunks.entries()) {
    const chunk = reader.object([...loc, i], item);
    if (chunk?.type === "text") text += reader.string([...loc, i, "text"], chunk.text) ?? "";
  }
  return text;
}

function readToolCalls(
  reader: BodyReader,
  loc: readonly (string | number)[],
  value: unknown,
): readonly CalledTool[] {
  if (value === undefined || value === null) return [];
  const list = reader.list([...loc, "tool_calls"], value, MAX_TOOL_CALLS) ?? [];
  return list.flatMap((item, i) => {
    const here = [...loc, "tool_calls", i];
    const call = reader.object(here, item);
    if (!call) return [];
    const called = reader.required([...here, "function"], call.function)
      ? reader.object([...here, "function"], call.function)
      : undefined;
    if (!called) return [];
    const name = reader.string([...here, "function", "name"], called.name) ?? "";
    const args = called.arguments;
    if (typeof args !== "string" && !isObject(args)) {
      reader.add("string_type", [...here, "function", "arguments"], "Input should be a valid string", args);
    }
    const id = call.id === undefined ? "null" : reader.string([...here, "id"], call.id) ?? "";
    return [{ id, name, arguments: typeof args === "string" ? args : JSON.stringify(args ?? {}) }];
  });
}

function readTools(reader: BodyReader, value: unknown): readonly OfferedTool[] {
  if (value === undefined || value === null) return [];
  return (reader.list(["tools"], value, MAX_TOOLS) ?? []).flatMap((item, i) => {
    const tool = reader.object(["tools", i], item);
    if (!tool) return [];
    if (tool.type !== undefined && tool.type !== "function") return []; // built-in connectors are not simulated
    const loc = ["tools", i, "function"];
    const definition = reader.required(loc, tool.function) ? reader.object(loc, tool.function) : undefined;
    if (!definition) return [];
    const name = reader.required([...loc, "name"], definition.name) &&
      reader.string([...loc, "name"], definition.name);
    if (!name) return [];
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
    const name = isObject(value.function) ? value.function.name : undefined;
    return { name: reader.string(["tool_choice", "function", "name"], name) ?? "" };
  }
  const word = reader.oneOf(["tool_choice"], value, ["auto", "none", "any", "required"]);
  return word === "required" ? "any" : word ?? "auto";
}

function readResponseFormat(reader: BodyReader, value: unknown): ResponseFormat {
  if (value === undefined || value === null) return { type: "text" };
  const format = reader.object(["response_format"], value) ?? {};
  const type = reader.oneOf(["response_format", "type"], format.type, ["text", "json_object", "json_schema"]);
  if (type !== "json_schema") return { type: type ?? "text" };
  const outer = reader.object(["response_format", "json_schema"], format.json_schema) ?? {};
  return { type, schema: reader.object(["response_format", "json_schema", "schema"], outer.schema) ?? {} };
}

/** Rules the model servers enforce after the body's form: codes 3230 and 3280. */
function checkOrder(messages: readonly ChatMessage[]): void {
  const fail = (message: string) => {
    throw modelError(400, message, "invalid_request_message_order", "3230");
  };
  let open = 0;
  let previous: ChatMessage | undefined;
  for (const message of messages) {
    const ids = [
      ...message.toolCalls.map((call) => call.id),
      ...(message.role === "tool" ? [message.toolCallId ?? "null"] : []),
    ];
    for (const id of ids) {
      if (TOOL_ID.test(id)) continue;
      const text = `Tool call id was ${id.slice(0, 100)} but must be a-z, A-Z, 0-9, with a length of 9.`;
      throw modelError(400, text, "invalid_function_call", "3280");
    }
    if (message.role === "tool") {
      if (previous?.role !== "tool" && !previous?.toolCalls.length) {
        fail(`Unexpected role 'tool' after role '${previous?.role ?? "none"}'`);
      }
      open--;
    } else if (open !== 0) fail("Not the same number of function calls and responses");
    if (message.role === "assistant") open = message.toolCalls.length;
    previous = message;
  }
  if (previous?.role === "tool" && open !== 0) fail("Not the same number of function calls and responses");
  const last = previous!;
  if (last.role !== "user" && last.role !== "tool" && !(last.role === "assistant" && last.prefix)) {
    fail(`Expected last role User or Tool (or Assistant with prefix True) for serving but got ${last.role}`);
  }
}
