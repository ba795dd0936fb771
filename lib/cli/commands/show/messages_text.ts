import {
  canonicalJson,
  jsonText,
  type Message,
  type Snapshot,
  type StoredMessage,
} from "../../../core/mod.ts";
import { cell, grouped, plural } from "../../../present/mod.ts";
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
        return paragraph(`→ ${part.name}(${jsonText(part.arguments)})`, look);
      case "tool_call_response":
        return (part.isError ? `${look.paint("red", "  error")}\n` : "") +
          paragraph(jsonText(part.response), look);
      case "blob":
        return `  [${cell(part.mimeType)}, ${grouped(part.data.length)} characters of base64]`;
      case "uri":
        return `  [${cell(part.uri)}]`;
      case "file":
        return `  [file ${cell(part.fileId)}]`;
    }
  }).filter((it) => it.trim() !== "");
  return parts.length === 0 ? look.paint("dim", "  (empty)") : parts.join("\n");
}

/** After each step: how many messages are held, and which keys were set, changed or removed. */
export function formatMemory(snapshots: readonly Snapshot[], look: Look): string {
  if (snapshots.length === 0) return "No memory was recorded.";
  let before: Readonly<Record<string, unknown>> = {};
  return snapshots.map((it) => {
    const title = `${look.paint("bold", `step ${it.step}`)}  ${
      look.paint(
        "dim",
        `${plural(it.messages.length, "message")}, ${plural(Object.keys(it.keyValues).length, "key")}`,
      )
    }`;
    const changes = keyChanges(before, it.keyValues, look);
    before = it.keyValues;
    return [title, ...changes].join("\n");
  }).join("\n");
}

function keyChanges(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  look: Look,
): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => {
    const had = Object.hasOwn(before, key);
    const has = Object.hasOwn(after, key);
    if (!has) return [`  ${look.paint("red", `- ${cell(key)}`)}`];
    const line = `${cell(key)} = ${cell(jsonText(after[key]))}`;
    if (!had) return [`  ${look.paint("green", `+ ${line}`)}`];
    return canonicalJson(before[key]) === canonicalJson(after[key])
      ? [`    ${line}`]
      : [`  ${look.paint("yellow", `~ ${line}`)}`];
  });
}
