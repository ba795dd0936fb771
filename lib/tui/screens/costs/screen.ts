import type { Screen } from "../../contract/screen.ts";
import { COSTS_KEYS } from "./keys.ts";
import { type CostsModel, INITIAL, rememberCosts, restoreCosts } from "./model.ts";
import type { CostsQueries } from "./queries.ts";
import { updateCosts } from "./update.ts";
import { viewCosts } from "./view.ts";

/** What runs cost: by model, agent, day, group and user, and with another model's prices. */
export const costsScreen: Screen<CostsModel, CostsQueries> = {
  keys: COSTS_KEYS,
  init: () => INITIAL,
  mode: (model) => (model.choosing || model.setting ? "filter" : "normal"),
  update: updateCosts,
  queries: async () => (await import("./queries.ts")).COSTS_QUERIES,
  view: viewCosts,
  tickMs: () => undefined,
  remember: rememberCosts,
  restore: restoreCosts,
};
