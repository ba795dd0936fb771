import type { Screen } from "../../contract/screen.ts";
import { LAUNCH_KEYS } from "./keys.ts";
import { INITIAL, type LaunchModel, modeOfLaunch } from "./model.ts";
import type { LaunchQueries } from "./queries.ts";
import { updateLaunch } from "./update.ts";
import { viewLaunch } from "./view.ts";

/** Starts runs. */
export const launchScreen: Screen<LaunchModel, LaunchQueries> = {
  keys: LAUNCH_KEYS,
  init: () => INITIAL,
  mode: modeOfLaunch,
  update: updateLaunch,
  queries: async () => (await import("./queries.ts")).LAUNCH_QUERIES,
  view: viewLaunch,
  tickMs: () => undefined,
};
