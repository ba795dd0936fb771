import { createHash } from "node:crypto";
import type { Selectable } from "kysely";
import { hex } from "./codec.ts";
import { COLUMN_TYPES } from "./row_types.ts";
import type { DiffRow, EvaluationRow, RunRow } from "./schema.ts";
import { type Db, run as execute } from "./statements.ts";

/** Says how a digest is made. A migration that changes rows of runs takes the next one, and leaves the old ones readable or null. */
const VERSION = 1;
const DIGEST_BYTES = 8;
const ROWS_PER_PAGE = 500;

/** What changes without the run: where a row stands, who works on it, what search knows. */
const ASIDE: ReadonlySet<string> = new Set(["id", "run_no", "experiment_no", "owner", "indexed", "digest"]);
const columnsOf = (table: keyof typeof COLUMN_TYPES, aside: ReadonlySet<string> = ASIDE) =>
  Object.keys(COLUMN_TYPES[table]).filter((column) => !aside.has(column));

/** `seq` of a run moves with its late evaluations; those have digests of their own. */
const RUN_COLUMNS = columnsOf("run", new Set([...ASIDE, "seq"]));
const EVALUATION_COLUMNS = columnsOf("evaluation");
const DIFF_COLUMNS = columnsOf("diff");
export const EXPERIMENT_COLUMNS = columnsOf("experiment");
export const CASE_COLUMNS = columnsOf("eval_case");
export const RESULT_COLUMNS = [...columnsOf("eval_result"), "trace_id"];
export const BASELINE_COLUMNS = columnsOf("baseline");

const KEYS = {
  span: ["position"],
  run_message: ["position"],
  run_usage: ["model", "quarter"],
  snapshot: ["step", "snapshot_id"],
} as const;

/** Tables whose rows are a run's from its beginning to its end, in the order in which they are digested. */
const PARTS = (Object.keys(KEYS) as (keyof typeof KEYS)[]).map((table) => ({
  table,
  keys: KEYS[table] as readonly string[],
  columns: columnsOf(table),
}));

/** One line for each row, which no two different rows share. */
export function lineOf(row: object, columns: readonly string[]): string {
  return JSON.stringify(columns.map((column) => {
    const value = (row as Record<string, unknown>)[column];
    return value instanceof Uint8Array ? { hex: hex(value) } : value;
  }));
}

export function digestOf(lines: Iterable<string>): Uint8Array {
  const hash = createHash("sha256");
  for (const line of lines) hash.update(`${line}\n`);
  return finish(hash);
}

function finish(hash: { digest(): Uint8Array }): Uint8Array {
  return Uint8Array.of(VERSION, ...hash.digest().subarray(0, DIGEST_BYTES));
}

/** Whether a stored digest is the one that `made` is. Throws nothing: what cannot be a digest is not the same. */
export function isSameDigest(stored: Uint8Array, made: Uint8Array): boolean {
  return stored.length === made.length && stored.every((byte, index) => byte === made[index]);
}

/**
 * A digest of everything that is a run's for good. One for each run, taken when the run has ended and beside its indexing, costs a
 * step nothing and a run ten bytes, where sums kept row by row would cost a hash with each write and a column in every table. Late
 * evaluations and differences are rows that never change: they carry their own, so that a run's holds until it goes on.
 *
 * Bodies are named by their number here and by their hash in their own row. `db` must show one moment.
 */
export async function runDigest(db: Db, runNo: number): Promise<Uint8Array | undefined> {
  const run = await runRow(db, runNo);
  return run && await digestOfRun(db, run);
}

/** A row of `run` with its number. */
export type NumberedRun = Selectable<RunRow> & { readonly id: number };

/** The row of a run; `undefined` where there is none. */
export async function runRow(db: Db, runNo: number): Promise<NumberedRun | undefined> {
  const { rows: [run] } = await execute<NumberedRun>(
    db,
    "select run by number",
    [runNo],
    () => db.selectFrom("run").selectAll().where("id", "=", runNo),
  );
  return run;
}

/** `runDigest` of a run whose row was read at the same moment. */
export async function digestOfRun(db: Db, run: NumberedRun): Promise<Uint8Array> {
  const hash = createHash("sha256");
  hash.update(`${lineOf(run, RUN_COLUMNS)}\n`);
  for (const { table, keys, columns } of PARTS) {
    hash.update(`${table}\n`);
    for await (const rows of pagesOf(db, table, keys, run.id)) {
      if (rows.length > 0) hash.update(rows.map((row) => `${lineOf(row, columns)}\n`).join(""));
    }
  }
  return finish(hash);
}

/** A run may have tens of thousands: page by page. */
async function* pagesOf(
  db: Db,
  table: keyof typeof KEYS,
  keys: readonly string[],
  runNo: number,
): AsyncGenerator<readonly object[]> {
  const byPosition = keys[0] === "position";
  for (let after = -1;;) {
    const { rows } = await execute<{ readonly position: number }>(
      db,
      `digest ${table}`,
      byPosition ? [runNo, after, ROWS_PER_PAGE] : [runNo],
      () => {
        let query = db.selectFrom(table as "span").selectAll().where("run_no", "=", runNo);
        for (const key of keys) query = query.orderBy(key as "position");
        // The others are few: one row for each model and quarter hour, or for each step.
        return byPosition ? query.where("position", ">", after).limit(ROWS_PER_PAGE) : query;
      },
    );
    yield rows;
    if (!byPosition || rows.length < ROWS_PER_PAGE) return;
    after = rows.at(-1)!.position;
  }
}

/** Of an evaluation of the run with this trace id. */
export function evaluationDigest(traceId: string, row: Omit<EvaluationRow, "digest">): Uint8Array {
  return digestOf([traceId, lineOf(row, EVALUATION_COLUMNS)]);
}

/** Of a stored difference. */
export function diffDigest(row: Omit<DiffRow, "digest">): Uint8Array {
  return digestOf([lineOf(row, DIFF_COLUMNS)]);
}
