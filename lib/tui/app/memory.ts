import { messageOf, reasonOf } from "../../core/mod.ts";
import { type SavedState, writeState } from "./saved_state.ts";

/** How long the keyboard rests before what changed is written. */
const REST_MS = 700;

export interface MemoryOptions {
  readonly state: () => SavedState;
  /** Absent: nothing is kept. */
  readonly save: ((state: unknown) => Promise<void>) | undefined;
  readonly onProblem: (problem: string) => void;
}

/** Writes what is kept for the next start, some time after it changed. Says once when it cannot. */
export class Memory {
  readonly #options: MemoryOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #written = "";
  #failed = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: MemoryOptions) {
    this.#options = options;
  }

  /** What is now is what was read: not worth writing. */
  seen(): void {
    if (this.#options.save) this.#written = this.#now().text;
  }

  /** The person did something. */
  touched(): void {
    if (!this.#options.save || this.#failed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.flush().catch((error: unknown) => this.#options.onProblem(messageOf(error)));
    }, REST_MS);
  }

  /** Resolves when everything is written or cannot be. */
  async flush(): Promise<void> {
    this.close();
    const { save, onProblem } = this.#options;
    if (!save || this.#failed) return;
    const { text, value } = this.#now();
    if (text === this.#written) return await this.#writing;
    this.#written = text;
    this.#writing = this.#writing.then(() => save(value)).catch((error: unknown) => {
      this.#failed = true;
      onProblem(`Cannot keep the settings: ${reasonOf(error)}`);
    });
    await this.#writing;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #now(): { text: string; value: unknown } {
    const value = writeState(this.#options.state());
    return { text: JSON.stringify(value), value };
  }
}
