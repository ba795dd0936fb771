import type { SentRun } from "../core/mod.ts";
import { bytes, hex } from "./codec.ts";
import type { Db } from "./statements.ts";

/** How far runs were sent to a collector: what each looked like then, by the write that it had last. */
export async function sentRuns(db: Db, target: string): Promise<readonly SentRun[]> {
  const rows = await db.selectFrom("exported").select(["trace_id", "seq"]).where("target", "=", target)
    .execute();
  return rows.map(({ trace_id, seq }) => ({ traceId: hex(trace_id), seq }));
}

export async function noteSent(db: Db, target: string, runs: readonly SentRun[]): Promise<void> {
  for (const { traceId, seq } of runs) {
    await db.insertInto("exported").values({ target, trace_id: bytes(traceId), seq })
      .onConflict((it) => it.columns(["target", "trace_id"]).doUpdateSet({ seq })).execute();
  }
}
