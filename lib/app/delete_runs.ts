import { AgentOpError, type Deleted, FINAL_STATUSES, type Run, type Store } from "../core/mod.ts";

/** What will be deleted. */
export interface DeletionPlan {
  /** Those that were named. */
  readonly named: readonly Run[];
  /** Those that they handed work to, which go with them. */
  readonly below: readonly Run[];
}

type DeletingStore = Pick<Store, "resolveRun" | "withHandOffs" | "deleteRuns">;

/**
 * The runs that go when these do. Throws `AgentOpError` when one is unknown or at work, or is part of a run that stays: its
 * figures belong to that one.
 */
export async function planDeletion(
  store: DeletingStore,
  references: readonly string[],
): Promise<DeletionPlan> {
  const byId = new Map<string, Run>();
  for (const reference of references) {
    const run = await store.resolveRun(reference);
    byId.set(run.runId, run);
  }
  const all = await store.withHandOffs([...byId.keys()]);
  const ids = new Set(all.map((run) => run.runId));
  const refuse = (run: Run, reason: string, remedy: string) => {
    throw new AgentOpError(`Cannot delete run ${run.runId}: ${reason}`, { remedy });
  };
  for (const run of all) {
    if (!FINAL_STATUSES.includes(run.status) && run.status !== "interrupted") {
      refuse(run, `it is ${run.status}`, `agentop stop ${run.runId}`);
    }
    const { parentRunId } = run;
    if (parentRunId !== undefined && !ids.has(parentRunId)) {
      const parent = (await store.withHandOffs([parentRunId])).find((it) => it.runId === parentRunId);
      if (parent) {
        refuse(run, `it is work that run ${parentRunId} handed over`, `agentop runs delete ${parentRunId}`);
      }
    }
  }
  return {
    named: all.filter((run) => byId.has(run.runId)),
    below: all.filter((run) => !byId.has(run.runId)),
  };
}

/** Deletes what was planned, all or nothing. */
export async function deletePlanned(store: DeletingStore, { named, below }: DeletionPlan): Promise<Deleted> {
  return await store.deleteRuns([...named, ...below].map((run) => run.runId));
}
