/** What one stream may keep; output beyond it ends the child. */
export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The folder it starts in. @default that of this process */
  readonly cwd?: string;
  /** The child's whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Sent first; the pipe then stays open until the child ended, so that a child can tell when its parent died. */
  readonly input: string;
  /** The pipe is closed once the input was sent, for programs that read to its end. @default false */
  readonly closesInput?: boolean;
  readonly timeoutMs: number;
  /** Of stdout, and again of stderr. */
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
}

export interface ChildOutcome {
  readonly endedBy: "exit" | "timeout" | "output";
  /** 128 + n when killed by signal n. */
  readonly exitCode: number;
  readonly stdout: Uint8Array<ArrayBuffer>;
  readonly stderr: Uint8Array<ArrayBuffer>;
  /** Bytes read beyond the limit before the child was gone. */
  readonly droppedBytes: number;
}

/** How long pipes may stay open once the child is gone, before they are closed from this side. */
const DRAIN_MS = 500;

/**
 * Runs a program in its own process group with an environment of its own, and never leaves it behind: the group is
 * killed on timeout, on too much output and on abort (which throws the signal's reason), and this waits for its end.
 */
export async function runChild(options: ChildOptions): Promise<ChildOutcome> {
  options.signal.throwIfAborted();
  const child = new Deno.Command(options.command, {
    args: [...options.args],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    clearEnv: true,
    env: { ...options.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();

  let endedBy: ChildOutcome["endedBy"] = "exit";
  const kill = (reason: ChildOutcome["endedBy"]) => {
    if (endedBy === "exit") endedBy = reason;
    killGroup(child);
  };
  const onAbort = () => killGroup(child);
  options.signal.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => kill("timeout"), options.timeoutMs);
  const stdout = new Collector(child.stdout, options.maxOutputBytes, () => kill("output"));
  const stderr = new Collector(child.stderr, options.maxOutputBytes, () => kill("output"));
  const stdin = child.stdin.getWriter();
  // A child that ends without reading breaks the pipe; how it ended says more than that error.
  const sent = stdin.write(new TextEncoder().encode(options.input)).catch(() => {});
  if (options.closesInput) sent.then(() => stdin.close()).catch(() => {});
  try {
    const status = await child.status;
    const drained = setTimeout(() => {
      stdout.close();
      stderr.close();
    }, DRAIN_MS);
    await Promise.all([stdout.done, stderr.done]);
    clearTimeout(drained);
    options.signal.throwIfAborted();
    return {
      endedBy,
      exitCode: status.code,
      stdout: stdout.bytes(),
      stderr: stderr.bytes(),
      droppedBytes: stdout.droppedBytes + stderr.droppedBytes,
    };
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener("abort", onAbort);
    await stdin.close().catch(() => {});
  }
}

function killGroup(child: Deno.ChildProcess): void {
  try {
    if (Deno.build.os !== "windows") return Deno.kill(-child.pid, "SIGKILL");
  } catch {
    // Already gone, or this process may signal only its own child: what follows covers that.
  }
  try {
    child.kill("SIGKILL");
  } catch {
    // Already gone.
  }
}

/** Keeps the first bytes of a stream and counts the rest. */
class Collector {
  readonly done: Promise<void>;
  #chunks: Uint8Array[] = [];
  #keptBytes = 0;
  #droppedBytes = 0;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(stream: ReadableStream<Uint8Array>, maxBytes: number, onOverflow: () => void) {
    this.#reader = stream.getReader();
    this.done = this.#collect(maxBytes, onOverflow);
  }

  get droppedBytes(): number {
    return this.#droppedBytes;
  }

  close(): void {
    this.#reader.cancel().catch(() => {});
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#keptBytes);
    let offset = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }

  async #collect(maxBytes: number, onOverflow: () => void): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) return;
        const kept = value.subarray(0, maxBytes - this.#keptBytes);
        if (kept.length > 0) this.#chunks.push(kept);
        this.#keptBytes += kept.length;
        this.#droppedBytes += value.length - kept.length;
        if (this.#droppedBytes > 0) onOverflow();
      }
    } catch {
      // A pipe that broke ended: what was read counts.
    }
  }
}
