import { type Host, nowUs } from "../../core/mod.ts";
import type { Owners } from "../engine.ts";
import { sideFolder } from "./location.ts";

const OWNER = /^[0-9a-f]{32}$/;
/** How exactly the end of a killed run is known. */
const BEAT_MS = 500;

/**
 * Who is alive: each process that works on runs holds a lock on a file named after it. The lock goes with the process, however
 * it dies, so a dead owner is known at once and a reused process id fools nobody.
 */
export class Ownership implements Owners {
  readonly id: string;
  readonly areShared = true;
  readonly #folder: string;
  readonly #host: Host;
  #file: Deno.FsFile | undefined;
  #beating: ReturnType<typeof setInterval> | undefined;

  constructor(storePath: string, host: Host) {
    this.#folder = `${sideFolder(storePath)}/owners`;
    this.#host = host;
    this.id = host.newId();
  }

  async hold(): Promise<void> {
    if (this.#file) return;
    await Deno.mkdir(this.#folder, { recursive: true });
    this.#file = await Deno.open(`${this.#folder}/${this.id}`, { create: true, write: true });
    await this.#file.lock(true);
    this.#beat();
    this.#beating = setInterval(() => this.#beat(), BEAT_MS);
    Deno.unrefTimer(this.#beating);
  }

  /** The file's time says how long this process lived, for whoever finds it dead. */
  #beat(): void {
    const now = new Date(this.#host.now());
    try {
      this.#file?.utimeSync(now, now);
    } catch {
      // Then less is known.
    }
  }

  async lastSeenUs(owner: string): Promise<number | undefined> {
    if (owner === this.id || !OWNER.test(owner)) return undefined;
    const found = await Deno.stat(`${this.#folder}/${owner}`).catch(() => undefined);
    const ms = found?.mtime?.getTime();
    return ms === undefined ? undefined : Math.min(ms * 1000, nowUs(this.#host));
  }

  async isAlive(owner: string): Promise<boolean> {
    if (owner === this.id) return true;
    if (!OWNER.test(owner)) return false;
    const path = `${this.#folder}/${owner}`;
    try {
      using file = await Deno.open(path, { write: true });
      if (!await file.tryLock(true)) return true;
      await Deno.remove(path).catch(() => {});
      return false;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  async release(): Promise<void> {
    if (!this.#file) return;
    clearInterval(this.#beating);
    this.#file.close();
    this.#file = undefined;
    await Deno.remove(`${this.#folder}/${this.id}`).catch(() => {});
  }
}

/** A living process works on runs of this store. */
export async function isSomebodyAtWork(storePath: string): Promise<boolean> {
  const folder = `${sideFolder(storePath)}/owners`;
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name).catch(() => []);
  for (const name of names.filter((name) => OWNER.test(name))) {
    try {
      using file = await Deno.open(`${folder}/${name}`, { write: true });
      if (!await file.tryLock(true)) return true;
    } catch { /* it has just ended */ }
  }
  return false;
}

/** Of a store in memory, which nobody else can open. */
export const LONE_OWNER: Owners = {
  id: "this process",
  areShared: false,
  hold: () => Promise.resolve(),
  isAlive: () => Promise.resolve(true),
  lastSeenUs: () => Promise.resolve(undefined),
};
