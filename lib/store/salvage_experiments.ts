import type { Kysely } from "kysely";
import { checkBaseline } from "./baselines.ts";
import { isSameDigest } from "./digest.ts";
import { experimentDigest } from "./experiment_digest.ts";
import { readable } from "./readable.ts";
import type { BaselineRow, Schema } from "./schema.ts";

type Table = "experiment" | "eval_case" | "eval_result" | "baseline";
type Row = Readonly<Record<string, unknown>>;

/**
 * Copies suites that were run, their cases, their results of runs that are kept, and baselines. Gives their numbers in the copy by
 * their numbers in the damaged store.
 */
export async function copyExperiments(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  runNoOf: (runNo: number) => number | undefined,
  notes: string[],
): Promise<ReadonlyMap<number, number>> {
  const numbers = new Map<number, number>();
  const lost = { experiment: 0, eval_case: 0, eval_result: 0, baseline: 0 };
  const rowsOf = async (table: Table): Promise<readonly Row[]> => {
    const rows = await readable([table], () => from.selectFrom(table as "baseline").selectAll().execute());
    const [count] = await readable(
      [table],
      () => from.selectFrom(table as "baseline").select((eb) => eb.fn.countAll<number>().as("n")).execute(),
    );
    if (rows.length < (count?.n ?? 1)) lost[table] += (count?.n ?? 1) - rows.length;
    return rows as unknown as readonly Row[];
  };
  const copy = async (table: Table, row: Row): Promise<void> => {
    await to.insertInto(table as "baseline").values(row as unknown as Schema["baseline"]).execute();
  };
  const digests = new Map<number, Uint8Array>();
  for (const { id, ...row } of await rowsOf("experiment")) {
    await tried(lost, "experiment", async () => {
      await copy("experiment", { ...row, owner: null, digest: null });
      const copied = await to.selectFrom("experiment").select("id")
        .where("experiment_id", "=", String(row["experiment_id"])).executeTakeFirstOrThrow();
      numbers.set(Number(id), copied.id);
      if (row["digest"] instanceof Uint8Array) digests.set(copied.id, row["digest"]);
    });
  }
  for (const table of ["eval_case", "eval_result"] as const) {
    for (const row of await rowsOf(table)) {
      const experiment_no = numbers.get(Number(row["experiment_no"]));
      const run_no = table === "eval_case" ? undefined : runNoOf(Number(row["run_no"]));
      if (experiment_no === undefined || table === "eval_result" && run_no === undefined) lost[table]++;
      else {
        const moved = { ...row, experiment_no, ...(run_no === undefined ? {} : { run_no }) };
        await tried(lost, table, () => copy(table, moved));
      }
    }
  }
  for (const row of await rowsOf("baseline")) {
    await tried(lost, "baseline", async () => {
      checkBaseline(row as unknown as BaselineRow);
      await copy("baseline", row);
    });
  }
  await sealExperiments(to, digests, notes);
  for (const [table, count] of Object.entries(lost)) {
    if (count > 0) notes.push(lostText(table as Table, count));
  }
  return numbers;
}

/** A copy that is what was written has the same digest; another has none. */
async function sealExperiments(
  to: Kysely<Schema>,
  digests: ReadonlyMap<number, Uint8Array>,
  notes: string[],
): Promise<void> {
  let changed = 0;
  for (const [id, digest] of digests) {
    const made = await experimentDigest(to, id);
    if (made && isSameDigest(digest, made)) {
      await to.updateTable("experiment").set({ digest }).where("id", "=", id).execute();
    } else changed++;
  }
  if (changed > 0) {
    notes.push(`${changed} experiment${changed === 1 ? " is" : "s are"} not whole, or not what was written`);
  }
}

function lostText(table: Table, count: number): string {
  const name =
    { experiment: "experiment", eval_case: "case", eval_result: "result", baseline: "baseline" }[table];
  return `${count} ${name}${count === 1 ? "" : "s"} of suites could not be read`;
}

/** The tables of the copy refuse what their columns cannot hold. */
async function tried(lost: Record<Table, number>, table: Table, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    lost[table]++;
  }
}
