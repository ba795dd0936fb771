import {
  ATTR,
  type Message,
  type PartialOutput,
  type Snapshot,
  type Span,
  type Trace,
  tryParseJson,
} from "../../core/mod.ts";
import { duration, money } from "../draw/format.ts";
import { EMPTY, type Line, line, seg } from "../draw/line.ts";
import type { Tone } from "../draw/theme.ts";
import { clean, cleanLines, wrap } from "../terminal/text.ts";
import { attemptWord, numberAttribute, textAttribute } from "./span_row.ts";
import { childrenOf } from "./span_tree.ts";

export const TABS = ["output", "input", "args", "attempts", "memory", "raw"] as const;
export type TabId = (typeof TABS)[number];
export const TAB_TITLES: Readonly<Record<TabId, string>> = {
  output: "Output",
  input: "Input",
  args: "Args/Result",
  attempts: "Attempts",
  memory: "Memory",
  raw: "Raw",
};

/** Text beyond this is not drawn; the screen says so. Chosen so that a redraw stays far below a frame. */
export const TEXT_LENGTH_MAX = 200_000;
const MESSAGES_MAX = 400;

/** A piece of a tab before it is wrapped to a width. */
export interface Block {
  readonly text: string;
  readonly tone: Tone;
  readonly indent: number;
}

/** What one tab says about one span. Empty when there is nothing of that kind. */
export function tabBlocks(
  tab: TabId,
  trace: Trace,
  span: Span,
  partial: PartialOutput | undefined,
): readonly Block[] {
  switch (tab) {
    case "output":
      return outputBlocks(trace, span, partial);
    case "input":
      return inputBlocks(trace, span);
    case "args":
      return argsBlocks(span);
    case "attempts":
      return attemptBlocks(trace, span);
    case "memory":
      return memoryBlocks(trace, span);
    case "raw":
      return rawBlocks(span);
  }
}

/** Wraps blocks to `columns`. */
export function blockLines(blocks: readonly Block[], columns: number): readonly Line[] {
  const lines: Line[] = [];
  for (const block of blocks) {
    const text = block.text.length > TEXT_LENGTH_MAX ? block.text.slice(-TEXT_LENGTH_MAX) : block.text;
    if (text.length < block.text.length) {
      lines.push(line(`… the first ${block.text.length - text.length} characters are not shown`, "dim"));
    }
    const margin = " ".repeat(block.indent);
    for (const raw of cleanLines(text)) {
      for (const piece of wrap(raw, columns - block.indent)) {
        lines.push(piece === "" ? EMPTY : [seg(margin + piece, block.tone)]);
      }
    }
  }
  return lines;
}

const block = (text: string, tone: Tone = "text", indent = 0): Block => ({ text, tone, indent });
const GAP = block("");

function outputBlocks(trace: Trace, span: Span, partial: PartialOutput | undefined): readonly Block[] {
  const blocks: Block[] = [];
  if (span.errorMessage !== undefined) {
    blocks.push(block(`${span.errorType ?? "error"}: ${span.errorMessage}`, "error"), GAP);
  }
  if (span.kind === "tool") return [...blocks, ...resultBlocks(span)];
  if (span.kind === "guardrail") return [...blocks, ...approvalBlocks(span)];
  if (span.endTimeUs === undefined && partial) {
    if (partial.reasoning !== "") blocks.push(block(partial.reasoning, "dim"), GAP);
    blocks.push(block(partial.text));
    return blocks;
  }
  if (span.outputMessages) blocks.push(...messageBlocks(span.outputMessages, false));
  else if (span.kind === "attempt" && textAttribute(span, ATTR.attemptPartial)) {
    blocks.push(block("text that had arrived before the stream broke", "heading"));
    blocks.push(block(textAttribute(span, ATTR.attemptPartial)!, "dim"));
  } else if (span.kind === "agent" && span.parentSpanId === undefined) {
    if (trace.run.error) {
      blocks.push(block(`${trace.run.error.type}: ${trace.run.error.message}`, "error"), GAP);
    }
    if (trace.run.output !== undefined) blocks.push(block(trace.run.output));
  }
  return blocks;
}

function approvalBlocks(span: Span): readonly Block[] {
  const decision = textAttribute(span, ATTR.approvalDecision);
  const by = textAttribute(span, ATTR.approvalBy);
  return [
    block(textAttribute(span, ATTR.toolSummary) ?? textAttribute(span, ATTR.toolName) ?? span.name, "tool"),
    ...jsonBlocks(span.attributes[ATTR.toolCallArguments], 2),
    GAP,
    decision === undefined
      ? block(span.endTimeUs === undefined ? "waits for an answer: a" : "no answer", "waiting")
      : block(`${decision}${by === undefined ? "" : ` by ${by}`}`, "dim"),
  ];
}

