import { CompiledQuery, type DialectAdapter, type Kysely, type Transaction } from "kysely";
import type { Schema } from "./schema.ts";

/** A dialect whose statements run at once: within a transaction, which has the connection to itself, there is nothing to wait for. */
export interface DirectAdapter extends DialectAdapter {
  runNow<Row>(sql: string, parameters: readonly unknown[]): Ran<Row>;
}

interface Ran<Row> {
  readonly rows: Row[];
  readonly changes: bigint;
}

export type Db = Transaction<Schema> | Kysely<Schema>;

/**
 * SQL by statement name, as Kysely compiled it the first time: building and compiling costs more than running. Kept for each
 * opened database, because two may speak different dialects.
 */
const compiled = new WeakMap<DialectAdapter, Map<string, string>>();

/**
 * Runs a hot statement. `build` must give the same SQL for the same `name`, and bind exactly `parameters`, in that order.
 */
export async function run<Row = unknown>(
  db: Db,
  name: string,
  parameters: readonly unknown[],
  build: () => { compile(): { readonly sql: string } },
): Promise<Ran<Row>> {
  const { adapter } = db.getExecutor();
  const known = compiled.get(adapter) ?? new Map<string, string>();
  compiled.set(adapter, known);
  let sql = known.get(name);
  if (sql === undefined) known.set(name, sql = build().compile().sql);
  if (db.isTransaction && isDirect(adapter)) return adapter.runNow<Row>(sql, parameters);
  const result = await db.executeQuery<Row>(CompiledQuery.raw(sql, [...parameters]));
  return { rows: result.rows, changes: result.numAffectedRows ?? 0n };
}

function isDirect(adapter: DialectAdapter): adapter is DirectAdapter {
  return "runNow" in adapter;
}

/** Everything that `work` reads is of one moment, whoever writes meanwhile. */
export async function asOfOneMoment<T>(db: Kysely<Schema>, work: (db: Db) => Promise<T>): Promise<T> {
  return await db.transaction().setAccessMode("read only").setIsolationLevel("repeatable read").execute(work);
}
