import type { TableDefinition } from "../analysis/mod.ts";
import type { Row, Run, RunFilter } from "../core/mod.ts";
import type { App } from "./app.ts";
import { checkChoice } from "./export_runs.ts";

/** Whose rows, and how many at most. */
export interface RowsWanted {
  /** Of these runs, by name. */
  readonly runs?: readonly string[];
  /** Or of those that this lets through. */
  readonly filter?: RunFilter;
  readonly limit: number;
}

/** The rows of a table, the runs where they were named, and how many rows could not be read. Throws `AgentOpError`. */
export async function readRows<R extends Row>(
  app: App,
  table: TableDefinition<R>,
  { runs: references = [], filter, limit }: RowsWanted,
): Promise<{ readonly rows: readonly R[]; readonly runs: readonly Run[]; readonly damagedRows: number }> {
  checkChoice({ runs: references, ...(filter ? { filter } : {}) });
  const store = await app.store();
  const runs: Run[] = [];
  for (const reference of references) runs.push(await store.resolveRun(reference));
  let damagedRows = 0;
  const choice = {
    onDamaged: (count: number) => void (damagedRows += count),
    nowMs: app.host.now(),
    ...(runs.length > 0 ? { runs } : filter ? { filter } : {}),
  };
  const rows: R[] = [];
  for await (const batch of table.rows(store, choice)) {
    for (const row of batch) if (rows.length < limit) rows.push(row);
    if (rows.length >= limit) break;
  }
  return { rows, runs, damagedRows };
}
