import type { DurableEvent } from "../../core/mod.ts";

/** Events, or what makes them when their turn comes; it must not throw. */
export type Made = readonly DurableEvent[] | (() => Promise<readonly DurableEvent[]>);

interface Piece {
  readonly made: Made;
  readonly done: () => void;
}

/**
 * Writes events in their order, together with all that came while the write before was on its way to the disk: many calls at once
 * share one. When a write fails, its pieces are written one by one, so that one cannot take others with it.
 */
export class Together {
  readonly #write: (events: readonly DurableEvent[]) => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  #waiting: Piece[] = [];
  #draining: Promise<void> | undefined;

  constructor(
    write: (events: readonly DurableEvent[]) => Promise<void>,
    onFailure: (error: unknown) => void,
  ) {
    this.#write = write;
    this.#onFailure = onFailure;
  }

  /** Resolves when these are written, or have failed. */
  add(made: Made): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ made, done: resolve });
    this.#draining ??= this.#drain();
    return promise;
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    while (this.#draining) await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const pieces = this.#waiting;
      this.#waiting = [];
      const made: (readonly DurableEvent[])[] = [];
      for (const { made: it } of pieces) made.push(typeof it === "function" ? await it() : it);
      try {
        await this.#write(made.flat());
      } catch (error) {
        if (made.length === 1) this.#onFailure(error);
        else for (const events of made) await this.#write(events).catch(this.#onFailure);
      }
      for (const { done } of pieces) done();
    }
    this.#draining = undefined;
  }
}
