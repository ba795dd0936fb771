/** How often the helper looks whether this process is still there, tenths of a second. */
const LOOK_EVERY_DS = 20;

/**
 * What reads keys of the terminal that this process belongs to, wherever stdin, stdout and stderr go. Deno does not open
 * `/dev/tty`; a shell may. It drops what was typed already, prints what it is given on stdin, then passes on what is typed, a
 * piece for each key. However it or this process ends, the terminal is as before, unless somebody else has set it meanwhile; in
 * the background it does not begin.
 */
const READ_KEY = `
exec 3<>/dev/tty || exit 7
case $(ps -o stat= -p $$ 2>/dev/null) in '' | *+*) ;; *) exit 8 ;; esac
saved=$(stty -g <&3) || exit 7
reader=
restore() {
  kill $reader
  trap '' TTOU
  case $(stty -a <&3) in *'min = 0;'*) stty "$saved" <&3 ;; esac
}
trap restore EXIT
trap 'exit 0' TERM
trap 'exit 130' INT HUP
trap 'kill $reader' CONT
stty -icanon -echo min 0 time 0 <&3
cat <&3 >/dev/null
cat >&3
while kill -0 $PPID && stty -icanon -echo min 0 time ${LOOK_EVERY_DS} <&3; do
  dd bs=64 count=1 <&3 &
  reader=$!
  wait $reader
done
`;

const FIND_TERMINAL = "exec 3<>/dev/tty && stty size <&3";

/** The size of a terminal whose own is not known. */
const ROWS_DEFAULT = 24;
const COLUMNS_DEFAULT = 80;
const PIECE_MAX_BYTES = 64;
const CTRL_C = "\x03";
/** With what the helper ends on Ctrl-C. */
const INTERRUPTED = 130;
const INTERRUPT_WAIT_MS = 1000;

/** A terminal with a person at it. */
export interface KeyTerminal {
  readonly rows: number;
  readonly columns: number;
  /**
   * Writes `text` and resolves with the first of the keys in `wanted` that is pressed then; `undefined` when there is nobody any
   * more. Rejects with the reason of `signal`.
   */
  key(text: string, wanted: string, signal: AbortSignal): Promise<string | undefined>;
  print(text: string): Promise<void>;
}

/** The terminal that this process was started from; `undefined` without one. */
export async function openKeyTerminal(write: (text: string) => void): Promise<KeyTerminal | undefined> {
  if (Deno.build.os === "windows") return openConsole(write);
  const found = await shell(FIND_TERMINAL, { stdout: "piped" }).output().catch(() => undefined);
  if (!found?.success) return undefined;
  const [rows, columns] = new TextDecoder().decode(found.stdout).trim().split(" ").map(Number);
  return { rows: rows || ROWS_DEFAULT, columns: columns || COLUMNS_DEFAULT, key: readKey, print };
}

async function print(text: string): Promise<void> {
  const printer = shell("cat >/dev/tty", { stdin: "piped" }).spawn();
  await give(printer, text);
  await printer.status;
}

/** A reader that has gone is no error. */
async function give({ stdin }: Deno.ChildProcess, text: string): Promise<void> {
  const input = stdin.getWriter();
  await input.write(new TextEncoder().encode(text)).then(() => input.close()).catch(() => {});
}

async function readKey(text: string, wanted: string, signal: AbortSignal): Promise<string | undefined> {
  signal.throwIfAborted();
  const helper = shell(READ_KEY, { stdin: "piped", stdout: "piped" }).spawn();
  const end = () => {
    try {
      helper.kill("SIGTERM");
    } catch { /* it has ended */ }
  };
  signal.addEventListener("abort", end, { once: true });
  try {
    await give(helper, text);
    const key = await firstKey(helper.stdout, wanted);
    end();
    const { code } = await helper.status; // the terminal is as before
    if (code === INTERRUPTED) await aborted(signal);
    signal.throwIfAborted();
    return key;
  } finally {
    signal.removeEventListener("abort", end);
    end();
  }
}

/** What interrupted the helper was sent to this process too, and may be on its way. */
async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, INTERRUPT_WAIT_MS);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

async function firstKey(from: ReadableStream<Uint8Array>, wanted: string): Promise<string | undefined> {
  for await (const piece of from) {
    const key = pressedKey(piece, wanted);
    if (key !== undefined) return key;
  }
  return undefined;
}

/** Arrows and what is pasted come as several characters, which may not count: the last of "arrow up" is an A. */
export function pressedKey(piece: Uint8Array, wanted: string): string | undefined {
  const key = new TextDecoder().decode(piece);
  return key.length === 1 && wanted.includes(key) ? key : undefined;
}

function shell(script: string, options: Pick<Deno.CommandOptions, "stdin" | "stdout">): Deno.Command {
  return new Deno.Command("/bin/sh", {
    args: ["-c", script],
    clearEnv: true,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    stdin: "null",
    stderr: "null",
    ...options,
  });
}

/** Windows knows no terminal besides the one on stdin. */
function openConsole(write: (text: string) => void): KeyTerminal | undefined {
  if (!Deno.stdin.isTerminal()) return undefined;
  const { rows, columns } = Deno.consoleSize();
  return {
    rows,
    columns,
    async key(text, wanted, signal) {
      write(text);
      Deno.stdin.setRaw(true);
      try {
        const buffer = new Uint8Array(PIECE_MAX_BYTES);
        for (;;) {
          signal.throwIfAborted();
          const count = await Deno.stdin.read(buffer);
          if (count === null) return undefined;
          const key = pressedKey(buffer.subarray(0, count), wanted + CTRL_C);
          if (key !== undefined) return key === CTRL_C ? undefined : key;
        }
      } finally {
        Deno.stdin.setRaw(false);
      }
    },
    print: (text) => Promise.resolve(write(text)),
  };
}
