import type { Kysely } from "kysely";
import type { PartialOutput } from "../core/mod.ts";
import { bytes, hex } from "./codec.ts";
import type { Schema } from "./schema.ts";
import { run as execute } from "./statements.ts";

/** What the run's open model calls have streamed so far. */
export async function partialsOf(db: Kysely<Schema>, traceId: string): Promise<readonly PartialOutput[]> {
  const key = bytes(traceId);
  const { rows } = await execute<Schema["partial"]>(
    db,
    "select partials",
    [key],
    () => db.selectFrom("partial").selectAll().where("trace_id", "=", key),
  );
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
