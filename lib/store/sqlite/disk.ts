import type { DatabaseSync } from "node:sqlite";
import { storeError, toStoreError } from "./errors.ts";
import { MEMORY } from "./location.ts";

/** Brings a file's data to the disk; the thread goes on meanwhile. */
export type SyncFile = (file: Deno.FsFile) => Promise<void>;

/**
 * Brings commits to the disk without holding up this thread, as the flush in SQLite's own commit does: SQLite writes the log, the
 * flush of the log file follows, and only then is anything acknowledged. Those who commit while a flush is under way share the
 * next one.
 */
export class Disk {
  readonly #path: string;
  readonly #sync: SyncFile;
  #log: Deno.FsFile | undefined;
  #committed = 0;
  #flushed = 0;
  #flushing: Promise<void> | undefined;
  #failure: unknown;
  #isLeft = false;

  constructor(path: string, sync: SyncFile = (file) => file.syncData()) {
    this.#path = path;
    this.#sync = sync;
  }

  /** From now on commits are flushed here. Where the log cannot be opened, SQLite goes on doing so itself. */
  takeOver(sqlite: DatabaseSync): void {
    if (this.#path === MEMORY) return;
    try {
      this.#log = Deno.openSync(`${this.#path}-wal`, { write: true });
    } catch {
      return;
    }
    sqlite.exec("pragma synchronous = normal");
  }

  /** Who works in the open transaction waits for the flush elsewhere: others may use the connection meanwhile. */
  leave(): void {
    this.#isLeft = true;
  }

  /** A transaction that wrote is over. */
  async ended({ isCommitted }: { readonly isCommitted: boolean }): Promise<void> {
    const isLeft = this.#isLeft;
    this.#isLeft = false;
    if (!isCommitted) return;
    this.#committed++;
    if (!isLeft) await this.flushed();
  }

  /**
   * Resolves when all that was committed before this call is on the disk. Once a flush has failed nobody knows what the system
   * has kept of the log: then this and all later calls throw `StoreError`.
   */
  async flushed(): Promise<void> {
    const wanted = this.#committed;
    while (this.#flushed < wanted && this.#log) await (this.#flushing ??= this.#flush(this.#log));
    this.check();
  }

  /** Throws `StoreError` when what is written would not be flushed. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #flush(log: Deno.FsFile): Promise<void> {
    const committed = this.#committed;
    try {
      await this.#sync(log);
    } catch (error) {
      const known = toStoreError("write to", this.#path, error);
      const isFull = (error as { code?: string }).code === "ENOSPC";
      this.#failure ??= known !== error
        ? known
        : storeError("write to", this.#path, isFull ? "disk_full" : "unknown", error);
    }
    this.#flushed = committed;
    this.#flushing = undefined;
  }

  close(): void {
    this.#log?.close();
    this.#log = undefined;
  }
}
