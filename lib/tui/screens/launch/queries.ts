import type { AgentEntry } from "../../../app/mod.ts";
import type { Queries } from "../../contract/queries.ts";
import type { TuiServices } from "../../ports.ts";
import { modelNames } from "../../widgets/model_names.ts";

/** A model that can be asked for. */
export interface ModelName {
  readonly name: string;
}

export const LAUNCH_QUERIES = {
  agents: (services: TuiServices): Promise<readonly AgentEntry[]> => services.agents(),
  models: async (services: TuiServices): Promise<readonly ModelName[]> =>
    (await modelNames(services)).map((name) => ({ name })),
} satisfies Queries;

export type LaunchQueries = typeof LAUNCH_QUERIES;
