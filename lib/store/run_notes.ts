import { type Kysely, sql } from "kysely";
import type { Evaluation, Experiment, RunNote } from "../core/mod.ts";
import { Damage } from "./checked.ts";
import { hex } from "./codec.ts";
import type { Owners } from "./engine.ts";
import { readEvaluation } from "./evaluations.ts";
import { experimentOf, LISTED } from "./experiments.ts";
import { treesOf } from "./families.ts";
import type { Schema } from "./schema.ts";

/** Runs that are asked about at once: a page of a list, and what is unfolded in it. */
const RUNS_MAX = 2_000;
/** Newest scores that are read for all of them. */
const SCORES_MAX = 10_000;

/** What a list says of these runs beside their rows. */
export async function runNotes(
  db: Kysely<Schema>,
  owners: Owners,
  runIds: readonly string[],
): Promise<readonly RunNote[]> {
  const asked = [...new Set(runIds)].slice(0, RUNS_MAX);
  if (asked.length === 0) return [];
  const runs = await db.selectFrom("run").select(["id", "run_id", "trace_id", "group_id"])
    .where("run_id", "in", asked).execute();
  const children = await childrenOf(db, asked);
  const trees = await treesOf(db, [...children.keys()]);
  const scores = await scoresOf(db, runs);
  const groups = await experimentsOf(db, owners, runs.flatMap((run) => run.group_id ?? []));
  return runs.flatMap((run): readonly RunNote[] => {
    const { run_id: runId } = run;
    const tree = trees.get(runId);
    const experiment = run.group_id === null ? undefined : groups.get(run.group_id);
    const note: RunNote = {
      runId,
      scores: scores.get(run.id) ?? [],
      children: children.get(runId) ?? 0,
      ...(tree && tree.runs > 1 ? { tree } : {}),
      ...(experiment ? { experiment } : {}),
    };
    return note.scores.length > 0 || note.children > 0 || experiment ? [note] : [];
  });
}

async function childrenOf(
  db: Kysely<Schema>,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await db.selectFrom("run").select(["parent_run_id", (eb) => eb.fn.countAll<number>().as("n")])
    .where("parent_run_id", "in", runIds).groupBy("parent_run_id").execute();
  return new Map(rows.map((row) => [row.parent_run_id ?? "", Number(row.n)]));
}

async function scoresOf(
  db: Kysely<Schema>,
  runs: readonly { readonly id: number; readonly trace_id: Uint8Array }[],
): Promise<ReadonlyMap<number, readonly Evaluation[]>> {
  const rows = await db.selectFrom("evaluation").selectAll()
    .where("run_no", "in", runs.map(({ id }) => id)).where("span_id", "is", null)
    .orderBy("created_us", "desc").orderBy("eval_id", "desc").limit(SCORES_MAX).execute();
  const traceIds = new Map(runs.map((run) => [run.id, hex(run.trace_id)]));
  const byRun = new Map<number, Map<string, Evaluation>>();
  for (const row of rows) {
    const known = byRun.get(row.run_no) ?? new Map<string, Evaluation>();
    byRun.set(row.run_no, known);
    const key = JSON.stringify([row.name, row.source]);
    if (!known.has(key)) known.set(key, readEvaluation(traceIds.get(row.run_no) ?? "", row));
  }
  return new Map([...byRun].map(([runNo, scores]) => [runNo, [...scores.values()]]));
}

async function experimentsOf(
  db: Kysely<Schema>,
  owners: Owners,
  groups: readonly string[],
): Promise<ReadonlyMap<string, Experiment & { readonly runs: number }>> {
  const ids = [...new Set(groups)];
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("experiment").select(LISTED)
    .select(sql<number>`(select count(*) from run where run.group_id = experiment.experiment_id
      and run.parent_run_id is null)`.as("runs"))
    .where("experiment_id", "in", ids).execute();
  const found = new Map<string, Experiment & { readonly runs: number }>();
  for (const row of rows) {
    try {
      found.set(row.experiment_id, { ...await experimentOf(row, owners), runs: row.runs });
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
    }
  }
  return found;
}
