import { NO_SECRETS, type Redactor } from "../../core/mod.ts";

/** Of a log; what comes after it is read and dropped. */
const LOG_MAX_BYTES = 64 * 1024 * 1024;
/** How long a command may take to save what it has, once it was asked to end. */
const GRACE_SECONDS = 10;

/**
 * The command in a shell of its own. Whoever starts it holds the other end of its standard input: when that is closed, by a person or
 * because the process died, the group is asked to end, and ended soon after. Nothing trains on without anybody to tell.
 */
const GUARD = `trap : TERM
exec 3<&0 </dev/null
( trap '' TERM; cat <&3 >/dev/null 2>&1; kill -TERM -$$; sleep "$2"; kill -KILL -$$ ) >/dev/null 2>&1 &
guard=$!
( exec 3<&-; eval "$1" )
code=$?
kill -KILL $guard 2>/dev/null
exit $code`;

export interface TrainerOptions {
  /** As the shell reads it. */
  readonly command: string;
  /** Where it starts. */
  readonly folder: string;
  /** Its whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it prints is added here, but for secrets. */
  readonly log: string;
  readonly signal: AbortSignal;
  /** Told what it prints, as it comes, but for secrets. */
  readonly onText?: ((text: string) => void) | undefined;
  /** Takes them out, also where one comes in pieces. */
  readonly redactor?: Redactor | undefined;
  /** @default 10 */
  readonly graceSeconds?: number | undefined;
}

/**
 * Runs a command that a person gave, for as long as it takes: in a process group of its own, with this environment and no other. Gives
 * its exit code, 128 + n when it was ended by signal n; `undefined` when it was ended because of `signal`. Rejects where it could not be started.
 */
export async function runTrainer(options: TrainerOptions): Promise<number | undefined> {
  const { command, folder, environment, signal, graceSeconds = GRACE_SECONDS } = options;
  signal.throwIfAborted();
  const isWindows = Deno.build.os === "windows";
  const child = new Deno.Command(isWindows ? "cmd" : "/bin/sh", {
    args: isWindows ? ["/c", command] : ["-c", GUARD, "agentop", command, String(graceSeconds)],
    cwd: folder,
    clearEnv: true,
    env: { ...environment },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    detached: !isWindows,
  }).spawn();
  const end = () => {
    child.stdin.close().catch(() => {});
    if (isWindows) child.kill();
  };
  signal.addEventListener("abort", end, { once: true });
  const log = await Log.open(options.log, options);
  try {
    await Promise.all([log.take(child.stdout), log.take(child.stderr)]);
    const { code } = await child.status;
    return signal.aborted ? undefined : code;
  } finally {
    signal.removeEventListener("abort", end);
    await child.stdin.close().catch(() => {});
    endGroup(child);
    log.close();
  }
}

/** The guard, and whatever the command left behind. */
function endGroup(child: Deno.ChildProcess): void {
  try {
    if (Deno.build.os !== "windows") Deno.kill(-child.pid, "SIGKILL");
  } catch {
    // It is gone.
  }
}

type Told = Pick<TrainerOptions, "onText" | "redactor">;

class Log {
  readonly #file: Deno.FsFile;
  readonly #onText: TrainerOptions["onText"];
  readonly #redactor: Redactor;
  #bytes: number;
  #isFull = false;

  private constructor(file: Deno.FsFile, bytes: number, { onText, redactor = NO_SECRETS }: Told) {
    this.#file = file;
    this.#bytes = bytes;
    this.#onText = onText;
    this.#redactor = redactor;
  }

  static async open(path: string, told: Told): Promise<Log> {
    const file = await Deno.open(path, { create: true, append: true, mode: 0o600 });
    return new Log(file, (await file.stat()).size, told);
  }

  async take(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    const shown = this.#redactor.stream();
    for await (const piece of stream) await this.#print(shown.push(decoder.decode(piece, { stream: true })));
    await this.#print(shown.push(decoder.decode()) + shown.end());
  }

  close(): void {
    this.#file.close();
  }

  async #print(text: string): Promise<void> {
    if (text === "") return;
    await this.#write(new TextEncoder().encode(text));
    this.#tell(text);
  }

  async #write(piece: Uint8Array): Promise<void> {
    if (this.#isFull) return;
    this.#bytes += piece.length;
    this.#isFull = this.#bytes > LOG_MAX_BYTES;
    const kept = this.#isFull
      ? new TextEncoder().encode(
        `\nagentop: The log is full: what comes after ${LOG_MAX_BYTES} bytes is not kept\n`,
      )
      : piece;
    let written = 0;
    while (written < kept.length) written += await this.#file.write(kept.subarray(written));
  }

  #tell(text: string): void {
    try {
      this.#onText?.(text);
    } catch {
      // Who looks on must not end it.
    }
  }
}
