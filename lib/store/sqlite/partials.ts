import type { Kysely } from "kysely";
import type { PartialOutput } from "../../core/mod.ts";
import { bytes, hex } from "../codec.ts";
import type { Connection } from "./open.ts";
import type { Schema } from "../schema.ts";

/** Streamed text is worth no disk flush: the span's end carries all of it. */
export async function writePartial({ db, sqlite }: Connection, partial: PartialOutput): Promise<void> {
  await db.connection().execute(async (connection) => {
    sqlite.exec("pragma synchronous = normal");
    try {
      const row = { text: partial.text, reasoning: partial.reasoning, updated_us: partial.updatedAtUs };
      await connection.insertInto("partial")
        .values({ trace_id: bytes(partial.traceId), span_id: bytes(partial.spanId), ...row })
        .onConflict((conflict) => conflict.columns(["trace_id", "span_id"]).doUpdateSet(row)).execute();
    } finally {
      sqlite.exec("pragma synchronous = full");
    }
  });
}

export async function partialsOf(db: Kysely<Schema>, traceId: string): Promise<readonly PartialOutput[]> {
  const rows = await db.selectFrom("partial").selectAll().where("trace_id", "=", bytes(traceId)).execute();
  return rows.map((row) => ({
    traceId,
    spanId: hex(row.span_id),
    text: row.text,
    reasoning: row.reasoning,
    updatedAtUs: row.updated_us,
  }));
}

export async function clearPartials(db: Kysely<Schema>, traceId: string): Promise<void> {
  await db.deleteFrom("partial").where("trace_id", "=", bytes(traceId)).execute();
}
