import {
  AgentOpError,
  applyEvent,
  type ControlRequest,
  type CostRow,
  type DurableEvent,
  type Run,
  type RunPage,
  type Store,
  type StoredMessage,
  type Trace,
} from "../core/mod.ts";

/**
 * A store for one run that keeps nothing: it folds the run's events and hands them on. The process that repeats a run from its
 * recording has one of these instead of a database, because it may not write.
 */
export class EventSink implements Store {
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
    for (const event of events) this.#trace = applyEvent(this.#trace, event);
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

  resolveRun(reference: string): Promise<Run> {
    return Promise.reject(new AgentOpError(`Cannot find run ${reference}: only one run is replayed here`));
  }

  claimRun(): Promise<boolean> {
    return Promise.resolve(true);
  }

  onChange(): () => void {
    return () => {};
  }

  listRuns(): Promise<RunPage> {
    return Promise.resolve({ runs: [this.#trace.run] });
  }

  countRuns(): Promise<number> {
    return Promise.resolve(1);
  }

  childRuns(): Promise<readonly Run[]> {
    return Promise.resolve([]);
  }

  loadMessages(): Promise<readonly StoredMessage[]> {
    return Promise.resolve([]);
  }

  costBy(): Promise<readonly CostRow[]> {
    return Promise.resolve([]);
  }

  /** The loop looks for requests before each round. */
  takeControl(): Promise<readonly ControlRequest[]> {
    this.#onBoundary();
    return Promise.resolve([]);
  }

  partials(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  writePartial(): Promise<void> {
    return Promise.resolve();
  }

  requestControl(): Promise<void> {
    return Promise.resolve();
  }

  releaseRun(): Promise<void> {
    return Promise.resolve();
  }

  recoverInterrupted(): Promise<number> {
    return Promise.resolve(0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
