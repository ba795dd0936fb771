import type { AgentStore } from "../agent/mod.ts";
import {
  AgentOpError,
  applyEvents,
  type ControlRequest,
  type DurableEvent,
  type Run,
  type SpendAnswer,
  type StoredMessage,
  type Trace,
  type TreeTotals,
} from "../core/mod.ts";

/**
 * What a run needs of a store, for one run, keeping nothing: it folds the run's events and hands them on. The process that
 * repeats a run from its recording has one of these instead of a database, because it may not write.
 */
export class EventSink implements AgentStore {
  readonly #onEvents: (events: readonly DurableEvent[]) => void;
  readonly #onBoundary: () => void;
  #trace: Trace;

  /** `begun` is what the run has been queued with; `onBoundary` is called before each round of steps. */
  constructor(
    begun: Trace,
    hooks: { readonly onEvents: (events: readonly DurableEvent[]) => void; readonly onBoundary: () => void },
  ) {
    this.#trace = begun;
    this.#onEvents = hooks.onEvents;
    this.#onBoundary = hooks.onBoundary;
  }

  write(events: readonly DurableEvent[]): Promise<void> {
    this.#trace = applyEvents(this.#trace, events);
    this.#onEvents(events);
    return Promise.resolve();
  }

  getRun(traceId: string): Promise<Run | undefined> {
    return Promise.resolve(this.#trace.run.traceId === traceId ? this.#trace.run : undefined);
  }

  loadTrace(traceId: string): Promise<Trace> {
    if (this.#trace.run.traceId === traceId) return Promise.resolve(this.#trace);
    return Promise.reject(new AgentOpError(`Cannot load run ${traceId}: only one run is replayed here`));
  }

  claimRun(): Promise<boolean> {
    return Promise.resolve(true);
  }

  onChange(): () => void {
    return () => {};
  }

  /** What is on record costs nothing. */
  isBudgeted(): Promise<boolean> {
    return Promise.resolve(false);
  }

  reserveSpend(): Promise<SpendAnswer> {
    return Promise.resolve({ reached: [] });
  }

  childRuns(): Promise<readonly Run[]> {
    return Promise.resolve([]);
  }

  treeTotals(): Promise<TreeTotals> {
    return Promise.resolve({ runs: 1, ...this.#trace.run.totals });
  }

  loadMessages(): Promise<readonly StoredMessage[]> {
    return Promise.resolve([]);
  }

  /** The loop looks for requests before each round. */
  takeControl(): Promise<readonly ControlRequest[]> {
    this.#onBoundary();
    return Promise.resolve([]);
  }

  writePartial(): Promise<void> {
    return Promise.resolve();
  }

  releaseRun(): Promise<void> {
    return Promise.resolve();
  }
}
