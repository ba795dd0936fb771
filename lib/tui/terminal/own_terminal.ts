import type { ProcessTerminal } from "@earendil-works/pi-tui/dist/terminal.js";
import type { Terminal } from "./terminal.ts";

const SIZE_UNKNOWN = { columns: 80, rows: 24 };

interface Handlers {
  readonly onInput: (data: string) => void;
  readonly onResize: () => void;
}

interface Output {
  readonly writableNeedDrain: boolean;
  once(event: "drain", listener: () => void): unknown;
}

/**
 * The terminal of this process. Draws at once; what reads keys brings Node's streams along and is loaded while the first
 * frame is already seen. Keys pressed until then wait in the terminal.
 */
export class OwnTerminal implements Terminal {
  #full: ProcessTerminal | undefined;
  #loading = false;
  #output: Output | undefined;
  /** Present while started. */
  #handlers: Handlers | undefined;
  readonly #onFailure: (error: unknown) => void;
  readonly #onClosed: () => void;

  constructor(on: { failure: (error: unknown) => void; closed: () => void }) {
    [this.#onFailure, this.#onClosed] = [on.failure, on.closed];
  }

  /** Nothing typed is echoed from here on. A process in the background is stopped here, before it draws into the shell. */
  claim(): void {
    Deno.stdin.setRaw(true);
  }

  start(onInput: (data: string) => void, onResize: () => void): void {
    this.#handlers = { onInput, onResize };
    if (this.#full) return this.#full.start(onInput, onResize);
    if (this.#loading) return;
    this.#loading = true;
    this.#load(this.#size()).catch(this.#onFailure);
  }

  async #load(drawn: { columns: number; rows: number }): Promise<void> {
    const [{ ProcessTerminal }, { default: process }] = await Promise.all([
      import("@earendil-works/pi-tui/dist/terminal.js"),
      import("node:process"),
    ]);
    // Not every terminal that is closed is said to be by a signal: in a session without it (setsid, containers) reading just ends.
    process.stdin.on("end", this.#onClosed).on("error", this.#onClosed);
    process.stdout.on(
      "error",
      (error) => "code" in error && error.code === "EAGAIN" ? this.#onFailure(error) : this.#onClosed(),
    );
    this.#output = process.stdout;
    this.#full = new ProcessTerminal();
    if (!this.#handlers) return;
    const { onInput, onResize } = this.#handlers;
    this.#full.start(onInput, onResize);
    if (this.columns !== drawn.columns || this.rows !== drawn.rows) onResize();
  }

  stop(): void {
    if (!this.#handlers) return;
    this.#handlers = undefined;
    this.#full?.stop();
    try {
      Deno.stdin.setRaw(false); // set by `claim`
    } catch { /* the terminal is gone */ }
  }

  async drainInput(maxMs: number, idleMs: number): Promise<void> {
    await this.#full?.drainInput(maxMs, idleMs);
  }

  write(data: string): void {
    if (this.#full) return this.#full.write(data);
    const bytes = new TextEncoder().encode(data);
    for (let at = 0; at < bytes.length;) {
      try {
        at += Deno.stdout.writeSync(bytes.subarray(at));
      } catch (error) {
        // Whoever had this terminal before left it so that it does not wait.
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      }
    }
  }

  isBehind(onReady: () => void): boolean {
    if (!this.#output?.writableNeedDrain) return false;
    this.#output.once("drain", onReady);
    return true;
  }

  get columns(): number {
    return this.#full?.columns ?? this.#size().columns;
  }

  get rows(): number {
    return this.#full?.rows ?? this.#size().rows;
  }

  #size(): { columns: number; rows: number } {
    try {
      return Deno.consoleSize();
    } catch {
      return SIZE_UNKNOWN;
    }
  }

  get kittyProtocolActive(): boolean {
    return this.#full?.kittyProtocolActive ?? false;
  }

  setTitle(title: string): void {
    this.write(`\x1b]0;${title}\x07`);
  }
}
