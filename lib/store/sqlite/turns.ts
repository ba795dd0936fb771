import { MEMORY, sideFolder } from "./location.ts";

/** Whoever waited this long goes on without a turn: the one whose turn it is may be suspended. SQLite's own lock still holds. */
const TURN_WAIT_MS = 10_000;

/**
 * Turns at writing, fair among processes: SQLite lets whoever asks at the right moment go first, and of many writers some never do.
 * Two locked files: the holder of `queue` is next, the holder of `turn` writes. Nobody gets a second turn before one who waited,
 * because the way to it leads through the queue. Waiting does not block the thread, and both locks go with the process.
 */
export class WriteTurns {
  readonly #folder: string | undefined;
  #files: { readonly queue: Deno.FsFile; readonly turn: Deno.FsFile } | undefined;
  #taking: Promise<void> | undefined;
  #isWanted = false;
  #isHeld = false;
  #closed = false;

  constructor(path: string) {
    this.#folder = path === MEMORY ? undefined : sideFolder(path);
  }

  /** Resolves when it is this connection's turn, which lasts until `give`. Not to be called again before that. */
  async take(): Promise<void> {
    if (!this.#folder || !this.#open(this.#folder)) return;
    this.#isWanted = true;
    // One that was given up is still under way.
    this.#taking ??= this.#lock(this.#files!);
    if (this.#isHeld) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, TURN_WAIT_MS));
    await Promise.race([this.#taking, patience]);
    clearTimeout(timer);
  }

  give(): void {
    this.#isWanted = false;
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#taking = undefined;
    if (!this.#closed) this.#files?.turn.unlockSync();
  }

  /** Not lockable here (no permission, a file system without locks): then SQLite's own waiting must do. */
  #open(folder: string): boolean {
    if (this.#closed) return false;
    if (this.#files) return true;
    try {
      Deno.mkdirSync(folder, { recursive: true });
      const open = (name: string) => Deno.openSync(`${folder}/${name}.lock`, { create: true, write: true });
      this.#files = { queue: open("queue"), turn: open("turn") };
      return true;
    } catch {
      return false;
    }
  }

  #lock({ queue, turn }: { readonly queue: Deno.FsFile; readonly turn: Deno.FsFile }): Promise<void> {
    try {
      if (queue.tryLockSync(true)) {
        const isFree = turn.tryLockSync(true);
        if (isFree) {
          queue.unlockSync();
          this.#isHeld = true;
          return Promise.resolve();
        }
        return this.#wait(queue, turn, true);
      }
    } catch {
      return Promise.resolve();
    }
    return this.#wait(queue, turn, false);
  }

  async #wait(queue: Deno.FsFile, turn: Deno.FsFile, isNext: boolean): Promise<void> {
    try {
      if (!isNext) await queue.lock(true);
      await turn.lock(true);
      if (!this.#closed) queue.unlockSync();
      this.#isHeld = true;
      if (!this.#isWanted) this.give();
    } catch {
      this.#taking = undefined; // closed meanwhile
    }
  }

  close(): void {
    this.give();
    this.#closed = true;
    this.#files?.queue.close();
    this.#files?.turn.close();
    this.#files = undefined;
  }
}
