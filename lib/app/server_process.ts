import { AgentOpError, ownProgram, tryParseJson } from "../core/mod.ts";
import type { AppConfig } from "./config.ts";
import { readStart, RUNNER_PERMISSIONS } from "./runner_process.ts";

/** Of what it says while it serves. */
const LOG_MAX_CHARS = 16_000;

/** A server in a process of its own, which ends with this one. */
export interface ServerProcess {
  readonly url: string;
  /** The end of what it has said since it started. */
  log(): string;
  /** It ended by itself, or was ended. */
  readonly ended: Promise<number>;
  /** Resolves when what is at work there is answered. */
  stop(): Promise<void>;
}

/**
 * Starts `agentop serve` with `args`, and resolves when it listens. Signals of this terminal are not for it: it goes on while this
 * process is suspended, and ends when that does, however that ends. Rejects with what it said when it ends before.
 */
export async function startServerProcess(
  { storePath, home, environments }: AppConfig,
  args: readonly string[],
): Promise<ServerProcess> {
  const own = ["--json", "--store", storePath, "--home", home, ...args];
  const child = new Deno.Command(Deno.execPath(), {
    args: ownProgram(RUNNER_PERMISSIONS, own),
    clearEnv: true,
    env: { ...environments.runner },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  const ended = child.status.then(({ code }) => code);
  let log = "";
  const logged = follow(child.stderr, (part) => log = (log + part).slice(-LOG_MAX_CHARS)).catch(() => {});
  const first = await readStart(child.stdout, (text) => text.includes("\n"));
  const { url } = (tryParseJson(first.split("\n")[0]!) ?? {}) as { readonly url?: unknown };
  if (typeof url !== "string") {
    const code = await ended;
    await logged;
    const reason = log.trim().replace(/^agentop: /, "");
    throw new AgentOpError(reason || `Cannot serve: the process ended with code ${code}`);
  }
  return {
    url,
    log: () => log,
    ended,
    async stop() {
      await child.stdin.close().catch(() => {}); // it has ended by itself
      await ended;
    },
  };
}

async function follow(stream: ReadableStream<Uint8Array>, told: (part: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of stream) told(decoder.decode(bytes, { stream: true }));
}
