import type { Kysely } from "kysely";
import type { ControlAction, ControlRequest } from "../core/mod.ts";
import { bytes } from "./codec.ts";
import type { Schema } from "./schema.ts";

/** What somebody wants of a run, for the process that works on it. */
export async function askFor(
  db: Kysely<Schema>,
  request: Omit<ControlRequest, "id">,
): Promise<void> {
  await db.insertInto("control").values({
    trace_id: bytes(request.traceId),
    action: request.action,
    argument: JSON.stringify(request.argument),
    requested_us: request.requestedAtUs,
    taken: 0,
  }).execute();
}

/** Requests for a run that nobody has taken, oldest first; they are taken now. */
export async function takeWaiting(db: Kysely<Schema>, traceId: string): Promise<ControlRequest[]> {
  const key = bytes(traceId);
  const waiting = await db.selectFrom("control").select("id")
    .where("trace_id", "=", key).where("taken", "=", 0).limit(1).executeTakeFirst();
  if (!waiting) return [];
  const rows = await db.updateTable("control").set({ taken: 1 })
    .where("trace_id", "=", key).where("taken", "=", 0).returningAll().execute();
  return rows.sort((a, b) => a.id - b.id).map((row) => ({
    id: row.id,
    traceId,
    action: row.action as ControlAction,
    argument: JSON.parse(row.argument) as Record<string, unknown>,
    requestedAtUs: row.requested_us,
  }));
}