function inputBlocks(trace: Trace, span: Span): readonly Block[] {
  if (span.inputMessages) return messageBlocks(span.inputMessages, true);
  if (span.kind === "tool") return jsonBlocks(span.attributes[ATTR.toolCallArguments]);
  if (span.kind === "agent" && trace.run.prompt !== "") {
    return [block("user", "heading"), block(trace.run.prompt, "text", 2)];
  }
  return [];
}

function messageBlocks(messages: readonly Message[], withRoles: boolean): readonly Block[] {
  const blocks: Block[] = [];
  const shown = messages.slice(-MESSAGES_MAX);
  if (shown.length < messages.length) {
    blocks.push(block(`… ${messages.length - shown.length} earlier messages are not shown`, "dim"), GAP);
  }
  const indent = withRoles ? 2 : 0;
  shown.forEach((message, index) => {
    if (withRoles) {
      if (index > 0) blocks.push(GAP);
      blocks.push(block(message.role, "heading"));
    }
    for (const part of message.parts) {
      switch (part.type) {
        case "text":
          blocks.push(block(part.content, "text", indent));
          break;
        case "reasoning":
          blocks.push(block(part.content, "dim", indent));
          break;
        case "tool_call":
          blocks.push(block(`calls ${part.name}`, "tool", indent), ...jsonBlocks(part.arguments, indent + 2));
          break;
        case "tool_call_response":
          blocks.push(
            block(
              `${part.isError ? "error from" : "result of"} ${part.name ?? part.id}`,
              part.isError ? "error" : "tool",
              indent,
            ),
            ...jsonBlocks(part.response, indent + 2),
          );
          break;
        case "blob":
          blocks.push(block(`[${part.mimeType}, ${part.data.length} characters of base64]`, "dim", indent));
          break;
        case "uri":
          blocks.push(block(`[${part.mimeType ?? "uri"}] ${part.uri}`, "dim", indent));
          break;
        case "file":
          blocks.push(block(`[${part.mimeType ?? "file"}] ${part.fileId}`, "dim", indent));
      }
    }
  });
  return blocks;
}

function argsBlocks(span: Span): readonly Block[] {
  if (span.kind === "tool" || span.kind === "guardrail") {
    const args = jsonBlocks(span.attributes[ATTR.toolCallArguments], 2);
    const result = resultBlocks(span);
    return [
      ...(args.length > 0 ? [block("arguments", "heading"), ...args] : []),
      ...(result.length > 0
        ? [GAP, block("result", "heading"), ...result.map((item) => ({ ...item, indent: 2 }))]
        : []),
    ];
  }
  const calls = (span.outputMessages ?? []).flatMap((message) =>
    message.parts.filter((part) => part.type === "tool_call")
  );
  return calls.flatMap((
    call,
  ) => [block(`calls ${call.name}`, "tool"), ...jsonBlocks(call.arguments, 2), GAP]);
}

function resultBlocks(span: Span): readonly Block[] {
  const blocks = [...jsonBlocks(span.attributes[ATTR.toolCallResult])];
  const lost = numberAttribute(span, ATTR.toolTruncatedBytes);
  if (lost !== undefined && lost > 0) blocks.push(block(`… ${lost} bytes were left out`, "dim"));
  return blocks;
}

