import { type Kysely, sql } from "kysely";
import { AgentOpError, FINAL_STATUSES, type Retention, type RunStatus } from "../core/mod.ts";
import type { TextSearch } from "./engine.ts";
import { forgetResults } from "./experiment_digest.ts";
import { nextSeq } from "./journal.ts";
import type { Schema } from "./schema.ts";
import { asOfOneMoment, type Db } from "./statements.ts";

/** Runs deleted in one transaction, a family more: others wait for it. Also how many a statement names. */
const RUNS_PER_TRANSACTION = 100;

/** A run in one of these states may be deleted. */
const ENDED: readonly RunStatus[] = [...FINAL_STATUSES, "interrupted"];

interface OldRun {
  readonly id: number;
  readonly run_id: string;
  readonly trace_id: Uint8Array;
  readonly status: string;
}

/** Deletes runs that ended before a time, with all that is theirs, families whole. Returns how many. */
export async function prune(
  db: Kysely<Schema>,
  search: TextSearch,
  retention: Retention,
): Promise<number> {
  const families = await asOfOneMoment(db, (db) => deletable(db, retention));
  if (retention.dryRun) return families.reduce((sum, family) => sum + family.length, 0);
  let deleted = 0;
  for (let from = 0; from < families.length;) {
    const some: OldRun[][] = [];
    for (let runs = 0; from < families.length && runs < RUNS_PER_TRANSACTION; from++) {
      some.push(families[from]!);
      runs += families[from]!.length;
    }
    deleted += await db.transaction().execute(async (db) => {
      const ended = await endedFamilies(db, some);
      await deleteRows(db, search, ended);
      return ended.length;
    });
  }
  // Also where nothing is old: a deletion that was killed may have left bodies.
  await db.transaction().execute(sweep);
  return deleted;
}

/** Deletes these runs, all or none. Throws `AgentOpError` when one is at work. */
export async function deleteRuns(
  db: Kysely<Schema>,
  search: TextSearch,
  runIds: readonly string[],
): Promise<number> {
  return await db.transaction().execute(async (db) => {
    const runs: OldRun[] = [];
    for (let from = 0; from < runIds.length; from += RUNS_PER_TRANSACTION) {
      const some = runIds.slice(from, from + RUNS_PER_TRANSACTION);
      runs.push(
        ...await db.selectFrom("run").select(["id", "run_id", "trace_id", "status"])
          .where("run_id", "in", some).execute(),
      );
    }
    const busy = runs.find(({ status }) => !ENDED.includes(status as RunStatus));
    if (busy) {
      throw new AgentOpError(`Cannot delete run ${busy.run_id}: it is ${busy.status}`, {
        remedy: `agentop stop ${busy.run_id}`,
      });
    }
    await deleteRows(db, search, runs);
    await sweep(db);
    return runs.length;
  });
}

/** Families, by hand-offs, of old runs: none has a relative that stays. */
async function deletable(db: Db, { endedBeforeUs, keepScored = true }: Retention): Promise<OldRun[][]> {
  let query = db.selectFrom("run").select(["id", "run_id", "trace_id", "status"])
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
  return familiesOf(old.filter((run) => ids.has(run.run_id)), relatives);
}

function familiesOf(runs: readonly OldRun[], relatives: ReadonlyMap<string, readonly string[]>): OldRun[][] {
  const left = new Map(runs.map((run) => [run.run_id, run]));
  return runs.flatMap((run) => {
    if (!left.delete(run.run_id)) return [];
    const family = [run];
    for (const member of family) {
      for (const id of relatives.get(member.run_id) ?? []) {
        const relative = left.get(id);
        if (relative) family.push(relative);
        left.delete(id);
      }
    }
    return [family];
  });
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

/** The runs of families of which nobody resumed one meanwhile. */
async function endedFamilies(db: Db, families: readonly (readonly OldRun[])[]): Promise<OldRun[]> {
  const ids = families.flat().map((run) => run.id);
  const rows = await db.selectFrom("run").select("id").where("id", "in", ids).where("status", "in", [
    ...ENDED,
  ])
    .execute();
  const ended = new Set(rows.map((row) => row.id));
  return families.filter((family) => family.every((run) => ended.has(run.id))).flat();
}

async function deleteRows(db: Db, search: TextSearch, runs: readonly OldRun[]): Promise<void> {
  for (let from = 0; from < runs.length; from += RUNS_PER_TRANSACTION) {
    const some = runs.slice(from, from + RUNS_PER_TRANSACTION);
    const runNos = some.map((run) => run.id);
    const keys = some.map((run) => run.trace_id);
    await search.forget(db, runNos);
    await forgetResults(db, runNos);
    for (
      const table of ["span", "run_message", "run_usage", "snapshot", "evaluation", "eval_result"] as const
    ) {
      await db.deleteFrom(table).where("run_no", "in", runNos).execute();
    }
    await db.deleteFrom("partial").where("trace_id", "in", keys).execute();
    await db.deleteFrom("control").where("trace_id", "in", keys).execute();
    await db.deleteFrom("exchange").where("trace_id", "in", keys).execute();
    await db.deleteFrom("received").where("trace_id", "in", keys).execute();
    await db.deleteFrom("exported").where("trace_id", "in", keys).execute();
    await db.deleteFrom("received_run").where("trace_id", "in", keys).execute();
    await db.deleteFrom("run").where("id", "in", runNos).execute();
  }
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
