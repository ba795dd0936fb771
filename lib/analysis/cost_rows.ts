import { addUsage, type CostRow, NO_USAGE } from "../core/mod.ts";

/** Whether a row of costs says anything: imported spans may carry a usage of nothing. */
export function wasUsed({ llmCalls, usage, costUsd, unknownCostCalls, damagedRows = 0 }: CostRow): boolean {
  return llmCalls + usage.inputTokens + usage.outputTokens + costUsd + unknownCostCalls + damagedRows > 0;
}

/** Rows added up, with the key `total`. A run that has several rows counts once in each. */
export function costTotal(rows: readonly CostRow[]): CostRow {
  const damagedRows = rows.reduce((sum, row) => sum + (row.damagedRows ?? 0), 0);
  const estimatedCostUsd = rows.reduce((sum, row) => sum + (row.estimatedCostUsd ?? 0), 0);
  return {
    key: "total",
    runs: rows.reduce((sum, row) => sum + row.runs, 0),
    llmCalls: rows.reduce((sum, row) => sum + row.llmCalls, 0),
    usage: rows.reduce((sum, row) => addUsage(sum, row.usage), NO_USAGE),
    costUsd: rows.reduce((sum, row) => sum + row.costUsd, 0),
    unknownCostCalls: rows.reduce((sum, row) => sum + row.unknownCostCalls, 0),
    ...(estimatedCostUsd > 0 ? { estimatedCostUsd } : {}),
    ...(damagedRows > 0 ? { damagedRows } : {}),
  };
}
