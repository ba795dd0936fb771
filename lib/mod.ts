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
export { openStore, type SqliteStore } from "./store/mod.ts";
export {
  type AgentConfig,
  AgentRunner,
  type AgentServices,
  loadAgentFile,
  type RunRequest,
} from "./agent/mod.ts";
export { createMistralProvider, createResilientProvider } from "./providers/mod.ts";
export { createPriceBook, receiptOf } from "./pricing/mod.ts";
export { startSimulator } from "./simulator/mod.ts";
export { diffRuns, memorySteps } from "./core/mod.ts";
export type { Message, Run, Span, Trace } from "./core/mod.ts";
