import type { Kysely } from "kysely";
import { type RepairedRun, type RepairReport, tryParseJson } from "../core/mod.ts";
import { Damage } from "./checked.ts";
import { diffDigest, evaluationDigest, isSameDigest } from "./digest.ts";
import { readable, readableRange } from "./readable.ts";
import { diffOf, evaluationOf } from "./rows.ts";
import { BodyCopier } from "./salvage_bodies.ts";
import { salvageRun } from "./salvage_run.ts";
import { copyExperiments } from "./salvage_experiments.ts";
import { copySettings } from "./salvage_settings.ts";
import type { Schema } from "./schema.ts";
import { checkBodies } from "./verify_bodies.ts";

/** Numbers of rows are looked for up to here where no index says them. */
const NUMBER_MAX = 2 ** 21;
const KEYS_PER_QUERY = 500;
const NAME_CHARS = 40;

/** Copies what can be read of one store into an empty one, run by run, and says what was lost. `to` is written in one transaction. */
export async function salvage(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
): Promise<Omit<RepairReport, "path">> {
  const hashes = await checkBodies(from, () => {});
  const runNos = await runNumbers(from);
  const runs: RepairedRun[] = [];
  const notes: string[] = [];
  const kept = new Map<number, { readonly runNo: number; readonly traceId: string; readonly at: number }>();
  await to.transaction().execute(async (to) => {
    const bodies = new BodyCopier(from, to, hashes);
    for (const runNo of runNos) {
      const { runId, lost, copy } = await salvageRun(from, to, runNo, bodies);
      if (copy) kept.set(runNo, { ...copy, at: runs.length });
      runs.push({ runId, isKept: copy !== undefined, lost });
    }
    const experiments = await copyExperiments(from, to, (runNo) => kept.get(runNo)?.runNo, notes);
    const lostEvaluations = await copyEvaluations({ from, to, kept, experiments, notes });
    for (const [runNo, count] of lostEvaluations) {
      const at = kept.get(runNo)?.at;
      if (at === undefined) continue;
      runs[at] = {
        ...runs[at]!,
        lost: [...runs[at]!.lost, count === 1 ? "1 evaluation" : `${count} evaluations`],
      };
    }
    await copyDiffs(from, to, notes);
    const salvaged = new Map(
      [...kept.values()].map(({ traceId, at }) => [traceId, runs[at]!.lost.length === 0]),
    );
    await copySettings(from, to, salvaged, notes);
    await copyNotes(from, to);
    await copyClock(from, to);
  });
  return { runs, notes };
}

/** From the table and from every index and table that names runs: some of them can be read. */
async function runNumbers(db: Kysely<Schema>): Promise<readonly number[]> {
  const found = new Set<number>();
  const queries = [
    () => db.selectFrom("run").select("id").orderBy("run_id"),
    () => db.selectFrom("run").select("id").orderBy("start_us").orderBy("id"),
    () => db.selectFrom("span").select("run_no as id").distinct(),
    () => db.selectFrom("run_message").select("run_no as id").distinct(),
  ];
  for (const query of queries) {
    for (const { id } of await readable([query], ([query]) => query!().execute())) found.add(id);
  }
  const { rows } = await readableRange(
    NUMBER_MAX,
    (first, last) =>
      db.selectFrom("run").select(["id", "status"]).where("id", ">=", first).where("id", "<=", last)
        .execute(),
  );
  for (const { id } of rows) found.add(id);
  return [...found].filter((id) => Number.isSafeInteger(id) && id > 0).sort((a, b) => a - b);
}

type Kept = ReadonlyMap<number, { readonly runNo: number; readonly traceId: string }>;

