import { costTotal, wasUsed } from "../analysis/mod.ts";
import type { CostKey, CostRow, RunFilter, RunReader } from "../core/mod.ts";

/** What runs cost, added up by one thing, and all together. */
export interface CostReport {
  /** Dearest first. */
  readonly rows: readonly CostRow[];
  /** Its key is `total`. A run that used two models is one run. */
  readonly total: CostRow;
}

/** What the runs of `filter` cost; runs that called no model are left out. Days are those of `timeZone`, by default UTC. */
export async function costReport(
  store: Pick<RunReader, "costBy">,
  by: CostKey,
  filter: RunFilter = {},
  timeZone?: string,
): Promise<CostReport> {
  const rows = (await store.costBy(by, filter, timeZone)).filter(wasUsed);
  // A run may have several models and days, and one of everything else.
  const isOnce = by !== "model" && by !== "day";
  const runs = isOnce
    ? rows.reduce((sum, row) => sum + row.runs, 0)
    : (await store.costBy("run", filter)).filter(wasUsed).length;
  return {
    rows,
    total: { ...costTotal(rows), runs },
  };
}
