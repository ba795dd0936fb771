import {
  AgentOpError,
  ALLOWED_ENVIRONMENT,
  type Explanation,
  ownProgram,
  tryParseJson,
} from "../core/mod.ts";
import type { AppConfig } from "./config.ts";

/** What a runner process may do: agents choose files, hosts and code tools. Nothing may be loaded or asked for at run time. */
export const RUNNER_PERMISSIONS: readonly string[] = [
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-run",
  "--allow-sys=hostname",
  `--allow-env=${ALLOWED_ENVIRONMENT.join(",")}`,
];

/** Starts a runner process that outlives this one; `flags` are limits as `agentop resume` takes them. Resolves with its exit code when it ends while this one lives. */
export function startRunnerProcess(
  config: AppConfig,
  runId: string,
  flags: readonly string[] = [],
): Promise<number> {
  return spawnOwn(config, ["execute", runId, ...flags], "null").status.then(({ code }) => code);
}

/** The ids of the run that a process began, and its exit code when it ends while this one lives. */
export interface BegunRun {
  readonly runId: string;
  readonly traceId: string;
  readonly ended: Promise<number>;
}

/**
 * Starts a process that runs a run again and outlives this one; resolves as soon as the new run is in the store. `args` are
 * those of `agentop replay`. Rejects with what the process said when it ends before.
 */
export async function startReplayProcess(config: AppConfig, args: readonly string[]): Promise<BegunRun> {
  const child = spawnOwn(config, ["replay", "--announce", ...args], "piped");
  const said = readStart(child.stderr, () => false);
  const first = await readStart(child.stdout, (text) => text.includes("\n"));
  const { runId, traceId, error } = (tryParseJson(first.split("\n")[0]!) ?? {}) as Announcement;
  if (typeof runId === "string" && typeof traceId === "string") {
    said.catch(() => {}); // nothing is said after the ids
    return { runId, traceId, ended: child.status.then(({ code }) => code) };
  }
  if (error) throw new AgentOpError(error.message, { remedy: error.remedy });
  const reason = (await said).trim().replace(/^agentop: /, "");
  throw new AgentOpError(
    reason || `Cannot run it again: the process ended with code ${(await child.status).code}`,
  );
}

/** The first line of `agentop replay --announce`: the ids of the run, or why there is none. */
interface Announcement {
  readonly runId?: unknown;
  readonly traceId?: unknown;
  readonly error?: Explanation;
}

const START_MAX_CHARS = 64_000;

/** Reads until `isEnough`, or the end, or the limit. */
export async function readStart(
  stream: ReadableStream<Uint8Array>,
  isEnough: (text: string) => boolean,
): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream() as TextDecoding)) {
    text += part;
    if (isEnough(text) || text.length > START_MAX_CHARS) break;
  }
  return text;
}

type TextDecoding = ReadableWritablePair<string, Uint8Array>;

function spawnOwn(
  { storePath, home, environments }: AppConfig,
  command: readonly string[],
  output: "null" | "piped",
): Deno.ChildProcess {
  const args = ["--store", storePath, "--home", home, ...command];
  const child = new Deno.Command(Deno.execPath(), {
    args: ownProgram(RUNNER_PERMISSIONS, args),
    clearEnv: true,
    env: { ...environments.runner },
    stdin: "null",
    stdout: output,
    stderr: output,
    detached: true,
  }).spawn();
  child.unref();
  return child;
}
