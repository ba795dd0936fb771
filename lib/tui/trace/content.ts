import {
  brokenText,
  type CacheReport,
  numberAttribute,
  textAttribute,
  toolResultOf,
  toolTitle,
} from "../../analysis/mod.ts";
import {
  ATTR,
  type Evaluation,
  type PartialOutput,
  sentenceOf,
  shortRunId,
  type Span,
  type Trace,
  type TreeTotals,
} from "../../core/mod.ts";
import { costWords, duration, lostBytesText, scoreText } from "../../present/mod.ts";
import { type Glyphs, UNICODE } from "../draw/glyphs.ts";
import type { Line } from "../draw/line.ts";
import { attemptParts } from "./attempts.ts";
import type { Doc, DocOptions } from "../reader/doc.ts";
import { DocMemo } from "../reader/doc_memo.ts";
import { GAP, type Part, textPart, valueParts } from "../reader/part.ts";
import { cacheParts } from "./cache.ts";
import { memoryParts } from "./memory.ts";
import { messageParts, thinkingParts } from "./messages.ts";
import { receiptParts } from "./receipt.ts";

export const TABS = [
  "output",
  "input",
  "args",
  "attempts",
  "memory",
  "receipt",
  "raw",
  "evals",
  "cache",
] as const;
export type TabId = (typeof TABS)[number];
export const TAB_TITLES: Readonly<Record<TabId, string>> = {
  output: "Output",
  input: "Input",
  args: "Args/Result",
  attempts: "Attempts",
  memory: "Memory",
  receipt: "Receipt",
  raw: "Raw",
  evals: "Evals",
  cache: "Cache",
};

/** The tabs of a run; scores and the cache only where there is something to say of them. */
export function tabsOf(trace: Trace | undefined): readonly TabId[] {
  const has = (tab: TabId) =>
    tab === "evals"
      ? trace !== undefined && trace.evaluations.length > 0
      : tab === "cache"
      ? trace !== undefined && trace.run.totals.llmCalls > 0
      : true;
  return TABS.filter(has);
}

/** What one tab says about one span. Empty when there is nothing of that kind. */
export function tabParts(
  tab: TabId,
  trace: Trace,
  span: Span,
  partial: PartialOutput | undefined,
  { nowMs = 0, whole, cache }: {
    readonly nowMs?: number;
    readonly whole?: TreeTotals | undefined;
    readonly cache?: CacheReport | undefined;
  } = {},
): readonly Part[] {
  switch (tab) {
    case "output":
      return outputParts(trace, span, partial);
    case "input":
      return inputParts(trace, span);
    case "args":
      return argsParts(span);
    case "attempts":
      return attemptParts(trace, span, nowMs);
    case "memory":
      return memoryParts(trace, span);
    case "receipt":
      return receiptParts(trace, span, whole);
    case "raw":
      return rawParts(span);
    case "evals":
      return trace.evaluations.flatMap((evaluation) => evaluationParts(evaluation, span));
    case "cache":
      return cacheParts(cache);
  }
}

function outputParts(trace: Trace, span: Span, partial: PartialOutput | undefined): readonly Part[] {
  const parts: Part[] = [];
  const isRoot = span.kind === "agent" && span.parentSpanId === undefined;
  const error = isRoot ? trace.run.error : undefined;
  for (const { message } of isRoot ? trace.run.warnings ?? [] : []) {
    parts.push(textPart(message, "warn"), GAP);
  }
  // The error of the run is that of its root span, and knows what helps.
  if (error) parts.push(textPart(`${error.type}: ${sentenceOf(error)}`, "error"), GAP);
  else if (span.errorMessage !== undefined) {
    parts.push(textPart(`${span.errorType ?? "error"}: ${span.errorMessage}`, "error"), GAP);
  }
  const child = textAttribute(span, ATTR.childRunId);
  if (child !== undefined) {
    parts.push(
      textPart(`handed over to run ${shortRunId(child)}: enter on the span opens it`, "accent"),
      GAP,
    );
  }
  if (span.kind === "tool") return [...parts, ...resultParts(span, 0)];
  if (span.kind === "guardrail") return [...parts, ...approvalParts(span)];
  if (span.endTimeUs === undefined && partial) {
    if (partial.reasoning !== "") parts.push(...thinkingParts(partial.reasoning, 0, partial.text === ""));
    return [...parts, { kind: "markdown", text: partial.text, indent: 0 }];
  }
  if (span.outputMessages) return [...parts, ...messageParts(span.outputMessages, false)];
  const { output } = trace.run;
  if (isRoot && output !== undefined) return [...parts, { kind: "markdown", text: output, indent: 0 }];
  const broken = brokenText(trace, span);
  if (broken !== undefined) {
    parts.push(textPart("text that had arrived before the stream broke", "heading"), textPart(broken, "dim"));
  }
  return parts;
}

function approvalParts(span: Span): readonly Part[] {
  const decision = textAttribute(span, ATTR.approvalDecision);
  const by = textAttribute(span, ATTR.approvalBy);
  const reason = textAttribute(span, ATTR.approvalReason);
  return [
    textPart(toolTitle(span), "tool"),
    ...valueParts(span.attributes[ATTR.toolCallArguments], 2),
    GAP,
    decision === undefined
      ? textPart(span.endTimeUs === undefined ? "waits for an answer: a" : "no answer", "waiting")
      : textPart(`${decision}${by === undefined ? "" : ` by ${by}`}`, "dim"),
    ...editedParts(span),
    ...(reason === undefined ? [] : [textPart(reason, "text", 2)]),
  ];
}

