import type { DatabaseSync } from "node:sqlite";
import type { ChangeSignal } from "../engine.ts";
import { MEMORY, sideFolder } from "./location.ts";

/** Catches what the file watcher misses (some network and container file systems have no events). */
const POLL_MS = 250;
/** Hints within this time are one. */
const CHECK_AFTER_MS = 20;
/** While others write all the time, hints say nothing new, and each wakes this thread: five streaming runs give a hundred a second. */
const BUSY_POLL_MS = 50;
/** Changes in a row, each soon after the one before, that mean this; and looks in a row without any that mean the end of it. */
const BUSY_AFTER = 4;
const QUIET_AFTER = 12;
const SOON_MS = 100;
/** Commits within this time share one hint: writing it costs a tenth of a commit. */
const ANNOUNCE_AFTER_MS = 3;
const PULSE = new Uint8Array([0x2e]);

/**
 * Tells this process and others that something was committed: a byte into a hint file in a folder of its own, then
 * `PRAGMA data_version`, which moves only for other connections' commits.
 */
export class ChangeFeed implements ChangeSignal {
  readonly #folder: string | undefined;
  readonly #version: () => number;
  readonly #listeners = new Set<() => void>();
  #pulse: Deno.FsFile | undefined;
  #watcher: Deno.FsWatcher | undefined;
  #pending: ReturnType<typeof setTimeout> | undefined;
  #checking: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isBusy = false;
  /** Changes in a row while not busy, looks without one while busy. */
  #inARow = 0;
  #changedMs = 0;
  #seen = 0;
  #isClosed = false;

  constructor(path: string, sqlite: DatabaseSync) {
    this.#folder = path === MEMORY ? undefined : `${sideFolder(path)}/hint`;
    const statement = sqlite.prepare("pragma data_version");
    this.#version = () => Number(statement.get()?.["data_version"]);
  }

  announce(): void {
    // Whatever was committed until now, they hear of it now.
    if (this.#timer !== undefined) this.#seen = this.#versionNow();
    for (const listener of this.#listeners) listener();
    if (!this.#folder) return;
    if (this.#isClosed) this.#lastHint(this.#folder);
    else this.#pending ??= setTimeout(() => this.#hint(this.#folder!), ANNOUNCE_AFTER_MS);
  }

  /** A write that waited for the disk while the store closed: nothing may come after its answer. */
  #lastHint(folder: string): void {
    this.#hint(folder);
    this.#pulse?.close();
    this.#pulse = undefined;
  }

  /** A hint that cannot be written is no failure: others poll. */
  #hint(folder: string): void {
    this.#pending = undefined;
    try {
      if (!this.#pulse) {
        Deno.mkdirSync(folder, { recursive: true });
        this.#pulse = Deno.openSync(`${folder}/pulse`, { create: true, write: true });
      }
      this.#pulse.seekSync(0, Deno.SeekMode.Start);
      this.#pulse.writeSync(PULSE);
    } catch { /* see above */ }
  }

  /** A store that cannot be read says so to whoever reads it: nobody could catch it here. */
  #versionNow(): number {
    try {
      return this.#version();
    } catch {
      return this.#seen;
    }
  }

  get version(): number {
    return this.#version();
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  #start(): void {
    if (!this.#folder) return;
    this.#seen = this.#versionNow();
    this.#poll(POLL_MS);
    this.#watch(this.#folder);
  }

  #poll(everyMs: number): void {
    if (this.#timer !== undefined) clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#check(), everyMs);
  }

  #watch(folder: string): void {
    try {
      Deno.mkdirSync(folder, { recursive: true });
      this.#watcher = Deno.watchFs(folder);
      this.#follow(this.#watcher).catch(() => {});
    } catch { /* polling remains */ }
  }

  async #follow(watcher: Deno.FsWatcher): Promise<void> {
    for await (const _ of watcher) this.#checking ??= setTimeout(() => this.#check(), CHECK_AFTER_MS);
  }

  #check(): void {
    clearTimeout(this.#checking);
    this.#checking = undefined;
    const version = this.#versionNow();
    const isChanged = version !== this.#seen;
    this.#adapt(isChanged);
    if (!isChanged) return;
    this.#seen = version;
    for (const listener of this.#listeners) listener();
  }

  /** Looks often instead of waiting for hints, for as long as nearly every look finds something. */
  #adapt(isChanged: boolean): void {
    const now = performance.now();
    const isSoon = now - this.#changedMs < SOON_MS;
    if (isChanged) this.#changedMs = now;
    if (this.#isBusy) this.#inARow = isChanged ? 0 : this.#inARow + 1;
    else if (isChanged) this.#inARow = isSoon ? this.#inARow + 1 : 0;
    if (this.#inARow < (this.#isBusy ? QUIET_AFTER : BUSY_AFTER)) return;
    this.#inARow = 0;
    this.#isBusy = !this.#isBusy;
    if (this.#isBusy) {
      this.#watcher?.close();
      this.#watcher = undefined;
    } else this.#watch(this.#folder!);
    this.#poll(this.#isBusy ? BUSY_POLL_MS : POLL_MS);
  }

  #stop(): void {
    // A program that only reads has no timer, and does not load what they are made of.
    if (this.#timer !== undefined) clearInterval(this.#timer);
    if (this.#checking !== undefined) clearTimeout(this.#checking);
    this.#checking = undefined;
    this.#watcher?.close();
    this.#timer = undefined;
    this.#watcher = undefined;
    this.#isBusy = false;
    this.#inARow = 0;
  }

  close(): void {
    this.#listeners.clear();
    this.#stop();
    if (this.#pending !== undefined) {
      clearTimeout(this.#pending);
      this.#hint(this.#folder!);
    }
    this.#pulse?.close();
    this.#pulse = undefined;
    this.#isClosed = true;
  }
}
