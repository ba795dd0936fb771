import { App, type ResolveOptions } from "../app/mod.ts";
import type { AgentConfig } from "../agent/mod.ts";
import {
  escapeText,
  type Host,
  NO_SECRETS,
  type Redactor,
  sentenceOf,
  systemHost,
  systemTimeZone,
} from "../core/mod.ts";
import { type Config, type GlobalFlags, readConfig } from "./config.ts";
import { disarmed, disarmedJson } from "./output/build_server.ts";
import { jsonChunks } from "./output/json_chunks.ts";

export interface Flags extends GlobalFlags {
  readonly json?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly version?: boolean | undefined;
}

/** What every command gets: the program, opened from flags and environment, and the terminal to write to. */
export class Context implements AsyncDisposable {
  readonly config: Config;
  readonly app: App;
  readonly json: boolean;
  readonly verbose: boolean;

  constructor(flags: Flags, host: Host = systemHost(), config: Config = readConfig(flags)) {
    this.config = config;
    this.json = flags.json ?? false;
    this.verbose = flags.verbose ?? false;
    this.app = new App(config, {
      host,
      onNote: (note) => this.verbose && this.note(`agentop: ${note}`),
      ...(Deno.stderr.isTerminal() ? { onDesktop: showOnDesktop } : {}),
      onWarning: (warning) => this.note(`agentop: ${escapeText(sentenceOf(warning))}`),
    });
    redactor = this.app.redactor;
  }

  get host(): Host {
    return this.app.host;
  }

  /** The agent that a command names; what a person should know of its file is noted. Throws `AgentOpError`. */
  async resolveAgent(name: string, options: Omit<ResolveOptions, "onRead"> = {}): Promise<AgentConfig> {
    return await this.app.resolveAgent(name, {
      ...options,
      onRead: ({ notes }) => {
        for (const note of notes) this.note(escapeText(`agentop: ${sentenceOf(note)}`));
      },
    });
  }

  /** Whose days and times are shown. */
  get timeZone(): string {
    return this.config.timeZone ?? systemTimeZone();
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

  /** One document, and nothing else, on stdout; in pieces, however long it is. */
  printJson(value: unknown): void {
    for (const chunk of jsonChunks(value, Deno.stdout.isTerminal() ? 2 : 0)) {
      writeAll(Deno.stdout, this.#forMachines(chunk));
    }
    writeAll(Deno.stdout, "\n");
  }

  /** One document of several, on a line of its own. */
  printJsonLine(value: unknown): void {
    writeAll(Deno.stdout, `${this.#forMachines(JSON.stringify(value))}\n`);
  }

  /** `text` must be escaped already. */
  print(text: string): void {
    writeAll(Deno.stdout, `${this.config.isGitHubActions ? disarmed(text) : text}\n`);
  }

  #forMachines(json: string): string {
    const safe = safeJson(json);
    return this.config.isGitHubActions ? disarmedJson(safe) : safe;
  }

  /** Progress and notes for people; never on stdout. */
  note(text: string): void {
    writeAll(Deno.stderr, `${text}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app[Symbol.asyncDispose]();
  }
}

async function showOnDesktop(text: string): Promise<void> {
  const { desktopNotice } = await import("../present/mod.ts");
  writeAll(Deno.stderr, desktopNotice(text));
}

/** What JSON leaves as it is and a terminal obeys: C1 controls, bidirectional and other format characters. */
const UNSAFE_IN_JSON = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The same document, with nothing in it that a terminal obeys. */
function safeJson(json: string): string {
  return json.replace(UNSAFE_IN_JSON, escapeUnits);
}

function escapeUnits(text: string): string {
  return text.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}

const encoder = new TextEncoder();

/** What this process prints never holds the secrets it was started with. */
let redactor: Redactor = NO_SECRETS;

/** Writes everything, without secrets; a reader that went away (`| head`) is no error. */
export function writeAll(to: { writeSync(data: Uint8Array): number }, text: string): void {
  writeBytes(to, encoder.encode(redactor.text(text)));
}

/** The same for bytes. */
export function writeBytes(to: { writeSync(data: Uint8Array): number }, data: Uint8Array): void {
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
