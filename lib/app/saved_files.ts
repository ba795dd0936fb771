import { basename, dirname, resolve } from "node:path";

/** Editors write a file in several steps: what follows within this time belongs to it. */
const SETTLE_MS = 100;

/** Tells when files were saved; asks the system for events, and nothing while there are none. */
export class SavedFiles implements Disposable {
  #watcher: Deno.FsWatcher | undefined;
  #folders = "";
  /** Names by folder. */
  #names = new Map<string, Set<string>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isSaved = false;
  #wake: (() => void) | undefined;
  readonly #settleMs: number;

  constructor({ settleMs = SETTLE_MS }: { readonly settleMs?: number } = {}) {
    this.#settleMs = settleMs;
  }

  /** From now on these files, those that are not there yet too. Throws what the system says where it cannot watch. */
  watch(paths: readonly string[]): void {
    this.#names = new Map();
    for (const path of paths) {
      for (const place of placesOf(resolve(path))) {
        const names = this.#names.get(dirname(place)) ?? new Set();
        this.#names.set(dirname(place), names.add(basename(place)));
      }
    }
    const folders = [...this.#names.keys()].filter(isFolder).sort();
    const key = JSON.stringify(folders);
    if (key === this.#folders) return;
    this.#watcher?.close();
    // Whole folders: a file that is replaced is another one to the system.
    this.#watcher = folders.length === 0 ? undefined : Deno.watchFs(folders, { recursive: false });
    this.#folders = key;
    if (this.#watcher) this.#follow(this.#watcher).catch(() => {});
  }

  async #follow(watcher: Deno.FsWatcher): Promise<void> {
    for await (const { kind, paths } of watcher) {
      if (kind === "access" || !paths.some((path) => this.#names.get(dirname(path))?.has(basename(path)))) {
        continue;
      }
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#settled(), this.#settleMs);
    }
  }

  #settled(): void {
    this.#isSaved = true;
    this.#wake?.();
  }

  /** Resolves when something was saved since it last did: `false` when the signal was aborted first. */
  async next(signal: AbortSignal): Promise<boolean> {
    while (!this.#isSaved && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true });
      await promise;
    }
    if (signal.aborted) return false;
    this.#isSaved = false;
    return true;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}

/** Where a file is written: through a link its target is. */
function placesOf(path: string): readonly string[] {
  try {
    const real = Deno.realPathSync(path);
    if (real !== path) return [path, real];
  } catch { /* it is not there yet */ }
  try {
    const folder = Deno.realPathSync(dirname(path));
    if (folder !== dirname(path)) return [path, `${folder}/${basename(path)}`];
  } catch { /* nor is its folder */ }
  return [path];
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
