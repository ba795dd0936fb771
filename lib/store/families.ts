import { type Kysely, sql } from "kysely";
import { NO_USAGE, roundUsd, type Run, RUN_TAG, type StoredDiff, type TreeTotals } from "../core/mod.ts";
import { whole } from "./changes.ts";
import { diffDigest } from "./digest.ts";
import { runsOf } from "./reader.ts";
import { diffOf, diffRow, estimateOf, usageOf } from "./rows.ts";
import type { RunRow, Schema } from "./schema.ts";

const RELATED_RUNS_MAX = 1000;
const DIFFS_MAX = 1000;

/** Who judges a run is its child, and none of its work. */
const JUDGING = `%"${RUN_TAG.judge}":%`;

/** Runs that a run handed work to; oldest first. */
export async function childRuns(db: Kysely<Schema>, runId: string): Promise<readonly Run[]> {
  const rows = await db.selectFrom("run").selectAll().where("parent_run_id", "=", runId)
    .where("tags", "not like", JUDGING).orderBy("start_us").limit(RELATED_RUNS_MAX).execute();
  return await runsOf(db, rows);
}

/** These runs and all that they handed work to, or that judged them, at any depth. `union` ends what a damaged store may have made a circle. */
export async function withHandOffs(db: Kysely<Schema>, runIds: readonly string[]): Promise<readonly Run[]> {
  if (runIds.length === 0) return [];
  const { rows } = await sql<{ id: number }>`
    with recursive tree (run_id) as (
      select run_id from run where run_id in (${sql.join([...runIds])})
      union select child.run_id from tree join run as child on child.parent_run_id = tree.run_id
    )
    select run.id as id from tree join run on run.run_id = tree.run_id`.execute(db);
  const ids = rows.map((row) => row.id);
  const runs = await db.selectFrom("run").selectAll().where("id", "in", ids).orderBy("start_us").orderBy("id")
    .execute();
  return await runsOf(db, runs);
}

type SummedRow =
  & { readonly top: string; readonly runs: number }
  & Pick<
    RunRow,
    | "input_tokens"
    | "output_tokens"
    | "cached_input_tokens"
    | "cache_write_input_tokens"
    | "reasoning_tokens"
    | "cost_usd"
    | "unknown_cost_calls"
    | "estimated_cost_usd"
  >;

/** The figures of a run together with those of all hand-offs below it. */
export async function treeTotals(db: Kysely<Schema>, runId: string): Promise<TreeTotals> {
  return (await treesOf(db, [runId])).get(runId) ?? NO_TREE;
}

const NO_TREE: TreeTotals = { runs: 0, usage: NO_USAGE, costUsd: 0, unknownCostCalls: 0 };

/** Of each of these runs. `union` ends what a damaged store may have made a circle. */
export async function treesOf(
  db: Kysely<Schema>,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, TreeTotals>> {
  if (runIds.length === 0) return new Map();
  const sum = (column: keyof SummedRow) =>
    sql`coalesce(sum(run.${sql.ref(column)}), 0) as ${sql.ref(column)}`;
  const { rows } = await sql<SummedRow>`
    with recursive tree (top, run_id) as (
      select run_id, run_id from run where run_id in (${sql.join([...runIds])})
      union select tree.top, child.run_id from tree join run as child
      on child.parent_run_id = tree.run_id and child.tags not like ${JUDGING}
    )
    select tree.top as top, count(run.id) as runs, ${
    sql.join([
      sum("input_tokens"),
      sum("output_tokens"),
      sum("cached_input_tokens"),
      sum("cache_write_input_tokens"),
      sum("reasoning_tokens"),
      sum("cost_usd"),
      sum("unknown_cost_calls"),
      sum("estimated_cost_usd"),
    ])
  } from tree join run on run.run_id = tree.run_id group by tree.top`.execute(db);
  return new Map(rows.map((row) => [row.top, {
    runs: row.runs,
    usage: usageOf(row),
    costUsd: roundUsd(row.cost_usd),
    unknownCostCalls: row.unknown_cost_calls,
    ...estimateOf(row),
  }]));
}

/** Runs that began with steps of one of these, or repeat it; oldest first. */
export async function forksOf(db: Kysely<Schema>, runIds: readonly string[]): Promise<readonly Run[]> {
  if (runIds.length === 0) return [];
  const rows = await db.selectFrom("run").selectAll().where("forked_run_id", "in", runIds)
    .orderBy("id").limit(RELATED_RUNS_MAX).execute();
  return await runsOf(db, rows);
}

export async function saveDiff(db: Kysely<Schema>, diff: StoredDiff): Promise<void> {
  const row = diffRow(diff);
  await db.insertInto("diff").values({ ...row, digest: diffDigest(row) }).execute();
}

/** Stored differences that a run is one side of; oldest first. */
export async function diffsOf(db: Kysely<Schema>, runId: string): Promise<readonly StoredDiff[]> {
  const rows = await db.selectFrom("diff").selectAll()
    .where((eb) => eb.or([eb("left_run_id", "=", runId), eb("right_run_id", "=", runId)]))
    .orderBy("created_us").limit(DIFFS_MAX).execute();
  return rows.map((row) => whole({ runId }, "a stored difference", () => diffOf(row)));
}
