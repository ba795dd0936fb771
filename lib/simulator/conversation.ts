import type { ChatBody } from "./chat_body.ts";
import type { ChatMessage } from "./chat_messages.ts";

export interface ToolOutcome {
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
  readonly result: string;
}

/** What scripts and rules look at in a request. */
export interface Conversation {
  readonly model: string;
  /** System messages, joined. */
  readonly system: string;
  /** The last user message. */
  readonly prompt: string;
  readonly firstPrompt: string;
  /** Assistant messages so far, in the whole conversation and since the last user message. */
  readonly answers: number;
  readonly answersThisTurn: number;
  /** Tool results so far, oldest first; those of this turn are the last `outcomesThisTurn`. */
  readonly outcomes: readonly ToolOutcome[];
  readonly outcomesThisTurn: number;
  /** Text of an assistant message to be continued (`prefix: true`), else empty. */
  readonly prefix: string;
}

export function readConversation(body: Pick<ChatBody, "model" | "messages">): Conversation {
  const messages = body.messages;
  const last = messages.at(-1);
  const continued = last?.role === "assistant" ? last : undefined;
  const past = continued ? messages.slice(0, -1) : messages;
  const users = past.filter((message) => message.role === "user");
  const turnStart = past.findLastIndex((message) => message.role === "user") + 1;
  const assistants = (list: readonly ChatMessage[]) =>
    list.filter((message) => message.role === "assistant").length;
  const outcomes = toolOutcomes(past);
  return {
    model: body.model,
    system: past.filter((message) => message.role === "system").map((message) => message.text).join("\n"),
    prompt: users.at(-1)?.text ?? "",
    firstPrompt: users[0]?.text ?? "",
    answers: assistants(past),
    answersThisTurn: assistants(past.slice(turnStart)),
    outcomes,
    outcomesThisTurn: past.slice(turnStart).filter((message) => message.role === "tool").length,
    prefix: continued?.text ?? "",
  };
}

function toolOutcomes(messages: readonly ChatMessage[]): readonly ToolOutcome[] {
  const calls = new Map<string, { name: string; arguments: string }>();
  const outcomes: ToolOutcome[] = [];
  for (const message of messages) {
    for (const call of message.toolCalls) calls.set(call.id, call);
    if (message.role !== "tool") continue;
    const call = calls.get(message.toolCallId ?? "");
    outcomes.push({
      name: call?.name ?? message.name ?? "",
      arguments: call?.arguments ?? "{}",
      result: message.text,
    });
  }
  return outcomes;
}