/** What a person put in the place of the model's arguments. */
function editedParts(span: Span): readonly Part[] {
  const edited = valueParts(span.attributes[ATTR.approvalArguments], 2);
  return edited.length === 0
    ? []
    : [GAP, textPart("arguments that a person gave instead", "warn"), ...edited];
}

function inputParts(trace: Trace, span: Span): readonly Part[] {
  if (span.inputMessages) return messageParts(span.inputMessages, true);
  if (span.kind === "tool") return valueParts(span.attributes[ATTR.toolCallArguments]);
  if (span.kind === "agent" && trace.run.prompt !== "") {
    return [textPart("user", "heading"), textPart(trace.run.prompt, "text", 2)];
  }
  return [];
}

function argsParts(span: Span): readonly Part[] {
  if (span.kind === "tool" || span.kind === "guardrail") {
    const args = valueParts(span.attributes[ATTR.toolCallArguments], 2);
    const result = resultParts(span, 2);
    return [
      ...(args.length > 0 ? [textPart("arguments", "heading"), ...args] : []),
      ...editedParts(span),
      ...(result.length > 0 ? [GAP, textPart("result", "heading"), ...result] : []),
    ];
  }
  return (span.outputMessages ?? []).flatMap((message) => message.parts)
    .filter((part) => part.type === "tool_call")
    .flatMap((call) => [textPart(`calls ${call.name}`, "tool"), ...valueParts(call.arguments, 2), GAP]);
}

function resultParts(span: Span, indent: number): readonly Part[] {
  const lost = numberAttribute(span, ATTR.toolTruncatedBytes) ?? 0;
  return [
    ...valueParts(toolResultOf(span), indent),
    ...(lost > 0 ? [textPart(lostBytesText(lost), "dim")] : []),
  ];
}

function rawParts(span: Span): readonly Part[] {
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
    finishReasons: span.finishReasons,
    timeToFirstChunk: span.timeToFirstChunkMs === undefined ? undefined : duration(span.timeToFirstChunkMs),
    usage: span.usage,
    cost: span.cost === undefined ? undefined : costWords(span.cost.usd),
    priceSource: span.cost?.tag && `${span.cost.tag.source}, ${span.cost.tag.model}, ${span.cost.tag.date}`,
  };
  const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  const hasAttributes = Object.keys(span.attributes).length > 0;
  return [
    textPart("span", "heading"),
    { kind: "json", value: known, indent: 0 },
    ...(hasAttributes
      ? [GAP, textPart("attributes", "heading"), { kind: "json", value: span.attributes, indent: 0 } as const]
      : []),
  ];
}

function evaluationParts(evaluation: Evaluation, span: Span): readonly Part[] {
  const { name, explanation, source, scorerVersion, spanId } = evaluation;
  const about = spanId === undefined ? "the run" : spanId === span.spanId ? "this span" : `span ${spanId}`;
  return [
    textPart(`${name}  ${scoreText(evaluation)}`, "strong"),
    ...(explanation === undefined ? [] : [textPart(explanation, "text", 2)]),
    textPart(`on ${about}, by ${source}${scorerVersion === undefined ? "" : ` ${scorerVersion}`}`, "dim", 2),
    GAP,
  ];
}

/** What a tab is asked about. */
export interface PartsQuestion {
  readonly tab: TabId;
  readonly trace: Trace;
  readonly span: Span;
  readonly partial: PartialOutput | undefined;
  /** Only what is under way depends on it. */
  readonly nowMs: number;
  /** The run with all hand-offs below it, where that is known. */
  readonly whole?: TreeTotals | undefined;
  /** What its prompts had from a cache, once it was asked. */
  readonly cache?: CacheReport | undefined;
}

export interface DocQuestion extends PartsQuestion, Omit<DocOptions, "prefix"> {}

const REMEMBERED_MAX = 4;
let rememberedParts: readonly { readonly question: PartsQuestion; readonly parts: readonly Part[] }[] = [];
const docs = new DocMemo(REMEMBERED_MAX);

/** What one tab says about one span. Remembers the last few answers, as frames repeat the same question. */
function partsFor(question: PartsQuestion): readonly Part[] {
  const { tab, trace, span, partial, nowMs, whole, cache } = question;
  const known = rememberedParts.find(({ question: other }) =>
    other.tab === tab && other.trace === trace && other.span === span && other.partial === partial &&
    other.whole === whole && other.cache === cache && (tab !== "attempts" || other.nowMs === nowMs)
  );
  if (known) return known.parts;
  const parts = tabParts(tab, trace, span, partial, { nowMs, whole, cache });
  rememberedParts = [{ question, parts }, ...rememberedParts].slice(0, REMEMBERED_MAX);
  return parts;
}

/** The same, laid out. */
export function tabDoc({ columns, glyphs, folds, depth, isWrapped = true, ...question }: DocQuestion): Doc {
  const prefix = `${question.span.spanId}/${question.tab}/`;
  return docs.doc(partsFor(question), { columns, glyphs, prefix, folds, depth, isWrapped });
}

const NO_FOLDS: ReadonlyMap<string, boolean> = new Map();
const LINES_MAX = 500;

/** The beginning of a tab as rows, for previews. */
export function tabLines(
  tab: TabId,
  trace: Trace,
  span: Span,
  partial: PartialOutput | undefined,
  columns: number,
  glyphs: Glyphs = UNICODE,
): readonly Line[] {
  const doc = tabDoc({ tab, trace, span, partial, columns, glyphs, folds: NO_FOLDS, nowMs: 0 });
  return Array.from({ length: Math.min(doc.rows, LINES_MAX) }, (_, at) => doc.line(at));
}
