import { applyEvents, type DurableEvent, type Trace } from "./event.ts";
import type { Run } from "./run.ts";
import type { Evaluation, Message, Snapshot, Span } from "./span.ts";

/** How far somebody has read a run. It comes with an answer and goes back with the next question. */
export interface ChangeCursor {
  /** The run's last write, as the store counts its writes. */
  readonly seq: number;
  /** Messages of the run's conversation read so far. */
  readonly messageCount: number;
}

/** A span with places in the conversation instead of messages: they cross once, however often later calls send them again. */
export interface ChangedSpan extends Omit<Span, "inputMessages" | "outputMessages"> {
  readonly inputRefs?: readonly number[];
  readonly outputRefs?: readonly number[];
}

export interface ChangedSnapshot extends Omit<Snapshot, "messages"> {
  readonly messageRefs: readonly number[];
}

/** What was written to one run since a cursor. Plain data. */
export interface TraceChanges {
  readonly cursor: ChangeCursor;
  /** It is everything: what was known before was written over. */
  readonly isWhole?: true;
  /** As it stands now; absent when nothing was written. */
  readonly run?: Run;
  /** What joined the conversation, in order. */
  readonly messages: readonly Message[];
  /** Spans that were started, changed or ended, as they stand now; in order of their first start. */
  readonly spans: readonly ChangedSpan[];
  readonly snapshots: readonly ChangedSnapshot[];
  readonly evaluations: readonly Evaluation[];
}

/** A run as far as it was read, and what reading on needs. */
export interface KnownTrace {
  readonly trace: Trace;
  readonly cursor: ChangeCursor;
  /** The conversation that spans and snapshots refer to. */
  readonly messages: readonly Message[];
}

/**
 * Folds what changed into what was known; without that, `changes` must be all there is. Loading a run is this fold of
 * everything, so that a follower knows what a load at the same moment would have said.
 */
export function applyChanges(known: KnownTrace | undefined, changes: TraceChanges): KnownTrace {
  const { run, cursor } = changes;
  if (!run) {
    if (!known) throw new RangeError("Cannot fold changes: nothing is known of the run, and they do not say");
    return known;
  }
  const base = changes.isWhole ? undefined : known;
  const messages = [...(base?.messages ?? []), ...changes.messages];
  const before = base?.trace ?? { run, spans: new Map(), snapshots: [], evaluations: [] };
  const trace = applyEvents(before, eventsOf(changes, messages));
  // The store has added up what the steps in between used.
  return { trace: { ...trace, run }, cursor, messages };
}

function* eventsOf(
  { spans, snapshots, evaluations }: TraceChanges,
  messages: readonly Message[],
): Generator<DurableEvent> {
  const at = (refs: readonly number[]) => refs.map((position) => messages[position]!);
  for (const { inputRefs, outputRefs, ...span } of spans) {
    yield {
      type: "span_start",
      span: {
        ...span,
        ...(inputRefs ? { inputMessages: at(inputRefs) } : {}),
        ...(outputRefs ? { outputMessages: at(outputRefs) } : {}),
      },
    };
  }
  for (const { messageRefs, ...snapshot } of snapshots) {
    yield { type: "snapshot", snapshot: { ...snapshot, messages: at(messageRefs) } };
  }
  for (const evaluation of evaluations) yield { type: "evaluation", evaluation };
}
