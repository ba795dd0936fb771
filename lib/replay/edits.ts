import { AgentOpError, type Message, type Part, type Span, toolCallsOf, tryParseJson } from "../core/mod.ts";

const PARTS_MAX = 100;

/**
 * What a step says instead: the file's text, or a JSON message `{role, parts}`. For a model call that is the answer (a text
 * replaces its text and drops its tool calls), for a tool call its result.
 */
export function editedMessage(text: string, span: Span, callId: string): Message {
  const given = parseMessage(text, span.step!);
  if (span.kind === "tool") {
    const name = String(span.attributes["gen_ai.tool.name"] ?? span.name);
    const response: Message = {
      role: "tool",
      parts: [{ type: "tool_call_response", id: callId, name, response: text.replace(/\n$/, "") }],
    };
    const message = given ?? response;
    const part = message.parts[0];
    if (message.role !== "tool" || part?.type !== "tool_call_response") {
      fail(
        span.step!,
        `it is a tool call, and the message's role is ${message.role}`,
        'a message of role "tool"',
      );
    }
    if (part.id !== callId) {
      fail(
        span.step!,
        `its result must answer the call "${callId}", not "${part.id.slice(0, 40)}"`,
        `id ${callId}`,
      );
    }
    return message;
  }
  const message = given ??
    { role: "assistant", parts: [{ type: "text", content: text.replace(/\n$/, "") }] } satisfies Message;
  if (message.role !== "assistant") {
    fail(
      span.step!,
      `it is a model call, and the message's role is ${message.role}`,
      'a message of role "assistant"',
    );
  }
  return message;
}

/** Throws when a result stands without its call, a call without its result, or two answers follow each other. */
export function checkOrder(messages: readonly Message[], step: number): void {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const where = `message ${index + 1} (${message.role})`;
    if (message.role === "tool") {
      for (const part of message.parts) {
        if (part.type !== "tool_call_response") continue;
        if (!open.delete(part.id)) {
          fail(step, `${where} would answer a call that was not made`, "an earlier --from");
        }
      }
      continue;
    }
    if (open.size > 0) fail(step, `${where} would come before the result of a call`, "an earlier --from");
    if (message.role === "system" && index > 0) fail(step, `${where} would not come first`, "role user");
    if (message.role === "assistant" && messages[index - 1]?.role === "assistant") {
      fail(step, `${where} would follow another answer`, "an earlier --from");
    }
    const ids = toolCallsOf(message).map((call) => call.id);
    open = new Set(ids);
    if (open.size < ids.length) fail(step, `${where} would make two calls of one id`, "an id for each call");
  }
}

function parseMessage(text: string, step: number): Message | undefined {
  const value = /^\s*\{/.test(text) ? tryParseJson(text) : undefined;
  if (value === undefined || value === null || typeof value !== "object") return undefined;
  const { role, parts, content } = value as { role?: unknown; parts?: unknown; content?: unknown };
  if (typeof role !== "string" || (parts === undefined && typeof content !== "string")) return undefined;
  if (!["system", "user", "assistant", "tool"].includes(role)) {
    fail(step, `there is no role "${role.slice(0, 40)}"`, "system, user, assistant or tool");
  }
  const list = parts ?? [{ type: "text", content }];
  if (!Array.isArray(list) || list.length === 0 || list.length > PARTS_MAX || !list.every(isPart)) {
    fail(
      step,
      "the message's parts do not fit",
      '{"role":"assistant","parts":[{"type":"text","content":"…"}]}',
    );
  }
  return { role: role as Message["role"], parts: list as readonly Part[] };
}

function isPart(value: unknown): value is Part {
  const part = value as Record<string, unknown> | null;
  switch (part?.["type"]) {
    case "text":
    case "reasoning":
      return typeof part["content"] === "string";
    case "tool_call":
      return typeof part["id"] === "string" && typeof part["name"] === "string" &&
        part["arguments"] !== undefined;
    case "tool_call_response":
      return typeof part["id"] === "string" && part["response"] !== undefined;
    default:
      return false;
  }
}

function fail(step: number, reason: string, remedy: string): never {
  throw new AgentOpError(`Cannot edit step ${step}: ${reason}`, { remedy });
}
