import pty from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";

/** Only ends what will never come: a program on a busy machine may take its time. */
const WAIT_MS_MAX = 60_000;
/** Around a frame that is to be seen as a whole. */
const FRAME_START = "\x1b[?2026h";
const FRAME_END = "\x1b[?2026l";

/** A program in a real pseudo-terminal, its screen readable. */
export class PtyProgram implements Disposable {
  readonly #pty: ReturnType<typeof pty.spawn>;
  readonly #xterm: InstanceType<typeof xterm.Terminal>;
  /** Called whenever there is something new to see. */
  readonly #watchers = new Set<() => void>();
  #unread = 0;
  #isDisposed = false;
  /** Every byte the program wrote. */
  raw = "";
  readonly exit: Promise<number>;

  constructor(
    command: readonly string[],
    options: { columns?: number; rows?: number; cwd?: string; env?: Readonly<Record<string, string>> } = {},
  ) {
    const { columns = 100, rows = 30 } = options;
    this.#xterm = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
    this.#xterm.loadAddon(new UnicodeGraphemesAddon());
    const { CI: _, NO_COLOR: _n, TMUX: _t, ...env } = Deno.env.toObject();
    this.#pty = pty.spawn(command[0]!, command.slice(1), {
      cols: columns,
      rows,
      cwd: options.cwd ?? Deno.cwd(),
      name: "xterm-256color",
      env: { ...env, TERM: "xterm-256color", COLORTERM: "truecolor", LANG: "C.UTF-8", ...options.env },
    });
    this.#pty.onData((data) => {
      this.raw += data;
      this.#changed();
      if (this.#isDisposed) return;
      this.#unread++;
      this.#xterm.write(data, () => {
        this.#unread--;
        this.#changed();
      });
    });
    // Answers what the program asks its terminal.
    this.#xterm.onData((data) => this.#pty.write(data));
    this.exit = new Promise((resolve) => this.#pty.onExit((event) => resolve(event.exitCode)));
  }

  get pid(): number {
    return this.#pty.pid;
  }

  screen(): string {
    const { active } = this.#xterm.buffer;
    return Array.from(
      { length: this.#xterm.rows },
      (_, y) => active.getLine(y)?.translateToString(true) ?? "",
    ).join("\n");
  }

  /** Resolves with the screen once it matches, no frame half drawn; throws with the screen when it never does. */
  async waitFor(wanted: RegExp): Promise<string> {
    return await this.#once(() => {
      const isWhole = this.#unread === 0 &&
        this.raw.lastIndexOf(FRAME_START) <= this.raw.lastIndexOf(FRAME_END);
      if (!isWhole) return undefined;
      const screen = this.screen();
      return wanted.test(screen) ? screen : undefined;
    }, `the screen never matched ${wanted}`);
  }

  /** Like `waitFor`, for what the program wrote from a place in `raw` on. Resolves as soon as it was written, seen or not. */
  async waitForOutput(wanted: RegExp, from = 0): Promise<void> {
    await this.#once(
      () => wanted.test(this.raw.slice(from)) || undefined,
      `the program never wrote ${wanted}`,
    );
  }

  async #once<T>(look: () => T | undefined, problem: string): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const watcher = () => {
      const seen = look();
      if (seen !== undefined) resolve(seen);
    };
    const timer = setTimeout(() => {
      reject(new Error(`${problem}:\n${this.screen()}\n${JSON.stringify(this.raw.slice(-600))}`));
    }, WAIT_MS_MAX);
    this.#watchers.add(watcher);
    try {
      watcher();
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(watcher);
    }
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  keys(text: string): void {
    this.#pty.write(text);
  }

  resize(columns: number, rows: number): void {
    this.#pty.resize(columns, rows);
    this.#xterm.resize(columns, rows);
  }

  signal(name: string): void {
    this.#pty.kill(name);
  }

  /** The terminal's window is closed. */
  hangUp(): void {
    (this.#pty as unknown as { destroy(): void }).destroy();
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    try {
      this.#pty.kill("SIGKILL");
    } catch { /* gone already */ }
    this.#xterm.dispose();
  }
}
