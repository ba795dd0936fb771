import type { Kysely } from "kysely";
import type { ServerNote } from "../core/mod.ts";
import type { Owners } from "./engine.ts";
import type { Schema } from "./schema.ts";

const NOTES_MAX = 20;

/** Replaces what this process noted of that server; what processes left that died goes. */
export async function saveServerNote(
  db: Kysely<Schema>,
  owners: Owners,
  { url, startedAtUs, notedAtUs, spans, spansPerSecond, errors, sender }: ServerNote,
): Promise<void> {
  await owners.hold();
  const figures = { noted_us: notedAtUs, spans, per_second: spansPerSecond, errors, sender: sender ?? null };
  await db.insertInto("server")
    .values({ owner: owners.id, url, started_us: startedAtUs, ...figures })
    .onConflict((conflict) => conflict.columns(["owner", "url"]).doUpdateSet(figures)).execute();
  if (spans > 0) return; // it has looked when it started
  const others = await db.selectFrom("server").select("owner").where("owner", "!=", owners.id).execute();
  for (const { owner } of others) {
    if (!await owners.isAlive(owner)) await db.deleteFrom("server").where("owner", "=", owner).execute();
  }
}

export async function removeServerNote(db: Kysely<Schema>, owners: Owners, url: string): Promise<void> {
  await db.deleteFrom("server").where("owner", "=", owners.id).where("url", "=", url).execute();
}

export async function serverNotes(db: Kysely<Schema>, owners: Owners): Promise<readonly ServerNote[]> {
  const rows = await db.selectFrom("server").selectAll().orderBy("noted_us", "desc").limit(NOTES_MAX)
    .execute();
  const alive = await Promise.all(rows.map(({ owner }) => owners.isAlive(owner)));
  return rows.filter((_, index) => alive[index]).map((row) => ({
    url: row.url,
    startedAtUs: row.started_us,
    notedAtUs: row.noted_us,
    spans: row.spans,
    spansPerSecond: row.per_second,
    errors: row.errors,
    ...(row.sender === null ? {} : { sender: row.sender }),
  }));
}
