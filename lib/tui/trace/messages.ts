import type { Message } from "../../core/mod.ts";
import { attachmentText, plural } from "../../present/mod.ts";
import { GAP, type Part, textPart, valueParts } from "../reader/part.ts";

/** Earlier ones are folded away. */
const MESSAGES_MAX = 400;
const THOUGHTS_OPEN_LENGTH_MAX = 600;

/** Messages one after the other; with `withRoles` each is headed by who said it. */
export function messageParts(messages: readonly Message[], withRoles: boolean): readonly Part[] {
  const parts: Part[] = [];
  const shown = messages.slice(-MESSAGES_MAX);
  const earlier = messages.slice(0, -MESSAGES_MAX);
  if (earlier.length > 0) {
    const title = plural(earlier.length, "earlier message");
    parts.push({ kind: "fold", title, isOpen: false, indent: 0, parts: allParts(earlier, withRoles) }, GAP);
  }
  return [...parts, ...allParts(shown, withRoles)];
}

function allParts(messages: readonly Message[], withRoles: boolean): readonly Part[] {
  const parts: Part[] = [];
  const indent = withRoles ? 2 : 0;
  messages.forEach((message, index) => {
    if (withRoles) {
      if (index > 0) parts.push(GAP);
      parts.push(textPart(message.role, "heading"));
    }
    for (const part of message.parts) parts.push(...partParts(part, message.role, indent));
  });
  return parts;
}

/** What a model thought before it answered: told apart, and folded away when it is long. */
export function thinkingParts(text: string, indent: number, isUnderWay: boolean): readonly Part[] {
  return [
    {
      kind: "fold",
      title: `thinking: ${plural(text.length, "character")}`,
      isOpen: isUnderWay || text.length <= THOUGHTS_OPEN_LENGTH_MAX,
      indent,
      parts: [textPart(text, "dim", indent + 2)],
    },
    GAP,
  ];
}

function partParts(part: Message["parts"][number], role: Message["role"], indent: number): readonly Part[] {
  switch (part.type) {
    case "text":
      return role === "assistant"
        ? [{ kind: "markdown", text: part.content, indent }]
        : [textPart(part.content, "text", indent)];
    case "reasoning":
      return thinkingParts(part.content, indent, false);
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
