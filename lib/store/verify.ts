import { type Kysely, sql } from "kysely";
import { LIVE_STATUSES, reasonOf, type RunStatus, tryParseJson, type VerifyReport } from "../core/mod.ts";
import { Damage } from "./checked.ts";
import { hex } from "./codec.ts";
import { diffDigest, evaluationDigest, isSameDigest } from "./digest.ts";
import type { EngineUpkeep } from "./engine.ts";
import { isUnreadable, readable } from "./readable.ts";
import { diffOf, evaluationOf } from "./rows.ts";
import type { DiffRow, EvaluationRow, Schema } from "./schema.ts";
import { asOfOneMoment } from "./statements.ts";
import { checkBodies } from "./verify_bodies.ts";
import { checkExperiments } from "./verify_experiments.ts";
import { checkRun } from "./verify_run.ts";

const PROBLEMS_MAX = 100;
const ROWS_PER_PAGE = 500;

type Report = (problem: string) => void;

/** What is found so far. */
class Findings {
  readonly problems: string[] = [];
  readonly damagedRuns = new Set<string>();
  count = 0;
  readonly uncovered = { runs: 0, evaluations: 0, differences: 0, experiments: 0, baselines: 0 };

  readonly report: Report = (problem) => {
    this.count++;
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(problem);
  };

  reportOf(runId: string): Report {
    return (problem) => {
      this.damagedRuns.add(runId);
      this.report(`run ${runId}: ${problem}`);
    };
  }
}

/**
 * The database's own check, then ours: every body hashes to its name, every message id follows from the chain, every row has the
 * digest that it was given, everything reads. What cannot be read is a finding, and the rest is checked all the same.
 */
export async function verify(
  db: Kysely<Schema>,
  upkeep: EngineUpkeep,
  lost: readonly string[] = [],
): Promise<VerifyReport> {
  const found = new Findings();
  for (const line of lost) found.report(line);
  await attempt(found.report, "the database", async () => {
    for (const problem of await upkeep.problems(PROBLEMS_MAX, "whole")) found.report(problem);
  });
  const hashes = await checkBodies(db, found.report);
  const runs = await runNumbers(db, found.report);
  let messages = 0;
  for (const [runNo, { runId, status }] of runs) {
    const report = found.reportOf(runId);
    await attempt(report, undefined, async () => {
      const checked = await asOfOneMoment(db, (db) => checkRun(db, runNo, hashes, report));
      messages += checked.messages;
      const isAtWork = LIVE_STATUSES.includes(status as RunStatus) || status === "queued";
      if (!checked.isCovered && !isAtWork) found.uncovered.runs++;
    });
  }
  await checkEvaluations(db, runs, found);
  await checkDiffs(db, found);
  await attempt(found.report, "experiments", () => checkExperiments(db, found.report, found.uncovered));
  await attempt(found.report, "rows that belong to no run", () => checkStrays(db, found.report));
  await attempt(found.report, "what is noted of servers and requests", () => checkNotes(db, found.report));
  const orphaned = await orphans(db).catch(() => []); // said above, where it cannot be read
  return {
    ok: found.count === 0,
    runs: runs.size,
    messages,
    bodies: hashes.size,
    problems: found.problems,
    problemCount: found.count,
    damagedRuns: [...found.damagedRuns],
    uncovered: found.uncovered,
    notes: [...uncoveredNotes(found), ...orphaned],
  };
}

/** What cannot be read is said, and ends no check. Without a subject `report` has its own. */
async function attempt(
  report: Report,
  subject: string | undefined,
  work: () => Promise<void>,
): Promise<void> {
  const of = subject === undefined ? "" : `${subject}: `;
  try {
    await work();
  } catch (error) {
    if (isUnreadable(error)) report(`${of}some of its rows cannot be read`);
    else report(`${of}${reasonOf(error)}`);
  }
}

interface Known {
  readonly runId: string;
  readonly traceId: string;
  readonly status: string;
}

/** Which runs there are, also where some of their rows cannot be read. */
async function runNumbers(db: Kysely<Schema>, report: Report): Promise<Map<number, Known>> {
  let ids: readonly number[] = [];
  await attempt(report, "the list of runs", async () => {
    ids = (await db.selectFrom("run").select(["id", "run_id"]).execute()).map(({ id }) => id);
  });
  if (ids.length === 0) {
    await attempt(report, "the list of runs", async () => {
      ids = (await db.selectFrom("run_message").select("run_no").distinct().execute()).map((it) => it.run_no);
    });
  }
  const runs = new Map<number, Known>();
  for (let from = 0; from < ids.length; from += ROWS_PER_PAGE) {
    const some = ids.slice(from, from + ROWS_PER_PAGE);
    const rows = await readable(
      some,
      (some) =>
        db.selectFrom("run").select(["id", "run_id", "trace_id", "status"]).where("id", "in", some).execute(),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const id of some) {
      const row = byId.get(id);
      if (!row) report(`run number ${id}: its row cannot be read`);
      runs.set(id, {
        runId: typeof row?.run_id === "string" ? row.run_id : `number ${id}`,
        traceId: row?.trace_id instanceof Uint8Array ? hex(row.trace_id) : "",
        status: String(row?.status),
      });
    }
  }
  return runs;
}

