import type { Run, RunReader } from "../core/mod.ts";

/** What a run has cost so far, USD, with the runs it handed work to. */
export async function spentUsd(store: Pick<RunReader, "childRuns">, run: Run): Promise<number> {
  if (run.status === "queued" && run.totals.steps === 0) return 0;
  let usd = run.totals.costUsd;
  for (const child of await store.childRuns(run.runId)) usd += await spentUsd(store, child);
  return usd;
}
