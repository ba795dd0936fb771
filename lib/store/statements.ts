import { CompiledQuery, type Kysely, type Transaction } from "kysely";
import type { Schema } from "./schema.ts";

export type Db = Transaction<Schema> | Kysely<Schema>;

/** SQL by statement name, as Kysely compiled it the first time: building and compiling costs more than running. */
const compiled = new Map<string, string>();

/**
 * Runs a hot statement. `build` must give the same SQL for the same `name`, and bind exactly `parameters`, in that order.
 */
export async function run<Row = unknown>(
  db: Db,
  name: string,
  parameters: readonly unknown[],
  build: () => { compile(): { readonly sql: string } },
): Promise<{ readonly rows: Row[]; readonly changes: bigint }> {
  let sql = compiled.get(name);
  if (sql === undefined) compiled.set(name, sql = build().compile().sql);
  const result = await db.executeQuery<Row>(CompiledQuery.raw(sql, [...parameters]));
  return { rows: result.rows, changes: result.numAffectedRows ?? 0n };
}
