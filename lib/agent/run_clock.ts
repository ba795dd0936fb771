import type { Host } from "../core/mod.ts";

/** The run's time limit. Time spent paused or waiting for a person does not count. */
export class RunClock {
  readonly #host: Host;
  #limitMs: number;
  readonly #startMs: number;
  #idleMs = 0;
  #idleSinceMs: number | undefined;
  #waits = 0;
  #changed = new AbortController();

  constructor(host: Host, limitMs: number) {
    this.#host = host;
    this.#limitMs = limitMs;
    this.#startMs = host.now();
  }

  get remainingMs(): number {
    const now = this.#host.now();
    const idle = this.#idleMs + (this.#idleSinceMs === undefined ? 0 : now - this.#idleSinceMs);
    return this.#limitMs - (now - this.#startMs - idle);
  }

  /** From the beginning of the run. */
  setLimit(limitMs: number): void {
    this.#limitMs = limitMs;
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  /** While one of several waits lasts, no time counts. */
  async idle<T>(wait: () => Promise<T>): Promise<T> {
    if (this.#waits++ === 0) this.#idleSinceMs = this.#host.now();
    try {
      return await wait();
    } finally {
      if (--this.#waits === 0) {
        this.#idleMs += this.#host.now() - this.#idleSinceMs!;
        this.#idleSinceMs = undefined;
      }
    }
  }

  /** Calls `onExpired` when the time is up, unless `done` is aborted first. */
  async watch(done: AbortSignal, onExpired: () => void): Promise<void> {
    for (let left = this.remainingMs; left > 0; left = this.remainingMs) {
      await this.#host.sleep(left, AbortSignal.any([done, this.#changed.signal])).catch(() => {});
      if (done.aborted) return; // the run is over
    }
    if (!done.aborted) onExpired();
  }
}
