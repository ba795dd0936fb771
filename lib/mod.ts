/**
 * AgentOp Studio as a library: open a store, run agents, read what they did.
 *
 * ```ts
 * import { openStore } from "@agentop/studio";
 *
 * await using store = await openStore("agentop.db");
 * const { runs } = await store.listRuns({ limit: 5 });
 * for (const run of runs) console.log(run.agent, run.status, run.totals.costUsd);
 * ```
 *
 * @module
 */
