import type { OfferedTool } from "./chat_body.ts";
import type { ChatMessage } from "./chat_messages.ts";
import { countTokens } from "./tokens.ts";

const MESSAGE_OVERHEAD_TOKENS = 3;

/** Tokens of a tool call: its name and its arguments. */
export function countCall(call: { readonly name: string; readonly arguments: string }): number {
  return countTokens(call.name) + countTokens(call.arguments);
}

/** Tokens of a message with its calls, and of what tells it from the next one. */
export function countMessage({ text, toolCalls }: ChatMessage): number {
  return MESSAGE_OVERHEAD_TOKENS + countTokens(text) +
    toolCalls.reduce((sum, call) => sum + countCall(call), 0);
}

/** Tokens of what the model is told of tools. */
export function countTools(tools: readonly OfferedTool[]): number {
  return tools.reduce(
    (sum, tool) =>
      sum + countTokens(tool.name) + countTokens(tool.description) +
      countTokens(JSON.stringify(tool.parameters)),
    0,
  );
}
