import type { ExportRequest, ExportSource, Run } from "../../core/mod.ts";
import { checkComparable, diffRuns } from "../../analysis/mod.ts";
import { diffPage } from "./diff.ts";
import { runPage } from "./run.ts";

type PageClock = Pick<ExportRequest, "nowMs" | "timeZone">;

/** The page of a run, from the store. */
export async function exportRunPage(
  store: ExportSource,
  run: Run,
  { nowMs, timeZone }: PageClock,
): Promise<string> {
  const [trace, handedTo, forks, overrides] = await Promise.all([
    store.loadTrace(run.traceId),
    store.childRuns(run.runId),
    store.forksOf([run.runId]),
    run.forkedFrom ? overridesOf(store, run.forkedFrom.runId, run.runId) : undefined,
  ]);
  return await runPage({ trace, handedTo, forks, ...(overrides ? { overrides } : {}), nowMs, timeZone });
}

/** The page of the difference of two runs. Throws `AgentOpError` for one that has not ended. */
export async function exportDiffPage(
  store: ExportSource,
  left: Run,
  right: Run,
  { nowMs, timeZone }: PageClock,
): Promise<string> {
  for (const run of [left, right]) checkComparable(run);
  const [a, b, overrides] = await Promise.all([
    store.loadTrace(left.traceId),
    store.loadTrace(right.traceId),
    overridesOf(store, left.runId, right.runId),
  ]);
  return await diffPage({
    left: a,
    right: b,
    diff: await diffRuns(a, b),
    ...(overrides ? { overrides } : {}),
    nowMs,
    timeZone,
  });
}

/** What the newest stored difference of the two says was changed on purpose. */
async function overridesOf(
  store: ExportSource,
  left: string,
  right: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const diffs = await store.diffsOf(right);
  return diffs.findLast((it) => it.leftRunId === left && it.rightRunId === right)?.overrides;
}
