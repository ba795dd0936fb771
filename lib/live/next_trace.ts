import { applyChanges, type KnownTrace, type StoreChanges, type Trace } from "../core/mod.ts";

/** Traces kept at a time: a person looks at a dozen side by side, and goes back and forth between a few. */
const KEPT_MAX = 16;

type ChangeSource = Pick<StoreChanges, "changesSince">;

/**
 * What is known of a run, brought up to now: the same object when nothing was written to it, `undefined` when there is no such
 * run, or no longer.
 */
export async function nextTrace(
  store: ChangeSource,
  traceId: string,
  known?: KnownTrace,
): Promise<KnownTrace | undefined> {
  const changes = await store.changesSince(traceId, known?.cursor);
  return changes && applyChanges(known, changes);
}

/** Loads traces like the store, but reads of those asked for lately only what changed. */
export class TraceKeeper {
  readonly #store: ChangeSource;
  readonly #kept = new Map<string, KnownTrace>();

  constructor(store: ChangeSource) {
    this.#store = store;
  }

  /** The same object as last time when nothing was written; `undefined` when there is no such run. */
  async load(traceId: string): Promise<Trace | undefined> {
    const known = await nextTrace(this.#store, traceId, this.#kept.get(traceId));
    this.#kept.delete(traceId);
    if (!known) return undefined;
    this.#kept.set(traceId, known);
    if (this.#kept.size > KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value!);
    return known.trace;
  }
}
