import { join } from "node:path";
import type { Store } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "./fake_host.ts";
import { programCommand } from "./program.ts";
import { sampleEvents, type SampleOptions } from "./sample_run.ts";

const [PROGRAM, ...FIRST] = programCommand("cli");
/** What Deno itself needs to start without a download. */
const KEPT = [
  "PATH",
  "HOME",
  "USERPROFILE",
  "LOCALAPPDATA",
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "TMPDIR",
  "TEMP",
  "SystemRoot",
];

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The document that `--json` printed. */
  // deno-lint-ignore no-explicit-any
  json(): any;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
}

/** A home folder of its own, the program run in it from outside, and its store opened from inside. */
export class CliHome implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<CliHome> {
    return new CliHome(await Deno.makeTempDir({ prefix: "agentop-cli-" }));
  }

  get storePath(): string {
    return join(this.path, "agentop.db");
  }

  /** Starts `agentop ARGS` with nothing of this environment but what Deno needs. */
  start(args: readonly string[], options: CliOptions = {}): Deno.ChildProcess {
    const kept = KEPT.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    });
    return new Deno.Command(PROGRAM!, {
      args: [...FIRST, ...args],
      cwd: this.path,
      clearEnv: true,
      env: { ...Object.fromEntries(kept), AGENTOP_HOME: this.path, AGENTOP_TZ: "UTC", ...options.env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // Away from the terminal that the tests run in: the program would ask there.
      detached: true,
    }).spawn();
  }

  /** Runs `agentop ARGS` to its end. */
  async run(
    args: readonly string[],
    options: CliOptions & { readonly stdin?: string } = {},
  ): Promise<CliResult> {
    const child = this.start(args, options);
    const writer = child.stdin.getWriter();
    const sent = writer.write(new TextEncoder().encode(options.stdin ?? "")).then(() => writer.close())
      .catch(() => {}); // a program that does not read its input is no failure
    const { code, stdout, stderr } = await child.output();
    await sent;
    const text = new TextDecoder().decode(stdout);
    return { code, stdout: text, stderr: new TextDecoder().decode(stderr), json: () => JSON.parse(text) };
  }

  /** Opens the store, lets `work` write to it, and closes it. */
  async withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
    await using store = await openStore(this.storePath, { host: fakeHost() });
    return await work(store);
  }

  /** Stores finished runs, an hour apart, oldest first, and returns their run ids. */
  async seed(...runs: readonly SampleOptions[]): Promise<readonly string[]> {
    let startMs = Date.UTC(2026, 0, 1);
    return await this.withStore(async (store) => {
      const ids: string[] = [];
      for (const options of runs) {
        const host = fakeHost({ startMs });
        startMs += 3_600_000;
        // Ids count up from the same start in every fake host; here they must differ.
        const newId = () => crypto.randomUUID().replaceAll("-", "");
        const events = [...sampleEvents({ host: { ...host, newId }, ...options })];
        await store.write(events);
        for (const event of events) if (event.type === "run_start") ids.push(event.run.runId);
      }
      await store.indexPending();
      return ids;
    });
  }

  /** Makes one stored run the hand-off of another. */
  async handOver(parentRunId: string, childRunId: string): Promise<void> {
    const { DatabaseSync } = await import("node:sqlite");
    using database = new DatabaseSync(this.storePath);
    database.prepare("update run set parent_run_id = ? where run_id = ?").run(parentRunId, childRunId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Text as an attacker would write it: clears the screen, sets the title, hides and reorders, in 7- and 8-bit form. */
export const HOSTILE = "\x1b[2J\x1b]0;owned\x07 \x9b31m \u202eevil\u2066 ok";
/** What must never reach a terminal from outside. */
// deno-lint-ignore no-control-regex
export const UNSAFE = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
