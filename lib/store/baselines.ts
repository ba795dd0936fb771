import type { Kysely } from "kysely";
import type { Baseline } from "../core/mod.ts";
import { checkLengths, Damage, idIn } from "./checked.ts";
import { isSameDigest } from "./digest.ts";
import { baselineDigest } from "./experiment_digest.ts";
import { checkRow } from "./row_types.ts";
import type { BaselineRow, Schema } from "./schema.ts";

const BASELINES_MAX = 1000;

export async function saveBaseline(db: Kysely<Schema>, baseline: Baseline): Promise<void> {
  const key = { name: baseline.name };
  const row = { run_id: baseline.runId, created_us: baseline.createdAtUs };
  const kept = { ...row, digest: baselineDigest({ ...key, ...row }) };
  await db.insertInto("baseline").values({ ...key, ...kept })
    .onConflict((conflict) => conflict.column("name").doUpdateSet(kept)).execute();
}

export async function listBaselines(db: Kysely<Schema>): Promise<readonly Baseline[]> {
  const rows = await db.selectFrom("baseline").selectAll().orderBy("name").limit(BASELINES_MAX).execute();
  return rows.map((row) => {
    try {
      checkBaseline(row);
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      return { name: String(row.name), runId: "", createdAtUs: 0, isDamaged: true };
    }
    return { name: row.name, runId: row.run_id, createdAtUs: row.created_us };
  });
}

/** Throws `Damage` for a row that cannot be, or is not what was written. */
export function checkBaseline(row: BaselineRow): void {
  checkRow("baseline", row);
  checkLengths(row, ["name", "run_id"], []);
  idIn("its run's id", row.run_id);
  if (row.digest !== null && !isSameDigest(row.digest, baselineDigest(row))) {
    throw new Damage("it is not what was written");
  }
}
