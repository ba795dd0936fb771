import type { Kysely } from "kysely";
import type { Redactor } from "../core/mod.ts";
import { decodeBody } from "./codec.ts";
import type { Schema } from "./schema.ts";

const ROWS_PER_PAGE = 100;

/** Tables whose rows are a run's, and those that are small. Long texts of both are bodies. */
const OF_RUNS = ["span", "run_usage", "snapshot", "evaluation"] as const;
const SMALL = ["diff", "experiment", "eval_case", "baseline", "control", "partial", "endpoint"] as const;

/**
 * Whether the store holds a secret from before the redactor knew it. Whoever reads the store through this program does not see it; a
 * copy of the file has it.
 */
export async function holdsSecrets(db: Kysely<Schema>, redactor: Redactor): Promise<boolean> {
  if (redactor.isIdle) return false;
  const isIn = (rows: readonly object[]) =>
    rows.some((row) => Object.values(row).some((it) => typeof it === "string" && redactor.text(it) !== it));
  for (let after = -1;;) {
    const bodies = await db.selectFrom("body").select(["id", "encoding", "data"]).where("id", ">", after)
      .orderBy("id").limit(ROWS_PER_PAGE).execute();
    for (const { encoding, data } of bodies) if (isIn([{ text: decoded(encoding, data) }])) return true;
    if (bodies.length < ROWS_PER_PAGE) break;
    after = bodies.at(-1)!.id;
  }
  for (let after = -1;;) {
    const runs = await db.selectFrom("run").selectAll().where("id", ">", after).orderBy("id")
      .limit(ROWS_PER_PAGE).execute();
    if (isIn(runs)) return true;
    for (const { id } of runs) {
      for (const table of OF_RUNS) {
        if (isIn(await db.selectFrom(table as "span").selectAll().where("run_no", "=", id).execute())) {
          return true;
        }
      }
    }
    if (runs.length < ROWS_PER_PAGE) break;
    after = runs.at(-1)!.id;
  }
  for (const table of SMALL) {
    if (isIn(await db.selectFrom(table as "diff").selectAll().execute())) return true;
  }
  return false;
}

/** What cannot be decoded says nothing to anybody. */
function decoded(encoding: number, data: Uint8Array): string {
  try {
    return decodeBody(encoding, data);
  } catch {
    return "";
  }
}