/** JSON is laid out; text that holds JSON likewise, any other text stays as it is. */
export function jsonBlocks(value: unknown, indent = 0): readonly Block[] {
  if (value === undefined) return [];
  const inner = typeof value === "string" && /^\s*[[{]/.test(value) && value.length <= TEXT_LENGTH_MAX
    ? tryParseJson(value) ?? value
    : value;
  return [block(typeof inner === "string" ? inner : JSON.stringify(inner, null, 2) ?? "", "text", indent)];
}

function attemptBlocks(trace: Trace, span: Span): readonly Block[] {
  const attempts = span.kind === "attempt"
    ? [span]
    : childrenOf(trace, span.spanId).filter((child) => child.kind === "attempt");
  const blocks: Block[] = [];
  let lostMs = 0;
  for (const attempt of attempts) {
    const number = (numberAttribute(attempt, ATTR.resendCount) ?? 0) + 1;
    const failed = attempt.status === "error" || attempt.status === "interrupted";
    const took = attempt.endTimeUs === undefined
      ? "under way"
      : duration((attempt.endTimeUs - attempt.startTimeUs) / 1000);
    blocks.push(block(`attempt ${number}  ${attemptWord(attempt)}  ${took}`, failed ? "error" : "ok"));
    if (attempt.errorMessage !== undefined) blocks.push(block(attempt.errorMessage, "dim", 2));
    const server = textAttribute(attempt, ATTR.serverAddress);
    if (server !== undefined) {
      blocks.push(block(`server ${server}:${numberAttribute(attempt, ATTR.serverPort) ?? ""}`, "dim", 2));
    }
    const asked = numberAttribute(attempt, ATTR.retryAfterMs);
    const wait = numberAttribute(attempt, ATTR.retryDelayMs);
    if (asked !== undefined) blocks.push(block(`server asked to wait ${duration(asked)}`, "dim", 2));
    if (wait !== undefined && wait > 0) {
      lostMs += wait;
      blocks.push(block(`waited ${duration(wait)} before the next`, "warn", 2));
    }
  }
  if (lostMs > 0) blocks.push(GAP, block(`${duration(lostMs)} lost to waiting`, "warn"));
  return blocks;
}

function memoryBlocks(trace: Trace, span: Span): readonly Block[] {
  const snapshot = snapshotFor(trace, span);
  if (!snapshot) return [];
  const blocks: Block[] = [block(`memory after step ${snapshot.step}`, "heading")];
  for (const [key, value] of Object.entries(snapshot.keyValues)) {
    blocks.push(block(key, "accent", 2), ...jsonBlocks(value, 4));
  }
  if (blocks.length === 1) blocks.push(block("no keys", "dim", 2));
  blocks.push(
    GAP,
    block(`${snapshot.messages.length} messages`, "heading"),
    ...messageBlocks(snapshot.messages, true),
  );
  return blocks;
}

/** The snapshot of the span itself, or else the last one taken before it ended. */
function snapshotFor(trace: Trace, span: Span): Snapshot | undefined {
  const own = trace.snapshots.find((snapshot) => snapshot.spanId === span.spanId);
  if (own) return own;
  const until = span.endTimeUs ?? Infinity;
  let last: Snapshot | undefined;
  for (const snapshot of trace.snapshots) {
    if (snapshot.createdAtUs <= until && (!last || snapshot.step >= last.step)) last = snapshot;
  }
  return last;
}

function rawBlocks(span: Span): readonly Block[] {
  const facts: Record<string, unknown> = {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    kind: span.kind,
    name: span.name,
    status: span.status,
    errorType: span.errorType,
    provider: span.providerName,
    requestModel: span.requestModel,
    responseModel: span.responseModel,
    responseId: span.responseId,
    finishReasons: span.finishReasons?.join(", "),
    timeToFirstChunk: span.timeToFirstChunkMs === undefined ? undefined : duration(span.timeToFirstChunkMs),
    usage: span.usage,
    cost: span.cost === undefined ? undefined : span.cost.usd === null ? "unknown" : money(span.cost.usd),
    priceSource: span.cost?.tag && `${span.cost.tag.source}, ${span.cost.tag.model}, ${span.cost.tag.date}`,
    ...span.attributes,
  };
  return Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .flatMap(([key, value]) => {
      const [first] = jsonBlocks(value);
      const text = first?.text ?? "";
      return text.includes("\n") || text.length > 60
        ? [block(clean(key), "accent"), block(text, "text", 2)]
        : [block(`${clean(key)}: ${text}`, "text")];
    });
}

interface Remembered {
  readonly tab: TabId;
  readonly trace: Trace;
  readonly span: Span;
  readonly partial: PartialOutput | undefined;
  readonly columns: number;
  readonly lines: readonly Line[];
}

const REMEMBERED_MAX = 4;
let remembered: readonly Remembered[] = [];

/** One tab about one span, wrapped to `columns`. Remembers the last few answers, as frames repeat the same question. */
export function tabLines(
  tab: TabId,
  trace: Trace,
  span: Span,
  partial: PartialOutput | undefined,
  columns: number,
): readonly Line[] {
  const known = remembered.find((item) =>
    item.tab === tab && item.trace === trace && item.span === span && item.partial === partial &&
    item.columns === columns
  );
  if (known) return known.lines;
  const lines = blockLines(tabBlocks(tab, trace, span, partial), columns);
  remembered = [{ tab, trace, span, partial, columns, lines }, ...remembered].slice(0, REMEMBERED_MAX);
  return lines;
}
