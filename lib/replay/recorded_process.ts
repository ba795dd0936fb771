import { AgentOpError, explain, type Explanation, ownProgram } from "../core/mod.ts";
import type { ReplayServices } from "./services.ts";
import { packJson, unpackJson } from "./packed_json.ts";
import {
  packRequest,
  type RecordedAnswer,
  type RecordedRequest,
  repeatRecorded,
  unpackRequest,
} from "./recorded_run.ts";

/** A replay that takes longer hangs: it waits for nothing. */
const REPLAY_MS_MAX = 120_000;
const REQUEST_MAX_BYTES = 512 * 1024 * 1024;
const REASON_MAX_CHARS = 500;

/** Every permission there is: the repeating process has none of them. */
const PERMISSIONS = ["net", "write", "run", "ffi", "sys", "env", "read", "import"] as const;

/**
 * Repeats a run in a process that may not reach the network, read, write, or start anything. It gets the recording on stdin and
 * prints events; this process writes them. Throws `AgentOpError`, also when it is cancelled.
 */
export async function repeatInProcess(
  request: RecordedRequest,
  options: { readonly signal?: AbortSignal; readonly environment?: ReplayServices["environment"] } = {},
): Promise<RecordedAnswer> {
  const { signal } = options;
  const throwIfCancelled = () => {
    if (!signal?.aborted) return;
    const { runId } = request.original.run;
    throw new AgentOpError(`Cannot replay ${runId}: it was cancelled, and nothing is written`, {
      remedy: `agentop replay ${runId} --mode recorded`,
      exitCode: 130,
    });
  };
  throwIfCancelled();
  const child = new Deno.Command(Deno.execPath(), {
    args: ownProgram([], ["replay", "recording", "--repeater"]),
    clearEnv: true,
    env: { ...options.environment },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // it has ended by itself
    }
  };
  const timer = setTimeout(kill, REPLAY_MS_MAX);
  signal?.addEventListener("abort", kill, { once: true });
  try {
    const [output] = await Promise.all([child.output(), send(child.stdin, packRequest(request))]);
    throwIfCancelled();
    const answer = read(new TextDecoder().decode(output.stdout));
    if (answer === undefined || "error" in answer) {
      const { message, remedy = "agentop db verify, or --mode hybrid" } = answer?.error ?? {
        message: `the process ended with code ${output.code}: ${
          new TextDecoder().decode(output.stderr).slice(0, REASON_MAX_CHARS)
        }`,
      };
      throw new AgentOpError(`Cannot replay ${request.original.run.runId}: ${message}`, {
        remedy,
      });
    }
    const { traceId } = request.begun.run;
    const foreign = answer.events.some((event) =>
      (event.type === "span_start" ? event.span : event.type === "snapshot" ? event.snapshot : event as {
        traceId?: string;
      }).traceId !== traceId
    );
    if (foreign) throw new Error("the repeating process answered with another run");
    return answer;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", kill);
  }
}

function read(text: string): RecordedAnswer | { readonly error: Explanation } | undefined {
  try {
    return unpackJson(text) as RecordedAnswer | { readonly error: Explanation };
  } catch {
    return undefined; // the process ended before it could say anything
  }
}

/** The body of that process. A compiled program starts with its permissions and gives them up here, before it reads anything. */
export async function runRepeater(): Promise<string> {
  try {
    for (const name of PERMISSIONS) {
      const status = await Deno.permissions.revoke({ name } as Deno.PermissionDescriptor);
      if (status.state === "granted") throw new Error(`the permission "${name}" could not be given up`);
    }
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    for await (const chunk of Deno.stdin.readable) {
      chunks.push(chunk);
      if ((bytes += chunk.length) > REQUEST_MAX_BYTES) throw new Error("the recording is too large");
    }
    return packJson(await repeatRecorded(unpackRequest(await new Blob(chunks).text())));
  } catch (error) {
    return packJson({ error: explain(error) });
  }
}

/** A process that ended without reading breaks the pipe; how it ended says more than that error. */
async function send(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stdin.getWriter();
  await writer.write(new TextEncoder().encode(text)).then(() => writer.close()).catch(() => {});
}
