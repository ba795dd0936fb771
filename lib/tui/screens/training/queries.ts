import type { TrainingLog } from "../../../app/mod.ts";
import type { Queries } from "../../contract/queries.ts";
import type { TuiServices } from "../../ports.ts";

export const TRAINING_QUERIES = {
  logs: async (services: TuiServices): Promise<readonly TrainingLog[]> => await services.trainings?.() ?? [],
} satisfies Queries;

export type TrainingQueries = typeof TRAINING_QUERIES;
