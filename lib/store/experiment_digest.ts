import type { Selectable } from "kysely";
import {
  BASELINE_COLUMNS,
  CASE_COLUMNS,
  digestOf,
  EXPERIMENT_COLUMNS,
  lineOf,
  RESULT_COLUMNS,
} from "./digest.ts";
import type { BaselineRow, CaseRow, ExperimentRow, ResultRow } from "./schema.ts";
import type { Db } from "./statements.ts";

const PART_BYTES = 8;
const PARTS = ["row", "cases", "results"] as const;

/** What an experiment's digest is made of: each part is checked where it is read. */
export type DigestPart = typeof PARTS[number];

/** A result with the id of its run, which is the same in every copy of a store. */
export type DigestedResult = Omit<ResultRow, "run_no" | "experiment_no"> & {
  readonly trace_id: Uint8Array | null;
};

/** The part of a stored digest; `undefined` for one that cannot be. */
function partOf(digest: Uint8Array, part: DigestPart): Uint8Array | undefined {
  if (digest.length !== 1 + PARTS.length * PART_BYTES) return undefined;
  const at = 1 + PARTS.indexOf(part) * PART_BYTES;
  return digest.subarray(at, at + PART_BYTES);
}

/** Whether that part of a stored digest is the one that `made` is. */
export function isSamePart(digest: Uint8Array, part: DigestPart, made: Uint8Array): boolean {
  return partOf(digest, part)?.every((byte, at) => byte === made[at + 1]) ?? false;
}

export function experimentRowDigest(row: Omit<ExperimentRow, "digest" | "owner">): Uint8Array {
  return digestOf([lineOf(row, EXPERIMENT_COLUMNS)]);
}

/** `rows` in their order. */
export function casesDigest(rows: readonly CaseRow[]): Uint8Array {
  return digestOf(rows.map((row) => lineOf(row, CASE_COLUMNS)));
}

/** Results come and go with their runs, so theirs is a sum without order: taking a row away takes its share away. */
export function resultsDigest(rows: readonly DigestedResult[]): Uint8Array {
  const sum = digestOf([]);
  for (const row of rows) add(sum, 1, row);
  return sum;
}

/** Adds a row to the digest that begins at `from`, or takes it away: both are the same. */
function add(sum: Uint8Array, from: number, row: DigestedResult): void {
  const share = shareOf(lineOf(row, RESULT_COLUMNS));
  for (let at = 0; at < PART_BYTES; at++) sum[from + at]! ^= share[at]!;
}

/** 64 bits of a line. Damage is to be found, not an enemy: a cryptographic hash of each of many small rows takes ten times as long. */
function shareOf(line: string): Uint8Array {
  let [a, b] = [0x9e3779b9, 0x85ebca6b];
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  const words = Uint32Array.of(
    mixed(a) ^ Math.imul(mixed(b), 0xc2b2ae35),
    mixed(b) ^ Math.imul(mixed(a), 0x27d4eb2f),
  );
  const bytes = new DataView(new ArrayBuffer(PART_BYTES));
  words.forEach((word, at) => bytes.setUint32(4 * at, word));
  return new Uint8Array(bytes.buffer);
}

/** Every bit of a word counts in every bit of it. */
function mixed(word: number): number {
  word = Math.imul(word ^ word >>> 16, 0x85ebca6b);
  word = Math.imul(word ^ word >>> 13, 0xc2b2ae35);
  return word ^ word >>> 16;
}

/** Of everything that is an experiment's for good. */
export async function experimentDigest(db: Db, no: number): Promise<Uint8Array | undefined> {
  const { row, cases, results } = await experimentRows(db, no);
  if (!row) return undefined;
  const made = [experimentRowDigest(row), casesDigest(cases), resultsDigest(results)];
  return Uint8Array.of(made[0]![0]!, ...made.flatMap((part) => [...part.subarray(1)]));
}

export async function experimentRows(db: Db, no: number): Promise<{
  readonly row: Selectable<ExperimentRow> | undefined;
  readonly cases: readonly CaseRow[];
  readonly results: readonly DigestedResult[];
}> {
  return {
    row: await db.selectFrom("experiment").selectAll().where("id", "=", no).executeTakeFirst(),
    cases: await db.selectFrom("eval_case").selectAll().where("experiment_no", "=", no).orderBy("position")
      .execute(),
    results: await resultsWithRuns(db).where("experiment_no", "=", no).execute(),
  };
}

function resultsWithRuns(db: Db) {
  return db.selectFrom("eval_result").leftJoin("run", "run.id", "eval_result.run_no")
    .selectAll("eval_result").select("run.trace_id");
}

/** Takes the results of runs that are being deleted out of their experiments' digests: what was damaged before stays so. */
export async function forgetResults(db: Db, runNos: readonly number[]): Promise<void> {
  const rows = await resultsWithRuns(db).innerJoin("experiment", "experiment.id", "eval_result.experiment_no")
    .select("experiment.digest").where("run_no", "in", runNos).where("experiment.digest", "is not", null)
    .execute();
  const digests = new Map<number, Uint8Array>();
  for (const row of rows) {
    const digest = digests.get(row.experiment_no) ?? row.digest!.slice();
    digests.set(row.experiment_no, digest);
    if (partOf(digest, "results")) add(digest, 1 + PARTS.indexOf("results") * PART_BYTES, row);
  }
  for (const [id, digest] of digests) {
    await db.updateTable("experiment").set({ digest }).where("id", "=", id).execute();
  }
}

export function baselineDigest(row: Omit<BaselineRow, "digest">): Uint8Array {
  return digestOf([lineOf(row, BASELINE_COLUMNS)]);
}
