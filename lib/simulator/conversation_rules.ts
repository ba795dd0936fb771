import { isObject, tryParseJson } from "../core/mod.ts";
import { modelError } from "./api_error.ts";
import type { ChatMessage, ChunkType } from "./chat_messages.ts";

/*
 * What Mistral's API refuses of a conversation whose form is right. The rules on order, pairs and grammar are those of the
 * request validators in `mistral-common` (version 11, serving mode), which the tests compare them with. Beyond those the API
 * wants arguments that are an object and answers that say something; and a result before any call is foreign here too,
 * which the validators overlook.
 */

const CALL_ID = /^[a-zA-Z0-9]{9}$/;
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const SHOWN_MAX_CHARS = 100;

type Role = ChatMessage["role"];

const FOLLOWERS: Readonly<Record<Role, readonly Role[]>> = {
  system: ["user", "assistant", "system"],
  user: ["assistant", "system", "user"],
  assistant: ["assistant", "user", "tool"],
  tool: ["assistant", "tool", "user"],
};

/** Parts beside text that a message of each role may have. */
const PARTS: Readonly<Record<Role, readonly ChunkType[]>> = {
  system: ["thinking", "input_audio"],
  user: ["image_url", "document_url", "reference", "file", "input_audio"],
  assistant: ["thinking", "reference"],
  tool: ["reference"],
};

/** Throws `ApiError` 400 with the code that the API gives. */
export function checkConversation(messages: readonly ChatMessage[]): void {
  for (const [index, message] of messages.entries()) checkMessage(message, index === messages.length - 1);
  checkOrder(messages);
  checkPairs(messages);
}

/** Throws `ApiError` 400 for a name that a tool cannot have. */
export function checkToolName(name: string): void {
  if (NAME.test(name)) return;
  throw functionError(
    `Function name was ${
      shown(name)
    } but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.`,
  );
}

function checkMessage(message: ChatMessage, isLast: boolean): void {
  const { role, toolCalls, otherParts = [] } = message;
  const odd = otherParts.filter((type) => !PARTS[role].includes(type));
  if (odd.length > 0) {
    throw modelError(
      400,
      `Unexpected content chunk types in ${role} message: ${odd.join(", ")}`,
      "invalid_request_invalid_args",
      "3051",
    );
  }
  for (const call of toolCalls) {
    checkCallId(call.id);
    checkToolName(call.name);
    const args = tryParseJson(call.arguments);
    if (args === undefined) throw functionError("Invalid function arguments");
    if (!isObject(args)) throw functionError("Function arguments must be an object");
  }
  if (role === "tool") {
    checkCallId(message.toolCallId ?? "null");
    if (message.name !== undefined) checkToolName(message.name);
  }
  if (role !== "assistant") return;
  if (message.text === "" && toolCalls.length === 0 && otherParts.length === 0) {
    throw assistantError("Assistant message must have either content or tool_calls, but not none.");
  }
  if (message.prefix && !isLast) {
    throw assistantError("Assistant message with prefix True must be last message");
  }
}

function checkCallId(id: string): void {
  if (CALL_ID.test(id)) return;
  throw functionError(`Tool call id was ${shown(id)} but must be a-z, A-Z, 0-9, with a length of 9.`);
}

function checkOrder(messages: readonly ChatMessage[]): void {
  const [first] = messages;
  const last = messages.at(-1)!;
  if (messages.length === 1 && first!.role !== "user" && first!.role !== "system") {
    throw orderError("Conversation must start with a user message or system message");
  }
  if (last.role === "assistant" && !last.prefix) {
    throw orderError(
      "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant",
    );
  }
  for (const [index, { role }] of messages.entries()) {
    const before = messages[index - 1]?.role;
    if (before !== undefined && !FOLLOWERS[before].includes(role)) {
      throw orderError(`Unexpected role '${role}' after role '${before}'`);
    }
  }
}

/** Every call is answered once, and nothing else is; calls of a conversation's first message do not count. */
function checkPairs(messages: readonly ChatMessage[]): void {
  const uneven = () => orderError("Not the same number of function calls and responses");
  let asked = new Set<string>();
  let answered = new Set<string>();
  for (const [index, { role, toolCalls, toolCallId = "" }] of messages.entries()) {
    if (role === "tool") {
      if (answered.has(toolCallId)) {
        throw orderError(`Duplicate tool call id ${toolCallId} in tool results`);
      }
      if (!asked.has(toolCallId)) throw orderError(`Unexpected tool call id ${toolCallId} in tool results`);
      answered.add(toolCallId);
    }
    if (role !== "assistant") continue;
    if (asked.size !== answered.size) throw uneven();
    asked = new Set();
    answered = new Set();
    for (const { id } of index === 0 ? [] : toolCalls) {
      if (asked.has(id)) throw orderError(`Duplicate tool call id ${id} in assistant message`);
      asked.add(id);
    }
  }
  if (asked.size !== answered.size) throw uneven();
}

function shown(text: string): string {
  return text.slice(0, SHOWN_MAX_CHARS);
}

const orderError = (message: string) => modelError(400, message, "invalid_request_message_order", "3230");
const functionError = (message: string) => modelError(400, message, "invalid_function_call", "3280");
const assistantError = (message: string) =>
  modelError(400, message, "invalid_request_assistant_message", "3240");
