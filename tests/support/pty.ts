import pty from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";

const WAIT_MS_MAX = 20_000;
const POLL_MS = 15;

/** A program in a real pseudo-terminal, its screen readable. */
export class PtyProgram implements Disposable {
  readonly #pty: ReturnType<typeof pty.spawn>;
  readonly #xterm: InstanceType<typeof xterm.Terminal>;
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
      this.#xterm.write(data);
    });
    this.#xterm.onData((data) => this.#pty.write(data)); // answers what the program asks its terminal
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

  /** Resolves with the screen once it matches; throws with the screen when it never does. */
  async waitFor(wanted: RegExp): Promise<string> {
    const deadline = performance.now() + WAIT_MS_MAX;
    while (performance.now() < deadline) {
      const screen = this.screen();
      if (wanted.test(screen)) return screen;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(
      `the screen never matched ${wanted}:\n${this.screen()}\n${JSON.stringify(this.raw.slice(-600))}`,
    );
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
    try {
      this.#pty.kill("SIGKILL");
    } catch { /* gone already */ }
    this.#xterm.dispose();
  }
}
