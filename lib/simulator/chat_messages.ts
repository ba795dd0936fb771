import { isObject } from "../core/mod.ts";
import type { BodyReader, Loc } from "./body_reader.ts";

export const MAX_MESSAGES = 5000;
const MAX_TOOL_CALLS = 512;
const ROLES = ["system", "user", "assistant", "tool"] as const;

/** What each kind of message may hold besides its role. */
const MESSAGE_FIELDS: Readonly<Record<(typeof ROLES)[number], readonly string[]>> = {
  system: ["role", "content"],
  user: ["role", "content"],
  assistant: ["role", "content", "tool_calls", "prefix"],
  tool: ["role", "content", "tool_call_id", "name"],
};

/** Parts of a message's content, and what each may hold besides its type. */
const CHUNK_FIELDS = {
  text: ["text"],
  thinking: ["thinking", "signature", "closed"],
  image_url: ["image_url"],
  document_url: ["document_url", "document_name"],
  reference: ["reference_ids"],
  file: ["file_id"],
  input_audio: ["input_audio"],
} as const;
const CHUNK_TYPES = Object.keys(CHUNK_FIELDS) as readonly ChunkType[];
export type ChunkType = keyof typeof CHUNK_FIELDS;

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
  /** Kinds of parts other than text, each once. Absent when there is only text. */
  readonly otherParts?: readonly ChunkType[];
}

/** Reads the form of a conversation; what is wrong with it is the reader's. */
export function readMessages(reader: BodyReader, value: unknown): readonly ChatMessage[] {
  const list = reader.list(["messages"], value, MAX_MESSAGES);
  if (list?.length === 0) {
    reader.add("too_short", ["messages"], "List should have at least 1 item after validation", null);
  }
  return (list ?? []).flatMap((item, i) => {
    const role = isObject(item) ? reader.oneOf(["messages", i, "role"], item.role, ROLES) : undefined;
    if (!role) return isObject(item) ? [] : (reader.object(["messages", i], item), []);
    const loc = ["messages", i, role] as const;
    const message = reader.fields(loc, item, MESSAGE_FIELDS[role])!;
    const toolCalls = readToolCalls(reader, loc, message.tool_calls);
    const toolCallId = reader.optionalString([...loc, "tool_call_id"], message.tool_call_id);
    const name = reader.optionalString([...loc, "name"], message.name);
    if (role !== "assistant" && message.content === undefined) {
      reader.required([...loc, "content"], undefined);
    }
    if (role !== "assistant" && message.content === null) reader.string([...loc, "content"], null);
    return [{
      role,
      ...readContent(reader, [...loc, "content"], message.content),
      toolCalls,
      prefix: reader.boolean([...loc, "prefix"], message.prefix, false),
      ...(toolCallId === undefined ? {} : { toolCallId }),
      ...(name === undefined ? {} : { name }),
    }];
  });
}

function readContent(
  reader: BodyReader,
  loc: Loc,
  value: unknown,
): Pick<ChatMessage, "text" | "otherParts"> {
  if (value === undefined || value === null) return { text: "" };
  if (typeof value === "string") return { text: value };
  const otherParts = new Set<ChunkType>();
  let text = "";
  for (const [i, item] of (reader.list(loc, value, MAX_MESSAGES) ?? []).entries()) {
    const type = isObject(item) ? reader.oneOf([...loc, i, "type"], item.type, CHUNK_TYPES) : undefined;
    if (!isObject(item)) reader.object([...loc, i], item);
    if (!type) continue;
    const chunk = reader.fields([...loc, i], item, ["type", ...CHUNK_FIELDS[type]])!;
    if (type === "text") text += reader.string([...loc, i, "text"], chunk.text) ?? "";
    else otherParts.add(type);
    if (type === "thinking") reader.list([...loc, i, "thinking"], chunk.thinking, MAX_MESSAGES);
  }
  return otherParts.size === 0 ? { text } : { text, otherParts: [...otherParts] };
}

function readToolCalls(reader: BodyReader, loc: Loc, value: unknown): readonly CalledTool[] {
  if (value === undefined || value === null) return [];
  const list = reader.list([...loc, "tool_calls"], value, MAX_TOOL_CALLS) ?? [];
  return list.flatMap((item, i) => {
    const here = [...loc, "tool_calls", i];
    const call = reader.fields(here, item, ["id", "type", "function", "index"]);
    if (!call) return [];
    const called = reader.required([...here, "function"], call.function)
      ? reader.fields([...here, "function"], call.function, ["name", "arguments"])
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
