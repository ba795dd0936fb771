import {
  canonicalJson,
  type Message,
  type Snapshot,
  type Span,
  type StoredMessage,
  type Usage,
} from "../../../core/mod.ts";
import { formatReceipt } from "../../../present/mod.ts";
import { receiptOf } from "../../../analysis/mod.ts";
import { cell, duration, grouped, localTime, plural, spanStatus } from "../../../present/mod.ts";
import { type Look, paragraph, statusSign, type Style } from "../../output/look.ts";
import { facts } from "../../output/table.ts";
import { spanShape } from "../../../documents/mod.ts";

const ROLE_STYLES: Readonly<Record<Message["role"], Style>> = {
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

function formatParts(message: Message, look: Look): string {
  const parts = message.parts.map((part): string => {
    switch (part.type) {
      case "text":
        return paragraph(part.content, look);
      case "reasoning":
        return look.paint("dim", paragraph(part.content, look, "  ┆ "));
      case "tool_call":
        return paragraph(`→ ${part.name}(${compactJson(part.arguments)})`, look);
      case "tool_call_response":
        return (part.isError ? `${look.paint("red", "  error")}\n` : "") +
          paragraph(typeof part.response === "string" ? part.response : compactJson(part.response), look);
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

function compactJson(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
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
    const line = `${cell(key)} = ${cell(compactJson(after[key]))}`;
    if (!had) return [`  ${look.paint("green", `+ ${line}`)}`];
    return canonicalJson(before[key]) === canonicalJson(after[key])
      ? [`    ${line}`]
      : [`  ${look.paint("yellow", `~ ${line}`)}`];
  });
}

function isBilled(span: Span): boolean {
  return span.cost !== undefined || span.kind === "llm" && span.usage !== undefined;
}

/** For `--json`: the span as in `show --json`, with its messages and its receipt. */
export function spanDocument(span: Span) {
  return {
    ...spanShape(span),
    inputMessages: span.inputMessages ?? [],
    outputMessages: span.outputMessages ?? [],
    receipt: isBilled(span) ? receiptOf(span) : null,
  };
}

/** All of one span. */
export function formatSpan(span: Span, look: Look): string {
  const took = span.endTimeUs === undefined
    ? ""
    : `, took ${duration((span.endTimeUs - span.startTimeUs) / 1000)}`;
  const sections = [
    `${statusSign(spanStatus(span), look)} ${look.paint("bold", cell(span.name))}  ${
      look.paint("dim", span.spanId)
    }\n` +
    facts([
      ["kind", span.kind],
      ["step", span.step === undefined ? undefined : String(span.step)],
      ["started", `${localTime(span.startTimeUs / 1000)}${took}`],
      [
        "first text",
        span.timeToFirstChunkMs === undefined ? undefined : `after ${duration(span.timeToFirstChunkMs)}`,
      ],
      ["model", modelText(span)],
      ["finished", span.finishReasons === undefined ? undefined : cell(span.finishReasons.join(", "))],
      ["tokens", span.usage && usageText(span.usage)],
      ["parent", span.parentSpanId],
      [
        "error",
        span.errorType === undefined
          ? undefined
          : `${look.paint("red", cell(span.errorType))} ${cell(span.errorMessage ?? "")}`,
      ],
    ], look),
  ];
  const names = Object.keys(span.attributes).sort();
  if (names.length > 0) {
    const rows = names.map((name) => [cell(name), cell(compactJson(span.attributes[name]))] as const);
    sections.push(`${look.paint("bold", "Attributes")}\n${facts(rows, look)}`);
  }
  for (const [title, messages] of [["Sent", span.inputMessages], ["Added", span.outputMessages]] as const) {
    if (!messages?.length) continue;
    const shown = messages.map((message) =>
      `  ${look.paint(ROLE_STYLES[message.role], message.role)}\n${formatParts(message, look)}`
    );
    sections.push(`${look.paint("bold", title)}\n${shown.join("\n")}`);
  }
  if (isBilled(span)) sections.push(`${look.paint("bold", "Receipt")}\n${formatReceipt([receiptOf(span)])}`);
  return sections.join("\n\n");
}

function modelText({ requestModel, responseModel, providerName }: Span): string | undefined {
  const model = requestModel ?? responseModel;
  if (model === undefined) return undefined;
  const answered = responseModel !== undefined && responseModel !== model
    ? `, answered by ${responseModel}`
    : "";
  return cell(`${model}${answered}${providerName === undefined ? "" : ` (${providerName})`}`);
}

function usageText(usage: Usage): string {
  return `${grouped(usage.inputTokens)} in (${grouped(usage.cachedInputTokens)} cached), ${
    grouped(usage.outputTokens)
  } out`;
}
