import { type Kysely, sql } from "kysely";
import { FINAL_STATUSES, type Retention, type RunStatus } from "../core/mod.ts";
import type { TextSearch } from "./engine.ts";
import { nextSeq } from "./journal.ts";
import type { Schema } from "./schema.ts";
import { asOfOneMoment, type Db } from "./statements.ts";

/** Runs deleted in one transaction: others wait for it. */
const RUNS_PER_TRANSACTION = 100;

/** A run in one of these states may be deleted. */
const ENDED: readonly RunStatus[] = [...FINAL_STATUSES, "interrupted"];

interface OldRun {
  readonly id: number;
  readonly run_id: string;
}

/** Deletes runs that ended before a time, with all that is theirs. Returns how many. */
export async function prune(
  db: Kysely<Schema>,
  search: TextSearch,
  retention: Retention,
): Promise<number> {
  const runs = await asOfOneMoment(db, (db) => deletable(db, retention));
  if (retention.dryRun || runs.length === 0) return runs.length;
  let deleted = 0;
  for (let from = 0; from < runs.length; from += RUNS_PER_TRANSACTION) {
    const some = runs.slice(from, from + RUNS_PER_TRANSACTION);
    deleted += await db.transaction().execute((db) => deleteRuns(db, search, some));
  }
  await db.transaction().execute(sweep);
  return deleted;
}

/** Old runs but for those that have a relative, by hand-offs, which stays. */
async function deletable(db: Db, { endedBeforeUs, keepScored = true }: Retention): Promise<OldRun[]> {
  let query = db.selectFrom("run").select(["id", "run_id"])
    .where("status", "in", [...ENDED])
    .where((eb) => eb(eb.fn.coalesce("end_us", "start_us"), "<", endedBeforeUs));
  if (keepScored) query = query.where("id", "not in", db.selectFrom("evaluation").select("run_no"));
  const old = await query.orderBy("id").execute();
  const ids = new Set(old.map((run) => run.run_id));
  const handOffs = await db.selectFrom("run").select(["run_id", "parent_run_id"])
    .where("parent_run_id", "is not", null).execute();
  const relatives = new Map<string, string[]>();
  for (const { run_id, parent_run_id } of handOffs) {
    addTo(relatives, run_id, parent_run_id!);
    addTo(relatives, parent_run_id!, run_id);
  }
  // Whoever stays keeps its relatives, and they theirs. A parent that is not in the store keeps nobody.
  const there = new Set(handOffs.map((run) => run.run_id));
  const parents = handOffs.map((run) => run.parent_run_id!).filter((id) => !there.has(id) && !ids.has(id));
  for (const id of await existing(db, parents)) there.add(id);
  const stay = [...there].filter((id) => !ids.has(id));
  for (let id = stay.pop(); id !== undefined; id = stay.pop()) {
    for (const relative of relatives.get(id) ?? []) if (ids.delete(relative)) stay.push(relative);
  }
  return old.filter((run) => ids.has(run.run_id));
}

function addTo(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

async function existing(db: Db, runIds: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (let from = 0; from < runIds.length; from += RUNS_PER_TRANSACTION) {
    const rows = await db.selectFrom("run").select("run_id")
      .where("run_id", "in", runIds.slice(from, from + RUNS_PER_TRANSACTION)).execute();
    found.push(...rows.map((row) => row.run_id));
  }
  return found;
}

/** Leaves out those that somebody resumed meanwhile. Returns how many went. */
async function deleteRuns(db: Db, search: TextSearch, old: readonly OldRun[]): Promise<number> {
  const runs = await db.selectFrom("run").select(["id", "trace_id"]).where(
    "id",
    "in",
    old.map(({ id }) => id),
  )
    .where("status", "in", [...ENDED]).execute();
  if (runs.length === 0) return 0;
  const runNos = runs.map((run) => run.id);
  const keys = runs.map((run) => run.trace_id);
  await search.forget(db, runNos);
  for (const table of ["span", "run_message", "run_usage", "snapshot", "evaluation"] as const) {
    await db.deleteFrom(table).where("run_no", "in", runNos).execute();
  }
  await db.deleteFrom("partial").where("trace_id", "in", keys).execute();
  await db.deleteFrom("control").where("trace_id", "in", keys).execute();
  await db.deleteFrom("run").where("id", "in", runNos).execute();
  return runs.length;
}

/** Differences of which neither run is left, and bodies that nothing refers to. */
async function sweep(db: Db): Promise<void> {
  const runIds = db.selectFrom("run").select("run_id");
  await db.deleteFrom("diff").where("left_run_id", "not in", runIds).where("right_run_id", "not in", runIds)
    .execute();
  await sql`delete from body where id not in (
    select config_body from run union select prompt_body from run where prompt_body is not null
    union select output_body from run where output_body is not null
    union select attributes_body from span where attributes_body is not null
    union select price_body from span where price_body is not null
    union select body_id from run_message
    union select key_values_body from snapshot where key_values_body is not null)`.execute(db);
  const { seq } = await nextSeq(db);
  await db.updateTable("clock").set({ swept: seq }).where("id", "=", 1).execute();
}
