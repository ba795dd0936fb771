import type { Span } from "../core/mod.ts";
import { decodeBody, encodeBody, hashOf, hex } from "./codec.ts";
import { readable } from "./readable.ts";
import { type Db, run as execute } from "./statements.ts";

/** Texts up to this length stand in their row; longer ones go to `body`, compressed and shared. */
const INLINE_MAX = 512;
const ALIKE_INLINE_MAX = 32;
const BODY_CACHE_MAX = 4096;
const BODIES_PER_QUERY = 500;

/** What is large or repeated: stored once, compressed, under its hash. */
export class Bodies {
  readonly #known = new Map<string, number>();
  #isQuick = false;

  /** What was stored last may be gone: its transaction was rolled back. */
  reset(): void {
    this.#known.clear();
  }

  /** What `work` stores takes less time and a little more room. */
  async quickly(work: () => Promise<void>): Promise<void> {
    this.#isQuick = true;
    try {
      await work();
    } finally {
      this.#isQuick = false;
    }
  }

  /** Model calls and attempts of a run say mostly the same: those are stored once, as bodies. */
  async attributes(db: Db, kind: Span["kind"], attributes: Readonly<Record<string, unknown>>) {
    const json = JSON.stringify(attributes);
    if (json === "{}") return { attributes: null, attributes_body: null };
    const alike = kind === "llm" || kind === "attempt";
    if (json.length <= (alike ? ALIKE_INLINE_MAX : INLINE_MAX)) {
      return { attributes: json, attributes_body: null };
    }
    return { attributes: null, attributes_body: await this.store(db, json) };
  }

  async text<K extends "prompt" | "output">(db: Db, column: K, text: string | undefined) {
    const json = text === undefined ? null : JSON.stringify(text);
    const inline = json === null || json.length <= INLINE_MAX;
    return {
      [column]: inline ? json : null,
      [`${column}_body`]: inline ? null : await this.store(db, json),
    } as Record<K, string | null> & Record<`${K}_body`, number | null>;
  }

  /** Stores a body once and returns its id. */
  async store(db: Db, json: string, hash: Uint8Array = hashOf(json)): Promise<number> {
    const key = hex(hash);
    const cached = this.#known.get(key);
    if (cached !== undefined) return cached;
    const body = encodeBody(json, hash, { isQuick: this.#isQuick });
    const { rows: [inserted] } = await execute<{ id: number }>(
      db,
      "insert body",
      Object.values(body),
      () =>
        db.insertInto("body").values(body).onConflict((it) => it.column("hash").doNothing()).returning("id"),
    );
    const id = inserted?.id ??
      (await db.selectFrom("body").select("id").where("hash", "=", hash).executeTakeFirstOrThrow()).id;
    if (this.#known.size >= BODY_CACHE_MAX) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, id);
    return id;
  }
}

/** All that one question inflates together: many bodies may each be a small bomb. */
const LOADED_BYTES_MAX = 256 * 1024 * 1024;

/** Decoded bodies by id; those that cannot be decoded, or not within the bound, are left out. */
export async function loadBodies(
  db: Db,
  ids: Iterable<number | null>,
): Promise<Map<number, string>> {
  const wanted = [...new Set(ids)].filter((id) => id !== null);
  const bodies = new Map<number, string>();
  let room = LOADED_BYTES_MAX;
  for (let from = 0; from < wanted.length; from += BODIES_PER_QUERY) {
    const rows = await readable(
      wanted.slice(from, from + BODIES_PER_QUERY),
      (some) => db.selectFrom("body").select(["id", "encoding", "data"]).where("id", "in", some).execute(),
    );
    for (const row of rows) {
      try {
        const json = decodeBody(row.encoding, row.data, room);
        room -= json.length;
        bodies.set(row.id, json);
      } catch {
        // who needs it says that it cannot be read
      }
    }
  }
  return bodies;
}
