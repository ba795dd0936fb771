import type { Trace } from "../../core/mod.ts";
import { type ForkTree, loadForkTree } from "../../analysis/mod.ts";
import type { TuiServices } from "../ports.ts";

/** A run with all its spans; `undefined`: it has not reached the store yet, or was deleted. */
export async function storedTrace({ store }: TuiServices, traceId: string): Promise<Trace | undefined> {
  return await store.getRun(traceId) ? await store.loadTrace(traceId) : undefined;
}

/** All that these runs go back to and that came of it. */
export async function storedFamily({ store }: TuiServices, runIds: readonly string[]): Promise<ForkTree> {
  return await loadForkTree(store, await Promise.all(runIds.map((runId) => store.resolveRun(runId))));
}
