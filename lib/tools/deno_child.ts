import { childLauncher } from "./child_limits.ts";
import { runChild } from "./child_process.ts";
import { ToolFailure } from "./tool_failure.ts";

export interface DenoChildOptions {
  readonly denoPath: string;
  /** Module body. `input` is the JSON value passed in; it may use `import` statements of `node:` modules. */
  readonly program: string;
  readonly input: unknown;
  /** The only folder the child may read; it starts there. @default none */
  readonly readFolder?: string;
  /** JavaScript heap, MB. The whole process may take `OVERHEAD_MB` more. */
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** Of all threads together. @default twice the time */
  readonly cpuSeconds?: number;
  /** How large a file may become through libraries that ask for no permission, blocks of 512 bytes. @default 0 */
  readonly fileBlocks?: number;
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
}

export interface DenoChildOutcome {
  readonly endedBy: "exit" | "timeout" | "output" | "memory" | "cpu";
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly droppedBytes: number;
}

/** What Deno itself takes, and room for the buffers of a well-behaved program. */
const OVERHEAD_MB = 128;
/** The child ends itself this long after the parent should have ended it. */
const ORPHAN_GRACE_MS = 2_000;
/** 128 and the number of SIGXCPU. */
const OUT_OF_CPU = 152;

/**
 * A thread next to the program, because a busy or allocating program never gives its own loop a turn: it ends the process
 * when memory outside the heap grows (V8 limits only the heap), when stdin closes (the parent died) and when time is up.
 * It says why on stderr after a word the program cannot know. A process may always signal itself, so no permission is needed.
 */
const WATCHDOG = `
const { parentPort, workerData } = require("node:worker_threads");
const process = require("node:process");
const end = (reason) => {
  try { Deno.stderr.writeSync(new TextEncoder().encode("\\n" + workerData.word + " " + reason + "\\n")); } catch {}
  process.kill(process.pid, "SIGKILL");
};
setInterval(() => { if (Deno.memoryUsage().rss > workerData.rssBytes) end("memory"); }, 20);
setTimeout(() => end("timeout"), workerData.timeoutMs);
(async () => {
  const buffer = new Uint8Array(64);
  for (;;) if (await Deno.stdin.read(buffer).catch(() => null) === null) end("orphan");
})();
parentPort.postMessage("ready");
`;

/** Reads one line of JSON, starts the watchdog, and only then lets the program run. */
const PRELUDE = `
import { Worker as $Worker } from "node:worker_threads";
const input = await (async () => {
  const chunks = [], buffer = new Uint8Array(65536);
  for (let last = 0; last !== 10;) {
    const count = Deno.stdin.readSync(buffer);
    if (count === null) Deno.exit(1);
    chunks.push(buffer.slice(0, count));
    last = buffer[count - 1];
  }
  const { input, ...workerData } = JSON.parse(await new Blob(chunks).text());
  const watchdog = new $Worker(${JSON.stringify(WATCHDOG)}, { eval: true, workerData });
  await new Promise((resolve, reject) => watchdog.once("message", resolve).once("error", reject));
  watchdog.unref();
  return input;
})();
`;

/**
 * Runs a program in a Deno process that may read `readFolder` and nothing else: no network, files, environment, programs,
 * foreign code or imports, with bounded memory, time and output; and no more disk, where the system can see to that: libraries
 * that write temporary files, like SQLite, ask for no permission.
 */
export async function runDenoChild(options: DenoChildOptions): Promise<DenoChildOutcome> {
  const word = crypto.randomUUID();
  const { prefix } = await childLauncher();
  const [command = options.denoPath, ...args] = [
    ...prefix({
      fileBlocks: options.fileBlocks ?? 0,
      cpuSeconds: options.cpuSeconds ?? 2 * Math.ceil((options.timeoutMs + ORPHAN_GRACE_MS) / 1000),
      // In a user namespace files of other users are nobody's, which root could then not read.
      isolated: options.readFolder === undefined,
    }),
    options.denoPath,
    ...denoFlags(options),
    moduleUrl(PRELUDE + options.program),
  ];
  const outcome = await requireThere(options.denoPath).then(() =>
    runChild({
      command,
      args,
      ...(options.readFolder !== undefined && { cwd: options.readFolder }),
      env: childEnvironment(),
      input: JSON.stringify({
        input: options.input,
        word,
        rssBytes: (options.memoryMb + OVERHEAD_MB) * 1_048_576,
        timeoutMs: options.timeoutMs + ORPHAN_GRACE_MS,
      }) + "\n",
      timeoutMs: options.timeoutMs,
      maxOutputBytes: options.maxOutputBytes,
      signal: options.signal,
    })
  ).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable)) throw error;
    throw new ToolFailure(
      `Cannot start the sandbox: ${error.message}. Try: install Deno and let this program run it.`,
    );
  });
  const stderr = new TextDecoder().decode(outcome.stderr);
  const [said = stderr, reason] = stderr.split(`\n${word} `);
  const outOfHeap = outcome.exitCode >= 128 && said.includes("JavaScript out of memory");
  const endedBy = outcome.endedBy !== "exit"
    ? outcome.endedBy
    : outOfHeap || reason?.startsWith("memory")
    ? "memory"
    : reason?.startsWith("timeout")
    ? "timeout"
    : outcome.exitCode === OUT_OF_CPU
    ? "cpu"
    : "exit";
  return {
    endedBy,
    exitCode: outcome.exitCode,
    stdout: new TextDecoder().decode(outcome.stdout),
    stderr: endedBy === "memory" ? withoutGcReport(said) : said,
    droppedBytes: outcome.droppedBytes,
  };
}

/** What starts the child would say it in words of its own. */
async function requireThere(path: string): Promise<void> {
  await Deno.stat(path).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) throw error;
  });
}

/** V8 says much when it runs out of heap. */
function withoutGcReport(text: string): string {
  const at = text.indexOf("<--- Last few GCs --->");
  return at < 0 ? text : text.slice(0, at).trimEnd();
}

function denoFlags(options: DenoChildOptions): string[] {
  return [
    "run",
    "--quiet",
    "--no-prompt",
    "--no-remote",
    "--no-npm",
    "--no-config",
    "--no-lock",
    "--no-code-cache",
    `--v8-flags=--max-old-space-size=${options.memoryMb}`,
    // Named by where the child starts: a permission cannot name a path with a comma in it.
    ...(options.readFolder === undefined ? [] : ["--allow-read=."]),
  ];
}

/** A cache folder that cannot exist: `localStorage` and `caches` would otherwise write to disk without permission. */
function childEnvironment(): Record<string, string> {
  return {
    NO_COLOR: "1",
    DENO_DIR: Deno.build.os === "windows" ? "NUL\\none" : "/dev/null/none",
    DENO_NO_UPDATE_CHECK: "1",
    DENO_NO_PACKAGE_JSON: "1",
  };
}

function moduleUrl(source: string): string {
  return `data:application/javascript;base64,${new TextEncoder().encode(source).toBase64()}`;
}
