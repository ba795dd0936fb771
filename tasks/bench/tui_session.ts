import { PtyProgram } from "../../tests/support/pty.ts";

const POLL_MS = 1;
const WAIT_MS_MAX = 30_000;
const TICKS_PER_SECOND = 100;

/** One program in a pseudo-terminal of 160×48, its reactions timed. Needs /proc. */
export class TuiSession implements Disposable {
  readonly program: PtyProgram;
  readonly #startedMs = performance.now();

  constructor(
    command: readonly string[],
    options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
  ) {
    this.program = new PtyProgram(command, { columns: 160, rows: 48, ...options });
  }

  /** How long after the start, or after `fromMs`, `wanted` was written; `from` is where in the output to look. */
  async writtenMs(wanted: string, from = 0, fromMs = this.#startedMs): Promise<number> {
    while (performance.now() - fromMs < WAIT_MS_MAX) {
      if (this.program.raw.includes(wanted, from)) return performance.now() - fromMs;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`never written: ${wanted}\n${this.program.screen()}`);
  }

  /** From a key to the paint that shows where it led, in a list whose foot says `2 of 10`. */
  async keyMs(key: string, position: number): Promise<number> {
    const from = this.program.raw.length;
    const fromMs = performance.now();
    this.program.keys(key);
    return await this.writtenMs(` ${position} of `, from, fromMs);
  }

  /** Share of one core used over `ms`, in per cent. */
  async cpuPercent(ms: number): Promise<number> {
    const before = this.#ticks();
    const startMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, ms));
    return (this.#ticks() - before) / TICKS_PER_SECOND / ((performance.now() - startMs) / 1_000) * 100;
  }

  get rssMb(): number {
    const status = this.#proc("status");
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
  }

  /** Through `cat`: Deno itself opens /proc only to programs with every permission. */
  #proc(file: "stat" | "status"): string {
    const { stdout } = new Deno.Command("cat", { args: [`/proc/${this.program.pid}/${file}`] }).outputSync();
    return new TextDecoder().decode(stdout);
  }

  #ticks(): number {
    const stat = this.#proc("stat");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  }

  [Symbol.dispose](): void {
    this.program[Symbol.dispose]();
  }
}
