import {
  ATTR,
  type DurableEvent,
  type LostCost,
  type PartialOutput,
  type Run,
  type RunChange,
  type Span,
  type SpanEnd,
  type Trace,
} from "../core/mod.ts";
import { estimatedCost, estimatedUsage } from "../analysis/mod.ts";

/** Of text that arrived before the process died, as of other streams that broke. */
const PARTIAL_MAX_CHARS = 65_536;

/** What is known of a run's death beside its events. */
export interface LastSigns {
  /** What its open calls had streamed. */
  readonly partials?: readonly PartialOutput[];
  /** What is set aside for its open calls, USD by the id of the call's span. */
  readonly held?: ReadonlyMap<string, number>;
  /** When its process was last known to live, µs since the epoch. */
  readonly seenUs?: number | undefined;
}

/**
 * What ends a run whose process died: its open spans and the run itself end with the last thing that is known to have happened. An
 * attempt that was under way, or a call that has none, keeps the text that had arrived; an attempt may have been billed.
 */
export function interruption(
  trace: Trace,
  signs: LastSigns = {},
): readonly DurableEvent[] {
  const { partials = [], seenUs = 0 } = signs;
  const { run, spans } = trace;
  const { traceId } = run;
  const all = [...spans.values()];
  const lastUs = Math.max(
    run.startTimeUs,
    seenUs,
    ...partials.map(({ updatedAtUs }) => updatedAtUs),
    all.reduce((last, span) => Math.max(last, span.endTimeUs ?? span.startTimeUs), 0),
  );
  const open = all.filter((span) => span.endTimeUs === undefined);
  return [
    ...open.map((span): DurableEvent => ({
      type: "span_end",
      traceId,
      spanId: span.spanId,
      endTimeUs: lastUs,
      status: "interrupted",
      errorType: "interrupted",
      ...(span.kind === "attempt" ? endOfCut(trace, span, signs) : {}),
      ...(span.kind === "llm" ? wordsOfCut(trace, span, partials) : {}),
    })),
    {
      type: "run_update",
      traceId,
      change: { status: "interrupted", endTimeUs: lastUs, ...idled(run, lastUs) },
    },
  ];
}

/** A run that was paused, or waited for a person, was idle to its end. */
function idled({ idleUs = 0, idleSinceUs }: Run, endTimeUs: number): RunChange {
  return idleSinceUs === undefined
    ? {}
    : { idleUs: idleUs + Math.max(0, endTimeUs - idleSinceUs), idleSinceUs: null };
}

/** A call of another program has no attempts: it keeps what had arrived itself. */
function wordsOfCut({ spans }: Trace, call: Span, partials: readonly PartialOutput[]): Partial<SpanEnd> {
  const text = partials.find(({ spanId }) => spanId === call.spanId)?.text.slice(0, PARTIAL_MAX_CHARS);
  if (!text || spans.values().some(({ parentSpanId }) => parentSpanId === call.spanId)) return {};
  return { outputMessages: [{ role: "assistant", parts: [{ type: "text", content: text }] }] };
}

/** The text that had arrived, and what it may have cost. */
function endOfCut(trace: Trace, attempt: Span, signs: LastSigns): Partial<SpanEnd> {
  const lost = costOfCut(trace, attempt, signs);
  const { partials = [] } = signs;
  const text = partials.find(({ spanId }) => spanId === attempt.parentSpanId)?.text.slice(
    0,
    PARTIAL_MAX_CHARS,
  );
  return text ? { ...lost, attributes: { ...lost.attributes, [ATTR.attemptPartial]: text } } : lost;
}

/**
 * Priced as the run's other calls of the model were: there is no price table here. Where there is none, it counts as all that was set
 * aside, so that runs that are killed and begun again cannot pass a budget.
 */
function costOfCut({ spans }: Trace, attempt: Span, { partials = [], held }: LastSigns): LostCost {
  const call = attempt.parentSpanId === undefined ? undefined : spans.get(attempt.parentSpanId);
  const partial = partials.find(({ spanId }) => spanId === attempt.parentSpanId);
  const usage = estimatedUsage({
    messages: call?.inputMessages ?? [],
    tools: call?.attributes[ATTR.toolDefinitions],
    streamedChars: (partial?.text.length ?? 0) + (partial?.reasoning.length ?? 0),
  });
  const priced = [...spans.values()].find((span) =>
    span.requestModel === attempt.requestModel && span.cost?.tag !== undefined
  );
  const lost = estimatedCost(usage, priced?.cost?.tag);
  const heldUsd = held?.get(attempt.parentSpanId ?? "");
  return lost.attributes || !heldUsd ? lost : { ...lost, attributes: { [ATTR.estimatedCostUsd]: heldUsd } };
}
