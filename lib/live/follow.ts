import {
  applyChanges,
  type Host,
  isLive,
  type KnownTrace,
  type PartialOutput,
  type Run,
  type RunLeases,
  type RunReader,
  type StoreChanges,
  type Trace,
} from "../core/mod.ts";

/** Changes within this time are shown together. */
const GATHER_MS = 50;
/** With nothing to be heard for so long, somebody has to look. */
const SILENCE_MS = 1_000;

export type FollowedStore =
  & StoreChanges
  & Pick<RunReader, "partials">
  & Pick<RunLeases, "recoverInterrupted">;

/** A run as it stands. */
export interface Followed {
  readonly trace: Trace;
  /** What its open model calls have streamed so far. */
  readonly partials: readonly PartialOutput[];
  /** The spans that were started, changed or ended since the state before; at first all of them. */
  readonly changedSpanIds: readonly string[];
  /** Follow on from here with `since`. */
  readonly known: KnownTrace;
}

export interface FollowOptions {
  readonly host: Pick<Host, "now" | "sleep">;
  /** Ends following, without an error. */
  readonly signal?: AbortSignal;
  /** What the follower has seen already. */
  readonly since?: KnownTrace;
}

/**
 * A run's states as they come, the one it is in now first and the one it ends in last; several changes may be one state. Ends by
 * itself when nobody works on the run any more, or when there is no such run.
 */
export async function* follow(
  store: FollowedStore,
  traceId: string,
  { host, signal, since }: FollowOptions,
): AsyncGenerator<Followed> {
  let changed = Promise.withResolvers<void>();
  const stopListening = store.onChange(() => changed.resolve());
  try {
    let known = since;
    let partials: readonly PartialOutput[] = [];
    let lookedMs = host.now();
    for (let isFirst = true; !signal?.aborted; isFirst = false) {
      changed = Promise.withResolvers();
      const changes = await store.changesSince(traceId, known?.cursor);
      if (!changes) return;
      known = applyChanges(known, changes);
      const streamed = openOnes(await store.partials(traceId), known.trace);
      if (isFirst || changes.run || !areSame(partials, streamed)) {
        partials = streamed;
        yield { trace: known.trace, partials, changedSpanIds: changes.spans.map((it) => it.spanId), known };
      }
      if (hasEnded(known.trace.run)) return;
      await soonest(changed.promise, SILENCE_MS, host, signal);
      await soonest(undefined, GATHER_MS, host, signal);
      if (host.now() - lookedMs < SILENCE_MS) continue;
      // A runner that was killed cannot say so: look whether it is still there.
      lookedMs = host.now();
      await store.recoverInterrupted();
    }
  } finally {
    stopListening();
  }
}

function hasEnded({ status }: Run): boolean {
  return !isLive(status) && status !== "queued";
}

/** Text may be written a moment after the end of its span, which has all of it. */
function openOnes(partials: readonly PartialOutput[], { spans }: Trace): readonly PartialOutput[] {
  return partials.filter(({ spanId }) => spans.get(spanId)?.endTimeUs === undefined);
}

function areSame(some: readonly PartialOutput[], others: readonly PartialOutput[]): boolean {
  return some.length === others.length &&
    some.every(({ spanId, text, reasoning }, index) =>
      others[index]?.spanId === spanId && others[index].text === text && others[index].reasoning === reasoning
    );
}

/** Resolves with `promise`, after `ms`, or when `signal` is aborted. */
async function soonest(
  promise: Promise<void> | undefined,
  ms: number,
  host: Pick<Host, "sleep">,
  signal: AbortSignal | undefined,
): Promise<void> {
  const enough = new AbortController();
  const either = signal ? AbortSignal.any([signal, enough.signal]) : enough.signal;
  const slept = host.sleep(ms, either).catch(() => {}); // aborted: that is soon enough
  await (promise ? Promise.race([promise, slept]) : slept);
  enough.abort();
}
