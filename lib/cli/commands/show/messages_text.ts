import { jsonText, type Message, type StoredMessage } from "../../../core/mod.ts";
import { attachmentText, callText, cell, plural } from "../../../present/mod.ts";
import { type Look, paragraph, type Style } from "../../output/look.ts";

export const ROLE_STYLES: Readonly<Record<Message["role"], Style>> = {
  system: "dim",
  user: "cyan",
  assistant: "green",
  tool: "magenta",
};

/** The conversation: every message with its role, text, tool calls and results. */
export function formatMessages(messages: readonly StoredMessage[], look: Look): string {
  if (messages.length === 0) return "No messages.";
  return messages.map((it, index) => {
    const { role } = it.message;
    const notes = [
      `#${index + 1}`,
      ...(it.tokenCount === undefined ? [] : [plural(it.tokenCount, "token")]),
      ...(it.finishReason === undefined || it.finishReason === "stop" ? [] : [cell(it.finishReason)]),
    ].join(" · ");
    return `${look.paint(ROLE_STYLES[role], role)} ${look.paint("dim", notes)}\n${
      formatParts(it.message, look)
    }`;
  }).join("\n\n");
}

/** What a message holds, a part after the other. */
export function formatParts(message: Message, look: Look): string {
  const parts = message.parts.map((part): string => {
    switch (part.type) {
      case "text":
        return paragraph(part.content, look);
      case "reasoning":
        return look.paint("dim", paragraph(part.content, look, "  ┆ "));
      case "tool_call":
        return paragraph(`→ ${callText(part)}`, look);
      case "tool_call_response":
        return (part.isError ? `${look.paint("red", "  error")}\n` : "") +
          paragraph(jsonText(part.response), look);
      case "blob":
      case "uri":
      case "file":
        return `  ${cell(attachmentText(part))}`;
    }
  }).filter((it) => it.trim() !== "");
  return parts.length === 0 ? look.paint("dim", "  (empty)") : parts.join("\n");
}
