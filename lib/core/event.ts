import { ATTR } from "./attributes.ts";
import {
  addUsage,
  type Cost,
  type Evaluation,
  type Message,
  NO_USAGE,
  type Snapshot,
  type Span,
  type SpanStatus,
  type Usage,
} from "./span.ts";
import type { Run, RunChange, RunTotals } from "./run.ts";

/** How a span ended. Fields left out keep what `span_start` said; attributes are merged. */
export interface SpanEnd {
  /** Discriminates the events. */
  readonly type: "span_end";
  /** The run. */
  readonly traceId: string;
  /** The span that ended. */
  readonly spanId: string;
  /** Microseconds since the Unix epoch. */
  readonly endTimeUs: number;
  /** How it ended. */
  readonly status: SpanStatus;
  /** OpenTelemetry's `error.type`. */
  readonly errorType?: string;
  /** What went wrong, in words. */
  readonly errorMessage?: string;
  /** The model that answered. */
  readonly responseModel?: string;
  /** The server's id of the answer. */
  readonly responseId?: string;
  /** Why the model stopped. */
  readonly finishReasons?: readonly string[];
  /** Milliseconds to the first streamed piece. */
  readonly timeToFirstChunkMs?: number;
  /** Tokens it was billed for. */
  readonly usage?: Usage;
  /** What it cost. */
  readonly cost?: Cost;
  /** What it added to the conversation. */
  readonly outputMessages?: readonly Message[];
  /** Merged into those of the start. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** Written to the store before anyone is told. `span_start` on a known span re-opens it (a resumed run). */
export type DurableEvent =
  | { readonly type: "run_start"; readonly run: Run }
  | { readonly type: "run_update"; readonly traceId: string; readonly change: RunChange }
  | { readonly type: "span_start"; readonly span: Span }
  | SpanEnd
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  | { readonly type: "evaluation"; readonly evaluation: Evaluation };

/** Streamed text. Lossy: the durable `span_end` carries the whole message. */
export type TransientEvent =
  | {
    readonly type: "delta";
    readonly traceId: string;
    readonly spanId: string;
    readonly channel: "text" | "reasoning" | "tool_call";
    readonly text: string;
  }
  /** The attempt that streamed so far failed: forget its text. */
  | { readonly type: "reset"; readonly traceId: string; readonly spanId: string };

/** Everything that can happen to a run. */
export type TraceEvent = DurableEvent | TransientEvent;

/** True for events that are stored. */
export function isDurable(event: TraceEvent): event is DurableEvent {
  return event.type !== "delta" && event.type !== "reset";
}

/** The run that an event belongs to. */
export function traceIdOf(event: TraceEvent): string {
  switch (event.type) {
    case "run_start":
      return event.run.traceId;
    case "span_start":
      return event.span.traceId;
    case "snapshot":
      return event.snapshot.traceId;
    case "evaluation":
      return event.evaluation.traceId;
    default:
      return event.traceId;
  }
}

/** Everything known about one run. */
export interface Trace {
  /** The run itself. */
  readonly run: Run;
  /** By span id, in order of their first start. */
  readonly spans: ReadonlyMap<string, Span>;
  /** By step, then time. */
  readonly snapshots: readonly Snapshot[];
  /** Oldest first. */
  readonly evaluations: readonly Evaluation[];
}

/** Totals of a run that did nothing yet. */
export const NO_TOTALS: RunTotals = Object.freeze({
  steps: 0,
  llmCalls: 0,
  toolCalls: 0,
  attempts: 0,
  usage: NO_USAGE,
  costUsd: 0,
  unknownCostCalls: 0,
  retryWaitMs: 0,
});

/** What a started span adds to its run's totals. */
export function totalsOfStart(span: Span): Partial<RunTotals> {
  return {
    ...(span.step === undefined ? {} : { steps: 1 }),
    ...(span.kind === "llm" ? { llmCalls: 1 } : {}),
    ...(span.kind === "tool" ? { toolCalls: 1 } : {}),
    ...(span.kind === "attempt" ? { attempts: 1 } : {}),
  };
}

/** What an ended span adds. Own runs put usage and cost on the span that paid, never also on its parent. */
export function totalsOfEnd(event: SpanEnd, start: SpanBeginning): Partial<RunTotals> {
  const estimatedUsd = estimatedUsdOf(event);
  const lostMs = lostToRetriesMs({
    startTimeUs: start.startTimeUs,
    endTimeUs: event.endTimeUs,
    attributes: { ...start.attributes, ...event.attributes },
  });
  return {
    ...(event.usage ? { usage: event.usage } : {}),
    ...(event.cost?.usd ? { costUsd: event.cost.usd } : {}),
    ...(event.cost && event.cost.usd === null ? { unknownCostCalls: 1 } : {}),
    ...(estimatedUsd === undefined ? {} : { estimatedCostUsd: estimatedUsd }),
    ...(lostMs > 0 ? { retryWaitMs: lostMs } : {}),
  };
}

/** What an ended span is measured against. */
export type SpanBeginning = Pick<Span, "startTimeUs" | "attributes">;

/** What a call of unknown cost may have cost, USD, where there is an estimate. */
export function estimatedUsdOf(
  { cost, attributes }: { readonly cost?: Cost; readonly attributes?: Readonly<Record<string, unknown>> },
): number | undefined {
  const usd = attributes?.[ATTR.estimatedCostUsd];
  return cost?.usd === null && typeof usd === "number" ? usd : undefined;
}

/**
 * Time that an attempt lost to retries, ms: its own when it failed, and the wait after it. A call that failed in its only attempt was
 * never retried, so it lost nothing to that.
 */
export function lostToRetriesMs(
  { startTimeUs, endTimeUs, attributes }: Pick<Span, "startTimeUs" | "endTimeUs" | "attributes">,
): number {
  if (endTimeUs === undefined) return 0;
  const waitedMs = attributes[ATTR.retryDelayMs];
  const resends = attributes[ATTR.resendCount];
  const isRetry = typeof resends === "number" && resends > 0;
  const hasWaited = typeof waitedMs === "number";
  const hasFailed = ["fail", "quota"].includes(String(attributes[ATTR.attemptOutcome]));
  if (!hasWaited && !(isRetry && hasFailed)) return 0;
  return Math.max(0, endTimeUs - startTimeUs) / 1000 + (hasWaited ? waitedMs : 0);
}

/** Sums, field by field. */
export function addTotals(a: RunTotals, b: Partial<RunTotals>): RunTotals {
  const estimatedCostUsd = (a.estimatedCostUsd ?? 0) + (b.estimatedCostUsd ?? 0);
  return {
    steps: a.steps + (b.steps ?? 0),
    llmCalls: a.llmCalls + (b.llmCalls ?? 0),
    toolCalls: a.toolCalls + (b.toolCalls ?? 0),
    attempts: a.attempts + (b.attempts ?? 0),
    usage: b.usage ? addUsage(a.usage, b.usage) : a.usage,
    costUsd: a.costUsd + (b.costUsd ?? 0),
    unknownCostCalls: a.unknownCostCalls + (b.unknownCostCalls ?? 0),
    ...(estimatedCostUsd > 0 ? { estimatedCostUsd } : {}),
    retryWaitMs: a.retryWaitMs + (b.retryWaitMs ?? 0),
  };
}

/**
 * The one reducer: live screens fold events with it, and what the store loads must equal the fold.
 * The first event of a trace must be `run_start`; pass `undefined` as the state then.
 */
export function applyEvent(trace: Trace | undefined, event: DurableEvent): Trace {
  return applyEvents(trace, [event]);
}

/** `applyEvent` for many, in order: what they change is copied once. */
export function applyEvents(trace: Trace | undefined, events: Iterable<DurableEvent>): Trace {
  const fold = new Fold(trace);
  for (const event of events) fold.apply(event);
  return fold.result();
}

class Fold {
  #trace: Trace | undefined;
  // Copies of what is in `#trace`, made by the first change.
  #spans: Map<string, Span> | undefined;
  #snapshots: Snapshot[] | undefined;
  #evaluations: Evaluation[] | undefined;

