import type { Run } from "../../../core/mod.ts";
import type { AgentEntry } from "../../../app/mod.ts";
import type { Queries } from "../../contract/queries.ts";
import type { TuiServices } from "../../ports.ts";

/** Newest runs of the chosen agent. */
const RUNS_MAX = 50;

export const AGENTS_QUERIES = {
  agents: (services: TuiServices): Promise<readonly AgentEntry[]> => services.agents(),
  runs: async ({ store }: TuiServices, { agent }: { readonly agent: string }): Promise<readonly Run[]> =>
    (await store.listRuns({ filter: { agent }, sort: "newest", limit: RUNS_MAX })).runs,
} satisfies Queries;

export type AgentsQueries = typeof AGENTS_QUERIES;
