import type { Kysely } from "kysely";
import { type EndpointNote, isRateLimit, tryParseJson } from "../core/mod.ts";
import type { Schema } from "./schema.ts";

/** Servers and keys remembered; those noted longest ago are forgotten. */
const NOTES_MAX = 100;

/** Replaces what was noted of that server and key. */
export async function saveEndpointNote(db: Kysely<Schema>, note: EndpointNote): Promise<void> {
  const { address, keyId, refusedFields, limits, notedAtUs } = note;
  const row = {
    refused_fields: JSON.stringify(refusedFields),
    limits: JSON.stringify(limits),
    noted_us: notedAtUs,
  };
  await db.insertInto("endpoint").values({ address, key_id: keyId, ...row })
    .onConflict((conflict) => conflict.columns(["address", "key_id"]).doUpdateSet(row)).execute();
  const oldest = await db.selectFrom("endpoint").select("noted_us").orderBy("noted_us", "desc")
    .offset(NOTES_MAX).limit(1).executeTakeFirst();
  if (oldest) await db.deleteFrom("endpoint").where("noted_us", "<=", oldest.noted_us).execute();
}

/** Everything noted, latest first. What another program wrote there may be anything. */
export async function endpointNotes(db: Kysely<Schema>): Promise<readonly EndpointNote[]> {
  const rows = await db.selectFrom("endpoint").selectAll().orderBy("noted_us", "desc").limit(NOTES_MAX)
    .execute();
  const listOf = (json: string): readonly unknown[] => {
    const value = tryParseJson(json);
    return Array.isArray(value) ? value : [];
  };
  return rows.map((row) => ({
    address: row.address,
    keyId: row.key_id,
    refusedFields: listOf(row.refused_fields).filter((it) => typeof it === "string"),
    limits: listOf(row.limits).filter(isRateLimit),
    notedAtUs: row.noted_us,
  }));
}