  constructor(trace: Trace | undefined) {
    this.#trace = trace;
  }

  apply(event: DurableEvent): void {
    if (event.type === "run_start") {
      this.#trace = { run: event.run, spans: new Map(), snapshots: [], evaluations: [] };
      this.#spans = this.#snapshots = this.#evaluations = undefined;
      return;
    }
    const trace = this.#trace;
    if (!trace) throw new RangeError(`Cannot apply "${event.type}": the run was never started`);
    switch (event.type) {
      case "run_update":
        this.#setRun(trace, changeRun(trace.run, event.change));
        break;
      case "span_start": {
        const spans = this.#spans ??= new Map(trace.spans);
        if (!spans.has(event.span.spanId)) this.#addTotals(trace, totalsOfStart(event.span));
        spans.set(event.span.spanId, event.span);
        break;
      }
      case "span_end":
        this.#addTotals(trace, totalsOfEnd(event, endSpan(this.#spans ??= new Map(trace.spans), event)));
        break;
      case "snapshot":
        insert(
          this.#snapshots ??= [...trace.snapshots],
          event.snapshot,
          (a, b) => a.step - b.step || a.createdAtUs - b.createdAtUs,
        );
        break;
      case "evaluation":
        insert(
          this.#evaluations ??= [...trace.evaluations],
          event.evaluation,
          (a, b) => a.createdAtUs - b.createdAtUs,
        );
    }
  }

  #addTotals(trace: Trace, totals: Partial<RunTotals>): void {
    this.#setRun(trace, { ...trace.run, totals: addTotals(trace.run.totals, totals) });
  }

  #setRun(trace: Trace, run: Run): void {
    this.#trace = { ...trace, run };
  }

  result(): Trace {
    if (!this.#trace) throw new RangeError("Cannot fold a run: there are no events");
    return {
      run: this.#trace.run,
      spans: this.#spans ?? this.#trace.spans,
      snapshots: this.#snapshots ?? this.#trace.snapshots,
      evaluations: this.#evaluations ?? this.#trace.evaluations,
    };
  }
}

/** Returns the span as it was. */
function endSpan(spans: Map<string, Span>, event: SpanEnd): Span {
  const span = spans.get(event.spanId);
  if (!span) throw new RangeError(`Cannot end span "${event.spanId}": it was never started`);
  const { type: _, traceId: _t, spanId: _s, attributes, ...end } = event;
  spans.set(event.spanId, { ...span, ...end, attributes: { ...span.attributes, ...attributes } });
  return span;
}

/** Puts an item where loading finds it: behind all that do not come after it. Nearly always at the end. */
function insert<T>(list: T[], item: T, compare: (a: T, b: T) => number): void {
  let at = list.length;
  while (at > 0 && compare(list[at - 1]!, item) > 0) at--;
  list.splice(at, 0, item);
}

function changeRun(run: Run, change: RunChange): Run {
  const next: Record<string, unknown> = { ...run };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete next[key];
    else if (value !== undefined) next[key] = value;
  }
  return next as unknown as Run;
}
