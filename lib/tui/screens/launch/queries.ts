import type { AgentEntry } from "../../../app/mod.ts";
import type { Queries } from "../../contract/queries.ts";
import type { TuiServices } from "../../ports.ts";

export const LAUNCH_QUERIES = {
  agents: (services: TuiServices): Promise<readonly AgentEntry[]> => services.agents(),
} satisfies Queries;

export type LaunchQueries = typeof LAUNCH_QUERIES;
