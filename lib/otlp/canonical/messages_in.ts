import { isObject, jsonText, type Message, type Part, type Role } from "../../core/mod.ts";
import { partsOf, toolCall } from "./message_parts.ts";
import { jsonOf } from "./span_reader.ts";

type Json = Readonly<Record<string, unknown>>;

const ROLES: Readonly<Record<string, Role>> = {
  ...{ system: "system", developer: "system", user: "user", human: "user", assistant: "assistant" },
  ...{ ai: "assistant", model: "assistant", tool: "tool", function: "tool" },
};
/** Lists and envelopes in one another; nobody's messages are deeper. */
const DEPTH_MAX = 8;

function roleOf(value: unknown): Role | undefined {
  const name = String(value ?? "").replace(/Message(Chunk)?$/, "").toLowerCase();
  return Object.hasOwn(ROLES, name) ? ROLES[name] : undefined;
}

/**
 * The messages that a value holds, whoever wrote it: a list of messages in any API's grammar, LangChain's or Gemini's, the body of a
 * request or of an answer, a plain text, or JSON text of any of these. `role` is whose it is when it does not say.
 */
export function messagesIn(value: unknown, role: Role, depth = 0): Message[] {
  const told = jsonOf(value);
  if (told === undefined || told === null || told === "" || depth > DEPTH_MAX) return [];
  if (Array.isArray(told)) return ofList(told, role, depth);
  if (!isObject(told)) return [{ role, parts: [{ type: "text", content: jsonText(told) }] }];
  const inner = envelope(told, role, depth);
  if (inner) return inner;
  const message = messageOf(told, role);
  return message ? [message] : [{ role, parts: [{ type: "text", content: jsonText(value) }] }];
}

function ofList(list: readonly unknown[], role: Role, depth: number): Message[] {
  if (list.length === 0) return [];
  if (list.every(isPart)) {
    const parts = partsOf(list);
    return parts.length === 0 ? [] : [{ role: answers(parts) ? "tool" : role, parts }];
  }
  return list.flatMap((it) => messagesIn(it, role, depth + 1));
}

/** A part stands in a list of parts: it says no role, but its type. */
function isPart(value: unknown): boolean {
  return isObject(value) && value["role"] === undefined && value["message"] === undefined &&
    typeof value["type"] === "string" && value["type"] !== "message" && roleOf(value["type"]) === undefined &&
    value["lc"] === undefined;
}

const answers = (parts: readonly Part[]) => parts.every((part) => part.type === "tool_call_response");

/** What holds messages and is none: the bodies of requests and answers. */
function envelope(from: Json, role: Role, depth: number): Message[] | undefined {
  const next = (value: unknown, who = role) => messagesIn(value, who, depth + 1);
  if (from["role"] !== undefined || from["lc"] !== undefined) return undefined;
  if (isObject(from["message"])) return next(from["message"]);
  if (Array.isArray(from["messages"])) {
    return [...next(from["system"], "system"), ...next(from["messages"])];
  }
  if (Array.isArray(from["choices"])) return next(from["choices"], "assistant");
  if (Array.isArray(from["candidates"])) return next(from["candidates"], "assistant");
  if (Array.isArray(from["generations"])) return next(from["generations"], "assistant");
  if (Array.isArray(from["contents"]) && depth === 0) {
    return [...next(from["systemInstruction"], "system"), ...next(from["contents"])];
  }
  if (isObject(from["content"]) && from["content"]["parts"] !== undefined) {
    return next(from["content"], "assistant");
  }
  // OpenAI's responses
  if (Array.isArray(from["output"])) return next(from["output"], "assistant");
  if (from["model"] !== undefined && from["input"] !== undefined) {
    return [...next(from["instructions"], "system"), ...next(from["input"], "user")];
  }
  return undefined;
}

function messageOf(given: Json, fallback: Role): Message | undefined {
  const from = langchain(given);
  const role = roleOf(from["role"] ?? from["type"]) ?? fallback;
  const parts: Part[] = [];
  const reasoning = from["reasoning_content"] ?? from["reasoning"];
  if (typeof reasoning === "string" && reasoning !== "") {
    parts.push({ type: "reasoning", content: reasoning });
  }
  const content = from["parts"] ?? from["content"] ?? from["contents"] ?? from["text"];
  const callId = from["tool_call_id"] ?? from["toolCallId"];
  if (role === "tool" && typeof content !== "object" || callId !== undefined) {
    return { role: "tool", parts: [response(from, callId ?? from["id"], content)] };
  }
  parts.push(...partsOf(content).filter((part) => part.type !== "text" || part.content !== ""));
  parts.push(...callsOf(from));
  if (parts.length === 0) return saysRole(from) ? { role, parts } : undefined;
  return { role: answers(parts) ? "tool" : role, parts };
}

const saysRole = (from: Json) => roleOf(from["role"]) !== undefined;

function response(from: Json, id: unknown, content: unknown): Part {
  const name = from["name"] ?? from["tool_name"];
  const parts = Array.isArray(content) ? partsOf(content) : undefined;
  const text = parts?.every((part) => part.type === "text")
    ? parts.map((it) => it.content).join("")
    : content;
  return {
    type: "tool_call_response",
    id: typeof id === "string" ? id : "",
    ...(typeof name === "string" ? { name } : {}),
    response: text ?? "",
  };
}

function callsOf(from: Json): Part[] {
  const listed = from["tool_calls"] ?? from["toolCalls"];
  const calls = Array.isArray(jsonOf(listed)) ? jsonOf(listed) as unknown[] : [];
  const single = from["function_call"];
  return [...calls, single].flatMap((it) => (isObject(it) ? toolCall(it) : undefined) ?? []);
}

/** `{lc, type: "constructor", id: [..., "HumanMessage"], kwargs}` and `{type: "human", data}` are LangChain's. */
function langchain(from: Json): Json {
  const { kwargs, data, id, type } = from;
  if (isObject(kwargs)) {
    const name = Array.isArray(id) ? id.at(-1) : undefined;
    return { ...kwargs, role: roleOf(name) ?? kwargs["role"] ?? kwargs["type"] };
  }
  return isObject(data) && roleOf(type) !== undefined ? { ...data, role: type } : from;
}
