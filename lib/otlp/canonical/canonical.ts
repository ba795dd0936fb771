import type { Evaluation, PriceBook, Trace } from "../../core/mod.ts";
import type { LogRecord, OtlpSpan, ScopeLogs, ScopeSpans } from "../types.ts";
import type { Draft, SentSpan } from "./draft.ts";
import { runOf } from "./run_of.ts";
import { kindOf } from "./kind.ts";
import {
  failureOf,
  finishReasonsOf,
  firstChunkMsOf,
  knownAttributes,
  modelsOf,
  nameOf,
  soundAttributes,
} from "./span_fields.ts";
import { messagesOf } from "./span_messages.ts";
import { plainAttributes, SpanReader } from "./span_reader.ts";
import { toldOf } from "./told_events.ts";
import { costUsdOf, usageOf } from "./usage.ts";
import { withoutRepeats } from "./without_repeats.ts";

/** How spans are read. Whoever changes what comes out takes the next number: stores then read again what they keep. */
export const READING_VERSION = 1;

export interface CanonicalOptions {
  /** For calls that do not say what they cost. */
  readonly prices: PriceBook;
  /** Nothing more is expected: what has not ended never will, and a missing root stays away. @default false */
  readonly isSettled?: boolean;
}

/** 2255, as far as microseconds are whole numbers. */
const US_MAX = BigInt(Number.MAX_SAFE_INTEGER);

export function usOf(nano: bigint): number {
  const us = nano / 1000n;
  return Number(us < US_MAX ? us : US_MAX);
}

/**
 * Spans of any GenAI convention as runs, one for each trace, whatever order they and their log records came in. A span that came
 * twice counts once: the later one, unless only the earlier had ended.
 */
export function canonicalSpans(
  sent: readonly ScopeSpans[],
  logs: readonly ScopeLogs[],
  options: CanonicalOptions,
): Trace[] {
  const byTrace = new Map<string, Map<string, SentSpan>>();
  for (const { spans, ...by } of sent) {
    for (const span of spans) {
      const real = placeholder(span) ?? span;
      const known = byTrace.get(real.traceId) ?? new Map<string, SentSpan>();
      byTrace.set(real.traceId, known);
      const before = known.get(real.spanId)?.span;
      if (!before || real.endTimeUnixNano > 0n || before.endTimeUnixNano === 0n) {
        known.set(real.spanId, { span: real, by });
      }
    }
  }
  const records = Map.groupBy(logs.flatMap((it) => it.logRecords), ({ traceId }) => traceId);
  return Array.from(
    byTrace,
    ([traceId, spans]) => traceOf([...spans.values()], records.get(traceId) ?? [], options),
  );
}

/** Logfire tells of a span that has begun by a pending one below it: it stands for its parent until that one comes. */
function placeholder(span: OtlpSpan): OtlpSpan | undefined {
  const value = (name: string) => span.attributes.find(({ key }) => key === name)?.value;
  if (value("logfire.span_type") !== "pending_span") return undefined;
  const parent = String(value("logfire.pending_parent_id") ?? "");
  return {
    ...span,
    spanId: span.parentSpanId || span.spanId,
    parentSpanId: /^[0-9a-f]{16}$/.test(parent) && !/^0+$/.test(parent) ? parent : "",
    endTimeUnixNano: 0n,
    attributes: span.attributes.filter(({ key }) => !key.startsWith("logfire.pending")),
  };
}

function traceOf(sent: readonly SentSpan[], logs: readonly LogRecord[], options: CanonicalOptions): Trace {
  const ordered = sent.toSorted((a, b) => compare(a.span, b.span));
  const logsOf = Map.groupBy(logs, (record) => record.spanId);
  const parents = new Set(ordered.map(({ span }) => span.spanId));
  const drafts = ordered.map((it) => draftOf(it, logsOf.get(it.span.spanId) ?? [], parents));
  const { spans, outerCalls } = withoutRepeats(drafts, options.prices);
  const run = runOf(drafts, spans, { outerCalls, isSettled: options.isSettled ?? false });
  return {
    run,
    spans: new Map(spans.map((span) => [span.spanId, span])),
    snapshots: [],
    evaluations: drafts.flatMap((draft) => evaluationsOf(draft)),
  };
}

/** In order of their start; of two that began together the one that lasted longer is around the other. */
function compare(a: OtlpSpan, b: OtlpSpan): number {
  return Number(a.startTimeUnixNano - b.startTimeUnixNano) || Number(b.endTimeUnixNano - a.endTimeUnixNano) ||
    (a.spanId < b.spanId ? -1 : 1);
}

function draftOf(sent: SentSpan, logs: readonly LogRecord[], known: ReadonlySet<string>): Draft {
  const { span } = sent;
  const reader = new SpanReader(plainAttributes(span.attributes));
  const kind = kindOf(reader);
  const told = toldOf(span, logs);
  const name = nameOf(span.name) ?? kind;
  const attributes = knownAttributes(reader, kind, name);
  const speaks = kind === "llm" || kind === "agent";
  const messages = speaks ? messagesOf(reader, told, kind === "agent") : undefined;
  const usage = usageOf(reader);
  const startTimeUs = usOf(span.startTimeUnixNano);
  const hasEnded = span.endTimeUnixNano > 0n;
  const failure = hasEnded ? failureOf(span, reader) : undefined;
  const reasons = finishReasonsOf(reader, told);
  const firstChunkMs = firstChunkMsOf(reader, span.startTimeUnixNano);
  const hasParent = known.has(span.parentSpanId) && span.parentSpanId !== span.spanId;
  const step = reader.number("agentop.step");
  return {
    sent,
    reader,
    told,
    usage,
    costUsd: costUsdOf(reader),
    span: {
      traceId: span.traceId,
      spanId: span.spanId,
      ...(hasParent ? { parentSpanId: span.parentSpanId } : {}),
      name,
      kind,
      ...(step !== undefined && Number.isSafeInteger(step) && step > 0 ? { step } : {}),
      startTimeUs,
      ...(hasEnded ? { endTimeUs: Math.max(startTimeUs, usOf(span.endTimeUnixNano)) } : {}),
      status: !hasEnded ? "unset" : failure ? "error" : "ok",
      ...failure,
      ...(speaks || kind === "embedding" || kind === "retriever" || kind === "attempt"
        ? modelsOf(reader)
        : {}),
      ...(reasons.length > 0 ? { finishReasons: reasons } : {}),
      ...(firstChunkMs === undefined ? {} : { timeToFirstChunkMs: firstChunkMs }),
      ...(messages && messages.input.length > 0 ? { inputMessages: messages.input } : {}),
      ...(messages && messages.output.length > 0 ? { outputMessages: messages.output } : {}),
      attributes: soundAttributes({ ...reader.rest(), ...attributes }),
    },
  };
}

/** The same id whenever the same score comes again: it is made of what is judged and by what name. */
function evaluationsOf({ span, told }: Draft): Evaluation[] {
  return told.scores.map((score, index) => ({
    evalId: `${span.traceId.slice(0, 12)}${span.spanId}${(index & 0xffff).toString(16).padStart(4, "0")}`,
    traceId: span.traceId,
    spanId: span.spanId,
    ...score,
    source: "otlp",
    createdAtUs: span.endTimeUs ?? span.startTimeUs,
  }));
}
