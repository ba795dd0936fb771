import type { ChangeCursor, Host, KnownTrace, Run, Store, TraceEvent } from "../core/mod.ts";
import { applyChanges } from "../core/mod.ts";
import { eventShape, snakeCased } from "../documents/mod.ts";
import { follow, type Followed, RetoldEvents } from "../live/mod.ts";

/** Something is sent at least so often, so that nobody between takes the connection for dead. */
const HEARTBEAT_MS = 10_000;
/** How long a browser waits before it asks again, ms. */
const RETRY_MS = 2_000;

/** How far a reader has come: what `Last-Event-ID` says. */
export function readEventId(text: string | null): ChangeCursor | undefined {
  const [, seq, messageCount] = /^(\d{1,15})\.(\d{1,9})$/.exec(text ?? "") ?? [];
  return seq === undefined ? undefined : { seq: Number(seq), messageCount: Number(messageCount) };
}

const eventId = ({ seq, messageCount }: ChangeCursor) => `${seq}.${messageCount}`;

export interface EventsOptions {
  readonly store: Store;
  readonly host: Host;
  /** Ends the stream without an `end`: whoever reads it comes again. */
  readonly signal: AbortSignal;
  /** What was seen already. */
  readonly since?: ChangeCursor;
  /** The last event, with the run as it ended. */
  readonly last: (run: Run) => { readonly event: string; readonly data: unknown };
}

/**
 * A run's events as server-sent events: all of them so far, or those since a cursor, then the others as they come, then `last`. What a
 * slow reader has not taken is not kept: the next state it is told has everything since, as one.
 */
export async function* eventFrames(options: EventsOptions, traceId: string): AsyncGenerator<string> {
  const { store, host, signal, last } = options;
  const retold = new RetoldEvents();
  const resumed = options.since && await resumedState(store, traceId, options.since);
  let run: Run | undefined;
  let cursor: ChangeCursor | undefined;
  yield `retry: ${RETRY_MS}\n\n`;
  const frames = function* (state: Followed, begins: readonly TraceEvent[] = []): Generator<string> {
    ({ run } = state.trace);
    ({ cursor } = state.known);
    const events = [...begins, ...retold.next(state)];
    for (const [index, event] of events.entries()) {
      // Only with the last event of a state is all of it told.
      yield frame(event.type, shape(event, run.runId), index === events.length - 1 ? cursor : undefined);
    }
  };
  if (resumed) {
    const resets = resumed.partials.map(({ spanId }): TraceEvent => ({ type: "reset", traceId, spanId }));
    yield* frames(resumed, resets);
  }
  const states = follow(store, traceId, { host, signal, ...(resumed ? { since: resumed.known } : {}) });
  for (let next = states.next();;) {
    const state = await orHeartbeat(next, host, signal);
    if (state === "heartbeat") {
      yield ": at work\n\n";
      continue;
    }
    if (state.done) break;
    yield* frames(state.value);
    next = states.next();
  }
  if (signal.aborted || !run) return;
  const { event, data } = last(run);
  yield frame(event, data, cursor);
}

function shape(event: TraceEvent, runId: string): unknown {
  return snakeCased(eventShape(event, runId));
}

function frame(event: string, data: unknown, id: ChangeCursor | undefined): string {
  const lines = [`event: ${event}`, ...(id ? [`id: ${eventId(id)}`] : []), `data: ${JSON.stringify(data)}`];
  return `${lines.join("\n")}\n\n`;
}

/** The run now, with what changed since a cursor as what changed. */
async function resumedState(
  store: Store,
  traceId: string,
  since: ChangeCursor,
): Promise<Followed | undefined> {
  const changed = await store.changesSince(traceId, since);
  const whole = await store.changesSince(traceId);
  if (!changed || !whole) return undefined;
  const known: KnownTrace = applyChanges(undefined, whole);
  const spanIds = changed.spans.map((it) => it.spanId).filter((spanId) => known.trace.spans.has(spanId));
  const partials = (await store.partials(traceId)).filter(({ spanId }) =>
    known.trace.spans.get(spanId)?.endTimeUs === undefined
  );
  return { trace: known.trace, partials, changedSpanIds: spanIds, known };
}

async function orHeartbeat<T>(next: Promise<T>, host: Host, signal: AbortSignal): Promise<T | "heartbeat"> {
  const enough = new AbortController();
  const slept = host.sleep(HEARTBEAT_MS, AbortSignal.any([enough.signal, signal]))
    .then(() => "heartbeat" as const, () => next); // aborted: it ends by itself
  try {
    return await Promise.race([next, slept]);
  } finally {
    enough.abort();
  }
}

/** As an answer, read as fast as its reader reads. */
export function eventResponse(frames: AsyncGenerator<string>): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await frames.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: () => void frames.return(undefined).catch(() => {}), // it ends at its next step
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "content-type": "text/event-stream", "x-accel-buffering": "no" } });
}
