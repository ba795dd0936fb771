import { type Kysely, sql } from "kysely";
import type { StoreStats } from "../core/mod.ts";
import type { Schema } from "./schema.ts";

/** What a store holds, as far as its tables say. */
export async function countRows(
  db: Kysely<Schema>,
): Promise<Omit<StoreStats, "schemaVersion" | "bytes">> {
  const count = async (table: "run" | "span" | "run_message") =>
    Number(
      (await db.selectFrom(table).select((eb) => eb.fn.countAll<number>().as("n")).executeTakeFirstOrThrow())
        .n,
    );
  const body = await db.selectFrom("body").select([
    sql<number>`count(*)`.as("n"),
    sql<number>`coalesce(sum(length), 0)`.as("plain"),
    sql<number>`coalesce(sum(length(data)), 0)`.as("stored"),
  ]).executeTakeFirstOrThrow();
  const pending = await db.selectFrom("run").select((eb) => eb.fn.countAll<number>().as("n"))
    .where("indexed", "=", 0).executeTakeFirstOrThrow();
  return {
    runs: await count("run"),
    spans: await count("span"),
    messages: await count("run_message"),
    bodies: body.n,
    bodyBytes: body.plain,
    storedBodyBytes: body.stored,
    unindexedRuns: Number(pending.n),
  };
}
