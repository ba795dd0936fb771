import { openStore } from "../../lib/store/mod.ts";
import type { ForkSource } from "../../lib/analysis/mod.ts";
import type { Store } from "../../lib/core/mod.ts";
import type { LaunchRequest } from "../../lib/app/mod.ts";
import type { TuiOptions, TuiServices } from "../../lib/tui/mod.ts";
import { loadRanking } from "../../lib/tui/draw/fuzzy.ts";
import { Workbench } from "../../lib/tui/app/workbench.ts";
import { loadScreens } from "../../lib/tui/app/screen_list.ts";
import { type ReadState, readState } from "../../lib/tui/app/saved_state.ts";
import { type FakeHost, fakeHost } from "../support/fake_host.ts";
import { VirtualTerminal } from "../support/virtual_terminal.ts";

const SCREENS = await loadScreens();
/** Only ends what will never come: a busy machine may take its time. */
const WAIT_MS_MAX = 60_000;
const POLL_MS = 5;

/** Key names to what a terminal sends. */
const SEQUENCES: Readonly<Record<string, string>> = {
  enter: "\r",
  escape: "\x1b",
  tab: "\t",
  "shift+tab": "\x1b[Z",
  space: " ",
  backspace: "\x7f",
  up: "\x1b[A",
  down: "\x1b[B",
  right: "\x1b[C",
  left: "\x1b[D",
  "alt+up": "\x1b[1;3A",
  pageDown: "\x1b[6~",
};

/** A workbench on a terminal in memory and a store in memory. */
export class Bench implements AsyncDisposable {
  readonly terminal: VirtualTerminal;
  readonly store: Store & ForkSource;
  readonly host: FakeHost;
  readonly launches: LaunchRequest[] = [];
  exitCode: number | undefined;
  crash: unknown;
  unopened: unknown;
  suspended = 0;
  readonly #workbench: Workbench;

  private constructor(
    terminal: VirtualTerminal,
    store: Store & ForkSource,
    host: FakeHost,
    given: Partial<TuiServices>,
    options: TuiOptions,
    saved: ReadState | undefined,
  ) {
    [this.terminal, this.store, this.host] = [terminal, store, host];
    const services: TuiServices = {
      store,
      host,
      endpoint: "simulator (no key)",
      storePath: "/home/ada/.local/share/agentop/agentop.db",
      agents: () =>
        Promise.resolve([
          {
            name: "researcher",
            path: "agents/researcher.yaml",
            model: "mistral-small-latest",
            description: "Answers with figures from the data folder.",
            tools: ["calculator", "read_file"],
          },
          { name: "writer", path: "agents/writer.yaml", model: "mistral-large-latest", tools: [] },
          {
            name: "broken",
            path: "agents/broken.yaml",
            model: "",
            tools: [],
            error: "line 3: model must be a string",
          },
        ]),
      launch: (request) => {
        this.launches.push(request);
        return Promise.resolve({ traceId: "0".repeat(32), runId: "not-yet-written" });
      },
      ...given,
    };
    this.#workbench = new Workbench(services, { background: "dark", ...options }, {
      onExit: (code) => void (this.exitCode = code),
      onCrash: (error) => void (this.crash ??= error),
      onUnopened: (error) => void (this.unopened ??= error),
      suspend: () => void this.suspended++,
    }, { screens: SCREENS, terminal, ...(saved ? { saved } : {}) });
  }

  static async open(
    size: readonly [number, number],
    fill: (store: Store, host: FakeHost) => Promise<unknown> = () => Promise.resolve(),
    given: Partial<TuiServices> = {},
    options: TuiOptions = {},
  ): Promise<Bench> {
    await loadRanking(); // people do not type before it is there
    const host = fakeHost({ startMs: Date.UTC(2026, 0, 1, 9) });
    const store = await openStore(":memory:", { host });
    await fill(store, host);
    const saved = given.loadState ? readState(await given.loadState()) : undefined;
    const bench = new Bench(new VirtualTerminal(...size), store, host, given, options, saved);
    bench.#workbench.start();
    return bench;
  }

  /** Presses keys: names such as `enter` or `ctrl+s`, anything else character by character. */
  press(...keys: readonly string[]): void {
    for (const key of keys) {
      const ctrl = /^ctrl\+([a-z])$/.exec(key);
      if (ctrl) this.terminal.send(String.fromCharCode(ctrl[1]!.charCodeAt(0) - 96));
      else if (SEQUENCES[key] !== undefined) this.terminal.send(SEQUENCES[key]);
      else for (const char of key.split("")) this.terminal.send(char);
    }
  }

  /** A press of the mouse; places count from 0. */
  click(x: number, y: number): void {
    for (const end of ["M", "m"]) this.terminal.send(`\x1b[<0;${x + 1};${y + 1}${end}`);
  }

  /** Resolves with the screen once it matches. */
  async see(wanted: RegExp): Promise<string> {
    return await this.until((screen) => wanted.test(screen), String(wanted));
  }

  /** The screen once nothing is under way any more: no query, no pending repaint. */
  async steady(): Promise<string> {
    await this.#workbench.idle();
    return await this.terminal.screen();
  }

  async until(holds: (screen: string) => boolean, what: string): Promise<string> {
    const deadline = performance.now() + WAIT_MS_MAX;
    let screen = "";
    while (performance.now() < deadline) {
      if (this.crash !== undefined) throw this.crash;
      screen = await this.terminal.screen();
      if (holds(screen)) return screen;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`never: ${what}\n${screen}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#workbench.restore();
    this.terminal.dispose();
    await this.store[Symbol.asyncDispose]();
  }
}
