import type { Owners } from "../engine.ts";
import { sideFolder } from "./location.ts";

/**
 * Who is alive: each process that works on runs holds a lock on a file named after it. The lock goes with the process, however
 * it dies, so a dead owner is known at once and a reused process id fools nobody.
 */
export class Ownership implements Owners {
  readonly id: string;
  readonly areShared = true;
  readonly #folder: string;
  #file: Deno.FsFile | undefined;

  constructor(storePath: string, id: string) {
    this.#folder = `${sideFolder(storePath)}/owners`;
    this.id = id;
  }

  async hold(): Promise<void> {
    if (this.#file) return;
    await Deno.mkdir(this.#folder, { recursive: true });
    this.#file = await Deno.open(`${this.#folder}/${this.id}`, { create: true, write: true });
    await this.#file.lock(true);
  }

  async isAlive(owner: string): Promise<boolean> {
    if (owner === this.id) return true;
    if (!/^[0-9a-f]{32}$/.test(owner)) return false;
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
    this.#file.close();
    this.#file = undefined;
    await Deno.remove(`${this.#folder}/${this.id}`).catch(() => {});
  }
}

/** Of a store in memory, which nobody else can open. */
export const LONE_OWNER: Owners = {
  id: "this process",
  areShared: false,
  hold: () => Promise.resolve(),
  isAlive: () => Promise.resolve(true),
};
