import { StalledError } from "./mistral_errors.ts";

/** Ends a call that makes no progress. Its signal is aborted by the caller's signal and by its own timer. */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #onAbort = () => this.#controller.abort();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stalled: StalledError | undefined;

  constructor(outer: AbortSignal) {
    this.#outer = outer;
    if (outer.aborted) this.#controller.abort();
    else outer.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Aborted without a reason of its own: the SDK takes other reasons for bugs. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Set when the timer ended the call. */
  get stalled(): StalledError | undefined {
    return this.#stalled;
  }

  /** Gives the call another `ms`. */
  arm(ms: number, what: string): void {
    clearTimeout(this.#timer);
    if (this.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#stalled = new StalledError(`${what} for ${ms / 1000} s`);
      this.#controller.abort();
    }, ms);
  }

  /** Releases the timer and the caller's signal; with `abort` also what the call still holds. */
  stop(abort: boolean): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#onAbort);
    if (abort) this.#controller.abort();
  }
}
