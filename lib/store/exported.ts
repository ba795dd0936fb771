import type { SentRun } from "../core/mod.ts";
import { bytes, hex } from "./codec.ts";
import type { Db } from "./statements.ts";

/** How far runs were sent to a collector: what each looked like then, by the write that it had last. */
export async function sentRuns(db: Db, target: string): Promise<readonly SentRun[]> {
  const rows = await db.selectFrom("exported").select(["trace_id", "seq"]).where("target", "=", target)
    .execute();
  return rows.map(({ trace_id, seq }) => ({ traceId: hex(trace_id), seq }));
}

/** As many as one statement takes. */
const RUNS_AT_ONCE = 500;

export async function noteSent(db: Db, target: string, runs: readonly SentRun[]): Promise<void> {
  for (let from = 0; from < runs.length; from += RUNS_AT_ONCE) {
    const rows = runs.slice(from, from + RUNS_AT_ONCE);
    await db.insertInto("exported")
      .values(rows.map(({ traceId, seq }) => ({ target, trace_id: bytes(traceId), seq })))
      .onConflict((it) =>
        it.columns(["target", "trace_id"]).doUpdateSet(({ ref }) => ({ seq: ref("excluded.seq") }))
      ).execute();
  }
}
