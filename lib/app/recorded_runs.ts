import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { canonicalJson, type Run } from "../core/mod.ts";

type Known = Pick<Run, "runId" | "traceId" | "config">;

/**
 * The runs that were made with this home, each with its configuration: one line of a file that no store brings along. A run
 * elsewhere, or one whose configuration was changed, is not among them.
 */
export class RecordedRuns {
  readonly #path: string;
  readonly #storePath: string;
  #tag: string | undefined;
  /** Lines that wait, and what writes them: runs that begin while others are noted share the next time. */
  #lines: string[] = [];
  #next: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(home: string, storePath: string) {
    this.#path = join(home, "recorded_runs");
    this.#storePath = storePath;
  }

  /** Tells the runs of this store from those of others. Made when needed: most commands neither record nor delete a run. */
  get #storeTag(): string {
    return this.#tag ??= digest(resolve(this.#storePath)).slice(0, 8);
  }

  /** Throws what the file system throws. */
  add(run: Known): Promise<void> {
    this.#lines.push(`${hashOf(run)} ${run.traceId} ${this.#storeTag}\n`);
    this.#next ??= this.#writing = this.#writing.catch(() => {}).then(() => {
      const lines = this.#lines.splice(0);
      this.#next = undefined;
      return this.#append(lines.join(""));
    });
    return this.#next;
  }

  async #append(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    const write = async () => {
      using file = await Deno.open(this.#path, { append: true, create: true, mode: 0o600 });
      await file.lock(true); // `forget` writes the file anew
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    };
    await write().catch(async (error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      await Deno.mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      await write();
    });
  }

  async has(run: Known): Promise<boolean> {
    const text = await Deno.readTextFile(this.#path).catch(() => "");
    const hash = hashOf(run);
    return [" ", "\n"].some((end) => `\n${text}`.includes(`\n${hash}${end}`));
  }

  /** Drops the runs of this store that are gone. Lines from before they named their run stay. Throws what the file system throws. */
  async forget(isGone: (traceId: string) => Promise<boolean>): Promise<void> {
    const gone = new Set<string>();
    const ours = this.#storeTag;
    const text = await Deno.readTextFile(this.#path).catch(() => "");
    for (const line of text.split("\n")) {
      const [, traceId, storeTag] = line.split(" ");
      if (storeTag === ours && await isGone(traceId!)) gone.add(line);
    }
    if (gone.size === 0) return;
    using file = await Deno.open(this.#path, { read: true, write: true });
    await file.lock(true);
    const { size } = await file.stat();
    const now = new Uint8Array(size);
    for (let at = 0; at < size;) at += await file.read(now.subarray(at)) ?? size;
    const kept = new TextDecoder().decode(now).split("\n").filter((line) => !gone.has(line)).join("\n");
    // In place: others wait for the lock of this very file. Runs that a kill loses here are asked about.
    const bytes = new TextEncoder().encode(kept);
    await file.seek(0, Deno.SeekMode.Start);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.truncate(bytes.length);
  }
}

function hashOf({ runId, traceId, config }: Known): string {
  return digest(canonicalJson([runId, traceId, config]));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
