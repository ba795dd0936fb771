import { RUN_TAG, type RunReader, type RunSummary } from "../../core/mod.ts";

/** What asking models for verdicts on an experiment has cost: runs of their own in its group, and no part of what its cases cost. */
export async function judgingOf(
  store: Pick<RunReader, "summarizeRuns">,
  experimentId: string,
): Promise<RunSummary> {
  return await store.summarizeRuns({ group: experimentId, where: { type: "tag", tag: RUN_TAG.judge } });
}
