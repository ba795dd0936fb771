import {
  applyEvents,
  type DurableEvent,
  isDurable,
  type Trace,
  type TraceEvent,
  traceIdOf,
} from "../../core/mod.ts";

/** Cases at work at once, and those that wait for what they are judged with. */
const TRACES_MAX = 10_000;

/**
 * The runs of an experiment as they were told, so that none is read back to be judged: what is told is on disk, and folds to what
 * would be loaded.
 */
export class FinishedTraces {
  readonly #events = new Map<string, DurableEvent[]>();

  readonly listen = (event: TraceEvent): void => {
    if (!isDurable(event)) return;
    const traceId = traceIdOf(event);
    const known = this.#events.get(traceId);
    if (known) known.push(event);
    // Only whole runs: one that goes on began before. Those that work is handed to are never asked for.
    else if (event.type === "run_start" && event.run.parentRunId === undefined) {
      if (this.#events.size < TRACES_MAX) this.#events.set(traceId, [event]);
    }
  };

  /** A run that has ended, once; `undefined` for one that was not told from its beginning. */
  take(traceId: string): Trace | undefined {
    const events = this.#events.get(traceId);
    this.#events.delete(traceId);
    return events && applyEvents(undefined, events);
  }

  /** Nobody asks for it. */
  forget(traceId: string): void {
    this.#events.delete(traceId);
  }
}
