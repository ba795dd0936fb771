import { isDurable, NO_SECRETS, type Redactor, type RunJournal, type TraceEvent } from "../core/mod.ts";

export type Listener = (event: TraceEvent) => void;

export interface RecorderOptions {
  readonly listeners?: readonly Listener[];
  /** Takes secrets out of what is stored and told. Streamed text comes without any. */
  readonly redactor?: Redactor;
  /** The store refused a write: the run must stop. Called once. */
  readonly onStoreFailure: (error: unknown) => void;
  /** A listener threw. It fails alone. */
  readonly onListenerError?: (error: unknown) => void;
}

/**
 * Write, then tell: durable events reach listeners only once they are on disk, and what was emitted after them comes after them.
 * Events emitted in one turn of the event loop, by all runs of the process, share a transaction.
 */
export class Recorder {
  readonly #journal: Pick<RunJournal, "write">;
  readonly #options: RecorderOptions;
  /** Begins with a durable event, where there is any. */
  #queue: TraceEvent[] = [];
  /** Writes that are under way. */
  #writes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(journal: Pick<RunJournal, "write">, options: RecorderOptions) {
    this.#journal = journal;
    this.#options = options;
  }

  /** Never throws and never waits. */
  readonly emit = (event: TraceEvent): void => {
    if (!isDurable(event)) {
      if (this.#queue.length === 0 && this.#writes === 0) return this.#tell(event);
      this.#queue.push(event);
    } else this.#queue.push((this.#options.redactor ?? NO_SECRETS).value(event));
    this.#timer ??= setTimeout(() => this.#send(), 0);
  };

  /** Resolves when everything emitted so far is on disk and told; throws what the store threw. */
  async flush(): Promise<void> {
    this.#send();
    await this.#writing;
    if (this.#failure) throw this.#failure.error;
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#queue;
    this.#queue = [];
    if (events.length === 0) return;
    this.#writes++;
    this.#writing = this.#writing.then(() => this.#write(events)).finally(() => this.#writes--);
  }

  async #write(events: readonly TraceEvent[]): Promise<void> {
    if (this.#failure) return;
    const durable = events.filter(isDurable);
    try {
      if (durable.length > 0) await this.#journal.write(durable);
    } catch (error) {
      this.#failure = { error };
      this.#options.onStoreFailure(error);
      return;
    }
    for (const event of events) this.#tell(event);
  }

  #tell(event: TraceEvent): void {
    for (const listener of this.#options.listeners ?? []) {
      try {
        listener(event);
      } catch (error) {
        this.#options.onListenerError?.(error);
      }
    }
  }
}
