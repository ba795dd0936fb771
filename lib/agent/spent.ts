import type { Run, RunReader } from "../core/mod.ts";

/** What a run has cost so far, USD, with the runs it handed work to and what lost attempts may have cost. */
export async function spentUsd(store: Pick<RunReader, "treeTotals">, run: Run): Promise<number> {
  if (run.status === "queued" && run.totals.steps === 0) return 0;
  const { costUsd, estimatedCostUsd = 0 } = await store.treeTotals(run.runId);
  return costUsd + estimatedCostUsd;
}
