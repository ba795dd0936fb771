import type { Message } from "../../core/mod.ts";
import { attachmentText } from "../../present/mod.ts";
import { GAP, type Part, textPart, valueParts } from "./doc.ts";

const MESSAGES_MAX = 400;

/** Messages one after the other; with `withRoles` each is headed by who said it. */
export function messageParts(messages: readonly Message[], withRoles: boolean): readonly Part[] {
  const parts: Part[] = [];
  const shown = messages.slice(-MESSAGES_MAX);
  if (shown.length < messages.length) {
    parts.push(textPart(`… ${messages.length - shown.length} earlier messages are not shown`, "dim"), GAP);
  }
  const indent = withRoles ? 2 : 0;
  shown.forEach((message, index) => {
    if (withRoles) {
      if (index > 0) parts.push(GAP);
      parts.push(textPart(message.role, "heading"));
    }
    for (const part of message.parts) parts.push(...partParts(part, message.role, indent));
  });
  return parts;
}

function partParts(part: Message["parts"][number], role: Message["role"], indent: number): readonly Part[] {
  switch (part.type) {
    case "text":
      return role === "assistant"
        ? [{ kind: "markdown", text: part.content, indent }]
        : [textPart(part.content, "text", indent)];
    case "reasoning":
      return [textPart(part.content, "dim", indent)];
    case "tool_call":
      return [textPart(`calls ${part.name}`, "tool", indent), ...valueParts(part.arguments, indent + 2)];
    case "tool_call_response": {
      const who = `${part.isError ? "error from" : "result of"} ${part.name ?? part.id}`;
      return [
        textPart(who, part.isError ? "error" : "tool", indent),
        ...valueParts(part.response, indent + 2),
      ];
    }
    case "blob":
    case "uri":
    case "file":
      return [textPart(attachmentText(part), "dim", indent)];
  }
}
