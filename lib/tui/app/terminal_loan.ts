import { messageOf } from "../../core/mod.ts";
import { ignoreInterrupts } from "../terminal/guard.ts";
import type { Screen } from "../terminal/screen.ts";

/** How long after a suspend the terminal is taken again: the signal stops the process before, the timer fires after. */
const CONTINUED_AFTER_MS = 50;
/** How late this process may hear of a signal that ended the other program too: it is told of that end on another way. */
const SIGNAL_LATE_MS_MAX = 1_000;

/** Hands the terminal to another program, or to the shell, and takes it back. */
export class TerminalLoan {
  readonly #screen: Screen;
  readonly #isClosed: () => boolean;
  #hasLent = false;
  /** Goes back to minding interrupts; present while they are the other program's. */
  #heed: (() => void) | undefined;
  #heedTimer: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(screen: Screen, isClosed: () => boolean) {
    this.#screen = screen;
    this.#isClosed = isClosed;
  }

  /** True while ^c is meant for another program: it has the terminal, or had it a moment ago. */
  get leavesInterrupts(): boolean {
    return this.#heed !== undefined;
  }

  /** Another program has the terminal, and its keys, while `use` runs. Resolves with what went wrong there, if anything. */
  async lend(use: () => Promise<void>): Promise<string | undefined> {
    this.#screen.stop();
    this.#hasLent = true;
    clearTimeout(this.#heedTimer);
    this.#heed ??= ignoreInterrupts();
    let problem: string | undefined;
    try {
      await use();
    } catch (error) {
      problem = messageOf(error);
    } finally {
      this.#hasLent = false;
      this.#heedTimer = setTimeout(() => this.#heedAgain(), SIGNAL_LATE_MS_MAX);
    }
    this.#takeBack();
    return problem;
  }

  /** Takes the terminal as if for the first time: the process was stopped, and the shell used it meanwhile. */
  resume(): void {
    if (this.#isClosed() || this.#hasLent) return;
    this.#screen.stop();
    this.#takeBack();
  }

  /** Stops this process; the terminal is taken back when it goes on. Returns why it cannot be stopped, if so. */
  suspend(stopProcess: () => void): string | undefined {
    this.#screen.stop();
    let problem: string | undefined;
    try {
      stopProcess();
    } catch (error) {
      problem = `Cannot suspend: ${messageOf(error)}`;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#takeBack(), CONTINUED_AFTER_MS);
    return problem;
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#heedTimer);
    this.#heedAgain();
  }

  #heedAgain(): void {
    this.#heed?.();
    this.#heed = undefined;
  }

  #takeBack(): void {
    if (this.#isClosed()) return;
    this.#screen.start();
    this.#screen.redraw();
  }
}
