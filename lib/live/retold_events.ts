import {
  type DurableEvent,
  type PartialOutput,
  type Run,
  type RunChange,
  type Span,
  type SpanEnd,
  textOf,
  type TraceEvent,
} from "../core/mod.ts";
import type { Followed } from "./follow.ts";

/**
 * Tells states of a run as the events that a listener in the run's own process would have had. What happened between two states
 * and left no trace in the second one is not told.
 */
export class RetoldEvents {
  #run: Run | undefined;
  readonly #open = new Set<string>();
  readonly #known = new Set<string>();
  readonly #texts = new Map<string, string>();

  /** What happened since the state before; at first since the beginning. */
  *next({ trace, partials, changedSpanIds }: Followed): Generator<TraceEvent> {
    const { run, spans } = trace;
    if (!this.#run) yield { type: "run_start", run };
    for (const spanId of changedSpanIds) yield* this.#span(spans.get(spanId)!);
    for (const partial of partials) yield* this.#partial(partial);
    const change = this.#run && changeOf(this.#run, run);
    if (change) yield { type: "run_update", traceId: run.traceId, change };
    this.#run = run;
  }

  *#span(span: Span): Generator<TraceEvent> {
    const { spanId, endTimeUs } = span;
    const isNew = !this.#known.has(spanId);
    const isReopened = !isNew && !this.#open.has(spanId) && endTimeUs === undefined;
    if (isNew || isReopened) {
      this.#known.add(spanId);
      this.#open.add(spanId);
      yield { type: "span_start", span };
    }
    if (endTimeUs === undefined || !this.#open.delete(spanId)) return;
    if (span.kind === "llm") yield* this.#finalText(span);
    yield endOf(span, endTimeUs);
  }

  *#partial({ traceId, spanId, text }: PartialOutput): Generator<TraceEvent> {
    const before = this.#texts.get(spanId) ?? "";
    this.#texts.set(spanId, text);
    if (text.startsWith(before)) return yield* deltaOf(traceId, spanId, text.slice(before.length));
    yield { type: "reset", traceId, spanId };
    yield* deltaOf(traceId, spanId, text);
  }

  /** What was said after the last look. */
  *#finalText({ traceId, spanId, outputMessages = [] }: Span): Generator<TraceEvent> {
    const said = outputMessages.map(textOf).join("");
    const before = this.#texts.get(spanId) ?? "";
    this.#texts.delete(spanId);
    if (said.startsWith(before)) yield* deltaOf(traceId, spanId, said.slice(before.length));
  }
}

function* deltaOf(traceId: string, spanId: string, text: string): Generator<TraceEvent> {
  if (text !== "") yield { type: "delta", traceId, spanId, channel: "text", text };
}

/** Fields of `endOf` that a span may lack. */
const END_FIELDS = [
  "errorType",
  "errorMessage",
  "responseModel",
  "responseId",
  "finishReasons",
  "timeToFirstChunkMs",
  "usage",
  "cost",
  "outputMessages",
] as const satisfies readonly (keyof SpanEnd & keyof Span)[];

function endOf(span: Span, endTimeUs: number): DurableEvent {
  const { traceId, spanId, status, attributes } = span;
  const given = Object.fromEntries(
    END_FIELDS.filter((name) => span[name] !== undefined).map((name) => [name, span[name]]),
  );
  return { type: "span_end", traceId, spanId, endTimeUs, status, attributes, ...given };
}

const RUN_FIELDS = [
  "status",
  "startTimeUs",
  "endTimeUs",
  "idleUs",
  "idleSinceUs",
  "output",
  "error",
  "model",
] as const;

/** `undefined` when nothing that an update says is different. */
function changeOf(before: Run, after: Run): RunChange | undefined {
  const changed = RUN_FIELDS.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  if (changed.length === 0) return undefined;
  return Object.fromEntries(changed.map((name) => [name, after[name] ?? null])) as RunChange;
}