async function checkEvaluations(
  db: Kysely<Schema>,
  runs: ReadonlyMap<number, Known>,
  found: Findings,
): Promise<void> {
  const runIds = (row: EvaluationRow) => [runs.get(row.run_no)?.runId];
  await eachRow({ db, table: "evaluation", key: "eval_id", found, runIds }, (row) => {
    const run = runs.get(row.run_no);
    if (!run) throw new Damage("its run is missing");
    evaluationOf(run.traceId, row);
    if (row.digest === null) found.uncovered.evaluations++;
    else if (!isSameDigest(row.digest, evaluationDigest(run.traceId, row))) {
      throw new Damage("it was changed");
    }
  });
}

async function checkDiffs(db: Kysely<Schema>, found: Findings): Promise<void> {
  const runIds = (row: DiffRow) => [row.left_run_id, row.right_run_id];
  await eachRow({ db, table: "diff", key: "diff_id", found, runIds }, (row) => {
    diffOf(row);
    if (row.digest === null) found.uncovered.differences++;
    else if (!isSameDigest(row.digest, diffDigest(row))) throw new Damage("it was changed");
  });
}

const NAMES = { evaluation: "evaluation", diff: "difference" } as const;

/** Looks at every row by itself; `check` throws `Damage`. */
async function eachRow<T extends "evaluation" | "diff">(
  { db, table, key, found: { report, damagedRuns }, runIds }: {
    readonly db: Kysely<Schema>;
    readonly table: T;
    readonly key: keyof Schema[T] & string;
    readonly found: Findings;
    /** Whose it is. */
    readonly runIds: (row: Schema[T]) => readonly (string | undefined)[];
  },
  check: (row: Schema[T]) => void,
): Promise<void> {
  const name = NAMES[table];
  const select = () => db.selectFrom(table as "diff");
  let keys: readonly string[] = [];
  await attempt(report, `the list of ${name}s`, async () => {
    keys = (await select().select(key as "diff_id").execute()).map((row) =>
      String(row[key as unknown as "diff_id"])
    );
  });
  for (let from = 0; from < keys.length; from += ROWS_PER_PAGE) {
    const some = keys.slice(from, from + ROWS_PER_PAGE);
    const rows = await readable(
      some,
      (some) => select().selectAll().where(key as "diff_id", "in", some).execute(),
    );
    if (rows.length < some.length) report(`${some.length - rows.length} ${name}s cannot be read`);
    for (const row of rows as unknown as readonly Schema[T][]) {
      try {
        check(row);
      } catch (error) {
        if (!(error instanceof Damage)) throw error;
        report(`${name} ${String(row[key])}: ${error.message}`);
        for (const runId of runIds(row)) if (typeof runId === "string") damagedRuns.add(runId);
      }
    }
  }
}

/** Rows whose run is gone: its row was lost, or theirs says another. */
async function checkStrays(db: Kysely<Schema>, report: Report): Promise<void> {
  for (const table of ["span", "run_message", "run_usage", "snapshot"] as const) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}
      where run_no not in (select id from run)`.execute(db);
    if (rows[0]!.n > 0) report(`${rows[0]!.n} rows of ${table} belong to no run`);
  }
  for (const table of ["eval_case", "eval_result"] as const) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}
      where experiment_no not in (select id from experiment)`.execute(db);
    if (rows[0]!.n > 0) report(`${rows[0]!.n} rows of ${table} belong to no experiment`);
  }
  const clock = await db.selectFrom("clock").selectAll().executeTakeFirst();
  const { seq } = await db.selectFrom("run").select((eb) => eb.fn.max("seq").as("seq"))
    .executeTakeFirstOrThrow();
  if (!clock) report("the count of writes is missing");
  else if (!(clock.seq >= Number(seq ?? 0))) report("the count of writes is behind the runs");
}

/** Small tables whose columns hold JSON. */
async function checkNotes(db: Kysely<Schema>, report: Report): Promise<void> {
  for (const { address, refused_fields, limits } of await db.selectFrom("endpoint").selectAll().execute()) {
    if (!Array.isArray(tryParseJson(refused_fields)) || !Array.isArray(tryParseJson(limits))) {
      report(`what is noted of the server ${address} cannot be read`);
    }
  }
  for (const { id, argument } of await db.selectFrom("control").select(["id", "argument"]).execute()) {
    if (tryParseJson(argument) === undefined) report(`request ${id} to a run cannot be read`);
  }
}

function uncoveredNotes({ uncovered }: Findings): readonly string[] {
  const parts = Object.entries(uncovered).filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${count === 1 ? what.slice(0, -1) : what}`);
  return parts.length === 0 ? [] : [
    `without a digest (${
      parts.join(", ")
    }; what was cut off or is older has none): what fits the form but was changed is not found`,
  ];
}

/** Runs that say they come from one that is not there any more: what they share with it is theirs too. */
async function orphans(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ run_id: string; gone: string; is_fork: number }>`
    select run_id, forked_run_id as gone, 1 as is_fork from run
    where forked_run_id is not null and forked_run_id not in (select run_id from run)
    union all select run_id, parent_run_id, 0 from run
    where parent_run_id is not null and parent_run_id not in (select run_id from run)
    limit ${PROBLEMS_MAX}`.execute(db);
  return rows.map(({ run_id, gone, is_fork }) =>
    `run ${run_id}: ${
      is_fork ? "the run it repeats" : "the run that handed it over"
    }, ${gone}, is not in this store; it is whole without`
  );
}