/** Gives how many were lost, by the number of their run. */
async function copyEvaluations(
  { from, to, kept, experiments, notes }: {
    readonly from: Kysely<Schema>;
    readonly to: Kysely<Schema>;
    readonly kept: Kept;
    readonly experiments: ReadonlyMap<number, number>;
    readonly notes: string[];
  },
): Promise<ReadonlyMap<number, number>> {
  const lost = new Map<number, number>();
  const { rows, isCut } = await rowsOf<Schema["evaluation"]>(from, "evaluation", "eval_id");
  if (isCut) notes.push("some evaluations could not be read; whose they were is not known");
  for (const row of rows) {
    const run = kept.get(row.run_no);
    if (!run) continue;
    try {
      evaluationOf(run.traceId, row);
      if (row.digest && !isSameDigest(row.digest, evaluationDigest(run.traceId, row))) {
        throw new Damage("changed");
      }
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      lost.set(row.run_no, (lost.get(row.run_no) ?? 0) + 1);
      continue;
    }
    const experiment_no = row.experiment_no === null ? null : experiments.get(row.experiment_no) ?? null;
    const copied = { ...row, run_no: run.runNo, experiment_no };
    await to.insertInto("evaluation").values({ ...copied, digest: evaluationDigest(run.traceId, copied) })
      .execute();
  }
  return lost;
}

async function copyDiffs(from: Kysely<Schema>, to: Kysely<Schema>, notes: string[]): Promise<void> {
  const { rows, isCut } = await rowsOf<Schema["diff"]>(from, "diff", "diff_id");
  if (isCut) notes.push("some differences of runs could not be read");
  for (const row of rows) {
    try {
      diffOf(row);
      if (row.digest && !isSameDigest(row.digest, diffDigest(row))) throw new Damage("it was changed");
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      notes.push(`the difference ${String(row.diff_id).slice(0, NAME_CHARS)} was left out: ${error.message}`);
      continue;
    }
    await to.insertInto("diff").values({ ...row, digest: diffDigest(row) }).execute();
  }
}

/** All rows that can be read, by the index of their keys or by their numbers. */
async function rowsOf<Row>(
  db: Kysely<Schema>,
  table: "evaluation" | "diff",
  key: "eval_id" | "diff_id",
): Promise<{ readonly rows: readonly Row[]; readonly isCut: boolean }> {
  const select = () => db.selectFrom(table as "diff");
  const found = new Map<string, Row>();
  const add = (rows: readonly object[]) => {
    for (const row of rows) found.set(String((row as Record<string, unknown>)[key]), row as Row);
  };
  const keys = await readable(
    [key],
    () => select().select(key as "diff_id").orderBy(key as "diff_id").execute(),
  );
  const ids = keys.map((row) => String((row as unknown as Record<string, unknown>)[key]));
  for (let at = 0; at < ids.length; at += KEYS_PER_QUERY) {
    const some = ids.slice(at, at + KEYS_PER_QUERY);
    add(await readable(some, (some) => select().selectAll().where(key as "diff_id", "in", some).execute()));
  }
  const rowid = db.dynamic.ref<"diff.created_us">("rowid");
  const { rows, isCut } = await readableRange(
    NUMBER_MAX,
    (first, last) => select().selectAll().where(rowid, ">=", first).where(rowid, "<=", last).execute(),
  );
  add(rows);
  return { rows: [...found.values()], isCut: isCut || ids.some((id) => !found.has(id)) };
}

async function copyNotes(from: Kysely<Schema>, to: Kysely<Schema>): Promise<void> {
  const rows = await readable(["all"], () => from.selectFrom("endpoint").selectAll().execute());
  for (const row of rows) {
    const isList = (json: unknown) => typeof json === "string" && Array.isArray(tryParseJson(json));
    if (!isList(row.refused_fields) || !isList(row.limits)) continue;
    if (typeof row.address !== "string" || !Number.isSafeInteger(row.noted_us)) continue;
    await to.insertInto("endpoint").values(row).onConflict((it) => it.doNothing()).execute();
  }
}

/** Followers of the copy must not think that they know more than there is. */
async function copyClock(from: Kysely<Schema>, to: Kysely<Schema>): Promise<void> {
  const rows = await readable(["all"], () => from.selectFrom("clock").select("seq").execute());
  const { last } = await to.selectFrom("run").select((eb) => eb.fn.max("seq").as("last"))
    .executeTakeFirstOrThrow();
  const known = rows.map(({ seq }) => seq).filter((seq) => Number.isSafeInteger(seq) && seq >= 0);
  await to.updateTable("clock").set({ seq: Math.max(0, Number(last ?? 0), ...known) }).where("id", "=", 1)
    .execute();
}
