import { Buffer } from "node:buffer";
import type { Kysely } from "kysely";
import { reasonOf } from "../core/mod.ts";
import { decodeBody, hashOf, hex } from "./codec.ts";
import { checkRow } from "./row_types.ts";
import { isUnreadable, readable } from "./readable.ts";
import type { Schema } from "./schema.ts";

const BODIES_PER_PAGE = 100;
/** All that a check inflates: so much, and so many times what is stored. Many small bodies may each be a bomb. */
const INFLATED_BYTES_MAX = 256 * 1024 * 1024;
const INFLATED_RATIO_MAX = 100;

/** Every body inflates to what its name is the hash of. Gives the hashes of all bodies by their number. */
export async function checkBodies(
  db: Kysely<Schema>,
  report: (problem: string) => void,
): Promise<Map<number, Uint8Array>> {
  const hashes = new Map<number, Uint8Array>();
  let room = INFLATED_BYTES_MAX;
  const ids = await bodyIds(db, report);
  for (let from = 0; from < ids.length; from += BODIES_PER_PAGE) {
    const some = ids.slice(from, from + BODIES_PER_PAGE);
    const rows = await readable(
      some,
      (some) => db.selectFrom("body").selectAll().where("id", "in", some).execute(),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const id of some) {
      const body = byId.get(id);
      try {
        if (!body) throw new RangeError("its row cannot be read");
        checkRow("body", body);
        hashes.set(id, body.hash);
        room += body.data.length * INFLATED_RATIO_MAX;
        const json = decodeBody(body.encoding, body.data, room);
        const length = Buffer.byteLength(json);
        room -= length;
        if (hex(hashOf(json)) !== hex(body.hash) || length !== body.length) {
          report(`body ${id}: wrong content`);
        }
      } catch (error) {
        report(`body ${id}: ${reasonOf(error)}`);
      }
    }
  }
  return hashes;
}

/** By the index of their hashes, or by their table where that cannot be read. */
async function bodyIds(db: Kysely<Schema>, report: (problem: string) => void): Promise<readonly number[]> {
  for (const order of ["hash", "id"] as const) {
    try {
      return (await db.selectFrom("body").select("id").orderBy(order).execute()).map(({ id }) => id);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
    }
  }
  report("the list of bodies cannot be read");
  return [];
}
