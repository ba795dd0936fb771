import { dirname } from "node:path";
import { AgentOpError, type Host, messageOf, systemHost } from "../core/mod.ts";
import { openStore, openStoreInWorker, type RemoteStore, type SqliteStore } from "../store/mod.ts";
import { type Config, type GlobalFlags, readConfig } from "./config.ts";

export interface Flags extends GlobalFlags {
  readonly json?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

/** What every command gets: the configuration, the world, the store when it asks, and where to write. */
export class Context {
  readonly config: Config;
  readonly host: Host;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly #stack = new AsyncDisposableStack();
  #store: Promise<SqliteStore> | undefined;

  constructor(flags: Flags, host: Host = systemHost(), config: Config = readConfig(flags)) {
    this.config = config;
    this.host = host;
    this.json = flags.json ?? false;
    this.verbose = flags.verbose ?? false;
  }

  /** The same with the simulator answering, whatever keys are set. Closed with this one. */
  onSimulator(): Context {
    const { mistralApiKey: _k, mistralServerUrl: _s, ...config } = this.config;
    const flags = { json: this.json, verbose: this.verbose };
    return this.#stack.adopt(
      new Context(flags, this.host, { ...config, useSimulator: true }),
      (it) => it.close(),
    );
  }

  get stdoutIsTerminal(): boolean {
    return Deno.stdout.isTerminal();
  }

  get stderrIsTerminal(): boolean {
    return Deno.stderr.isTerminal();
  }

  /** Colours on stdout. */
  get color(): boolean {
    return this.config.color === "always" || this.config.color === "auto" && this.stdoutIsTerminal;
  }

  /** Opens the store once; runs of processes that died are marked as interrupted first. */
  store(): Promise<SqliteStore> {
    return this.#store ??= (async () => {
      this.#makeStoreFolder();
      const store = this.#stack.use(await openStore(this.config.storePath, { host: this.host }));
      await store.recoverInterrupted();
      return store;
    })();
  }

  /**
   * The store on a thread of its own, for what draws; the thread is started before this returns. Closing this one waits for an
   * opening under way.
   */
  async remoteStore(): Promise<RemoteStore> {
    this.#makeStoreFolder();
    const opening = openStoreInWorker(this.config.storePath);
    this.#stack.defer(async () => {
      const store = await opening.catch(() => undefined); // thrown below
      await store?.[Symbol.asyncDispose]();
    });
    return await opening;
  }

  /** A folder that the user named must exist; the default one is made. */
  #makeStoreFolder(): void {
    if (this.config.storeGiven) return;
    const folder = dirname(this.config.storePath);
    try {
      Deno.mkdirSync(folder, { recursive: true });
    } catch (cause) {
      throw new AgentOpError(`Cannot make the folder ${folder}: ${messageOf(cause)}. Try: AGENTOP_HOME=DIR`, {
        cause,
      });
    }
  }

  /** Runs `cleanup` when the command is over, in reverse order. */
  defer(cleanup: () => Promise<void> | void): void {
    this.#stack.defer(cleanup);
  }

  /** One document, and nothing else, on stdout. */
  printJson(value: unknown): void {
    const json = JSON.stringify(value, null, Deno.stdout.isTerminal() ? 2 : 0);
    this.print(
      json.replace(UNSAFE_IN_JSON, escapeUnits),
    );
  }

  /** `text` must be escaped already. */
  print(text: string): void {
    writeAll(Deno.stdout, `${text}\n`);
  }

  /** Progress and notes for people; never on stdout. */
  note(text: string): void {
    writeAll(Deno.stderr, `${text}\n`);
  }

  async close(): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** What JSON leaves as it is and a terminal obeys: C1 controls, bidirectional and other format characters. */
const UNSAFE_IN_JSON = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

function escapeUnits(text: string): string {
  return text.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}

const encoder = new TextEncoder();

/** Writes everything; a reader that went away (`| head`) is no error. */
export function writeAll(to: { writeSync(data: Uint8Array): number }, text: string): void {
  const data = encoder.encode(text);
  for (let at = 0; at < data.length;) {
    try {
      at += to.writeSync(data.subarray(at));
    } catch (error) {
      if (error instanceof Deno.errors.WouldBlock) continue;
      if (error instanceof Deno.errors.BrokenPipe) return;
      throw error;
    }
  }
}
