import type { Queries } from "../../contract/queries.ts";
import type { TuiServices } from "../../ports.ts";

export const SETTINGS_QUERIES = {
  /** What the settings' file holds now. */
  file: async ({ loadState }: TuiServices): Promise<unknown> => await loadState?.(),
} satisfies Queries;

export type SettingsQueries = typeof SETTINGS_QUERIES;
