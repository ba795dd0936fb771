import type { Trace } from "../../core/mod.ts";
import { type ForkTree, loadForkTree } from "../../analysis/mod.ts";
import { TraceKeeper } from "../../live/mod.ts";
import type { TuiServices, TuiStore } from "../ports.ts";

const keepers = new WeakMap<TuiStore, TraceKeeper>();

/**
 * A run with all its spans; `undefined`: it has not reached the store yet, or was deleted. Asked for with every change of the
 * run in view: only what changed is read.
 */
export async function storedTrace({ store }: TuiServices, traceId: string): Promise<Trace | undefined> {
  const keeper = keepers.get(store) ?? new TraceKeeper(store);
  keepers.set(store, keeper);
  return await keeper.load(traceId);
}

/** All that these runs go back to and that came of it. */
export async function storedFamily({ store }: TuiServices, runIds: readonly string[]): Promise<ForkTree> {
  return await loadForkTree(store, await Promise.all(runIds.map((runId) => store.resolveRun(runId))));
}
