import {
  applyEvents,
  type DurableEvent,
  isDurable,
  type Run,
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
  readonly #folded = new Map<string, Trace>();

  readonly listen = (event: TraceEvent): void => {
    if (!isDurable(event)) return;
    const traceId = traceIdOf(event);
    const known = this.#events.get(traceId);
    if (known) known.push(event);
    // Only whole runs: one that goes on began before. Those that work is handed to are never asked for.
    else if (event.type === "run_start" && event.run.parentRunId === undefined) {
      if (this.#events.size + this.#folded.size < TRACES_MAX) this.#events.set(traceId, [event]);
    }
  };

  /** A run that has ended; `undefined` for one that was not told from its beginning. */
  readonly runOf = (traceId: string): Run | undefined => {
    const events = this.#events.get(traceId);
    if (!events) return this.#folded.get(traceId)?.run;
    this.#events.delete(traceId);
    const trace = applyEvents(undefined, events);
    this.#folded.set(traceId, trace);
    return trace.run;
  };

  /** All of it, once. */
  take(traceId: string): Trace | undefined {
    this.runOf(traceId);
    const trace = this.#folded.get(traceId);
    this.#folded.delete(traceId);
    return trace;
  }

  /** Nobody asks for it. */
  forget(traceId: string): void {
    this.#events.delete(traceId);
    this.#folded.delete(traceId);
  }
}
