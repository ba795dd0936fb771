import { isLive } from "../../../core/mod.ts";
import type { ForkTree } from "../../../analysis/mod.ts";
import type { Pairing } from "../../contract/message.ts";
import type { Queries } from "../../contract/queries.ts";
import type { TuiServices } from "../../ports.ts";
import { storedFamily } from "../../trace/stored.ts";
import { type Comparison, loadComparison, type TextDiff, textDiffs, type TextPair } from "./comparison.ts";

/** How many of the newest runs are looked at for a replay. */
const REPLAY_RUNS_MAX = 100;

export const COMPARE_QUERIES = {
  compare: ({ store }: TuiServices, pairing: Pairing): Promise<Comparison> => loadComparison(store, pairing),
  /** The latest run that repeats another, and that other one. */
  newest: async ({ store }: TuiServices): Promise<Pairing | undefined> => {
    const { runs } = await store.listRuns({ limit: REPLAY_RUNS_MAX });
    const replay = runs.find((run) => run.forkedFrom && !isLive(run.status) && run.status !== "queued");
    return replay?.forkedFrom && { left: replay.forkedFrom.runId, right: replay.runId };
  },
  /** In the order of the pairs. */
  texts: (
    _: TuiServices,
    { pairs }: { readonly pairs: readonly TextPair[] },
  ): Promise<readonly TextDiff[]> => textDiffs(pairs),
  /** All that these runs go back to and that came of it. */
  family: (
    services: TuiServices,
    { runIds }: { readonly runIds: readonly string[] },
  ): Promise<ForkTree> => storedFamily(services, runIds),
} satisfies Queries;

export type CompareQueries = typeof COMPARE_QUERIES;
