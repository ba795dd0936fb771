import type { Kysely } from "kysely";
import type { Run, StoredDiff } from "../core/mod.ts";
import { runsOf } from "./reader.ts";
import { diffOf, diffRow } from "./rows.ts";
import type { Schema } from "./schema.ts";

const RELATED_RUNS_MAX = 1000;
const DIFFS_MAX = 1000;

/** Runs that a run handed work to; oldest first. */
export async function childRuns(db: Kysely<Schema>, runId: string): Promise<readonly Run[]> {
  const rows = await db.selectFrom("run").selectAll().where("parent_run_id", "=", runId)
    .orderBy("start_us").limit(RELATED_RUNS_MAX).execute();
  return await runsOf(db, rows);
}

/** Runs that began with steps of one of these, or repeat it; oldest first. */
export async function forksOf(db: Kysely<Schema>, runIds: readonly string[]): Promise<readonly Run[]> {
  if (runIds.length === 0) return [];
  const rows = await db.selectFrom("run").selectAll().where("forked_run_id", "in", runIds)
    .orderBy("id").limit(RELATED_RUNS_MAX).execute();
  return await runsOf(db, rows);
}

export async function saveDiff(db: Kysely<Schema>, diff: StoredDiff): Promise<void> {
  await db.insertInto("diff").values(diffRow(diff)).execute();
}

/** Stored differences that a run is one side of; oldest first. */
export async function diffsOf(db: Kysely<Schema>, runId: string): Promise<readonly StoredDiff[]> {
  const rows = await db.selectFrom("diff").selectAll()
    .where((eb) => eb.or([eb("left_run_id", "=", runId), eb("right_run_id", "=", runId)]))
    .orderBy("created_us").limit(DIFFS_MAX).execute();
  return rows.map(diffOf);
}
