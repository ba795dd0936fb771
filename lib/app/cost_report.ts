import {
  addUsage,
  type CostKey,
  type CostRow,
  NO_USAGE,
  type RunFilter,
  type RunReader,
} from "../core/mod.ts";

/** What runs cost, added up by one thing, and all together. */
export interface CostReport {
  /** Dearest first. */
  readonly rows: readonly CostRow[];
  /** Its key is `total`. A run that used two models is one run. */
  readonly total: CostRow;
}

/** What the runs of `filter` cost; runs that called no model are left out. */
export async function costReport(
  store: Pick<RunReader, "costBy">,
  by: CostKey,
  filter: RunFilter = {},
): Promise<CostReport> {
  const rows = (await store.costBy(by, filter)).filter(wasUsed);
  // A run may have several models and days, and one of everything else.
  const isOnce = by !== "model" && by !== "day";
  const runs = isOnce
    ? rows.reduce((sum, row) => sum + row.runs, 0)
    : (await store.costBy("run", filter)).filter(wasUsed).length;
  return {
    rows,
    total: {
      key: "total",
      runs,
      llmCalls: rows.reduce((sum, row) => sum + row.llmCalls, 0),
      usage: rows.reduce((sum, row) => addUsage(sum, row.usage), NO_USAGE),
      costUsd: rows.reduce((sum, row) => sum + row.costUsd, 0),
      unknownCostCalls: rows.reduce((sum, row) => sum + row.unknownCostCalls, 0),
    },
  };
}

/** Imported spans may carry a usage of nothing. */
function wasUsed({ llmCalls, usage, costUsd, unknownCostCalls }: CostRow): boolean {
  return llmCalls + usage.inputTokens + usage.outputTokens + costUsd + unknownCostCalls > 0;
}
