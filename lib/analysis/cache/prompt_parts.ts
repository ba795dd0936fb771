import { canonicalJson, jsonText, type Message, type Part, type ToolDefinition } from "../../core/mod.ts";

/** A piece of a prompt: what is said of a tool, or a message. */
export interface PromptPart {
  readonly kind: "definition" | Message["role"];
  /** Of a tool its name, of a message its number from 1. */
  readonly name: string;
  readonly text: string;
  /** In UTF-8. */
  readonly bytes: number;
}

/** A prompt as a cache looks at it, from its beginning: tools, then messages. */
export interface Prompt {
  readonly parts: readonly PromptPart[];
  readonly bytes: number;
}

const encoder = new TextEncoder();
/** Conversations repeat their messages with every call: each is written out once. */
const messageTexts = new WeakMap<Message, { readonly text: string; readonly bytes: number }>();

/**
 * The text that stands for a prompt here. What the server makes of it is its own affair, but it begins alike for as long as this
 * does: tools in the order in which they were sent, then messages.
 */
export function promptOf(tools: readonly ToolDefinition[], messages: readonly Message[]): Prompt {
  const parts: PromptPart[] = [
    ...tools.map((tool): PromptPart => {
      const text = canonicalJson(tool);
      return { kind: "definition", name: String(tool?.name ?? "?"), text, bytes: byteLength(text) };
    }),
    ...messages.map((message, index): PromptPart => ({
      kind: message.role,
      name: String(index + 1),
      ...messageText(message),
    })),
  ];
  return { parts, bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0) };
}

export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

function messageText(message: Message) {
  let found = messageTexts.get(message);
  if (!found) {
    const text = `${message.role}\n${message.parts.map(partText).join("\n")}\n`;
    messageTexts.set(message, found = { text, bytes: byteLength(text) });
  }
  return found;
}

function partText(part: Part): string {
  switch (part.type) {
    case "text":
      return part.content;
    case "tool_call":
      return `${part.id} ${part.name} ${part.argumentsText ?? canonicalJson(part.arguments ?? null)}`;
    case "tool_call_response":
      return `${part.id} ${jsonText(part.response)}`;
  }
  return canonicalJson(part);
}
