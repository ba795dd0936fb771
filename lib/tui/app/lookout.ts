import type { RunReader } from "../../core/mod.ts";
import { type Needy, TROUBLED } from "./attention.ts";

/** Between two looks, so that a store that changes all the time is asked little. */
const REST_MS = 500;
const RUNS_MAX = 50;
/** A run that ends badly now began at most that long before the workbench did. */
const BEGAN_MS_MAX = 24 * 3_600_000;

export interface LookoutOptions {
  readonly store: Pick<RunReader, "listRuns">;
  /** Runs that ended before are no news. */
  readonly sinceMs: number;
  readonly found: (needy: Needy) => void;
}

/** Looks after every change of the store which runs want a person, whatever screen is in view. */
export class Lookout {
  readonly #options: LookoutOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #again = false;
  #closed = false;

  constructor(options: LookoutOptions) {
    this.#options = options;
  }

  /** The store changed, or was just opened. */
  look(): void {
    if (this.#closed) return;
    if (this.#busy || this.#timer !== undefined) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    // The screen in view meets the same trouble and says so.
    this.#ask().catch(() => {}).finally(() => {
      this.#busy = false;
      if (this.#closed) return;
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        if (this.#again) this.look();
      }, REST_MS);
    });
  }

  /** No look is under way or due. */
  get isIdle(): boolean {
    return !this.#busy && !this.#again;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    this.#again = false;
    const { store, sinceMs, found } = this.#options;
    const [waiting, ended] = await Promise.all([
      store.listRuns({ filter: { status: ["waiting"] }, sort: "oldest", limit: RUNS_MAX }),
      store.listRuns({
        filter: { status: TROUBLED, sinceUs: (sinceMs - BEGAN_MS_MAX) * 1000 },
        limit: RUNS_MAX,
      }),
    ]);
    if (this.#closed) return;
    const troubled = ended.runs.filter((run) => (run.endTimeUs ?? run.startTimeUs) >= sinceMs * 1000);
    found({ waiting: waiting.runs, troubled: troubled.toReversed() });
  }
}
