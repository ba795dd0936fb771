import type { Screen } from "../../contract/screen.ts";
import { runsTickMs } from "./clock.ts";
import { RUNS_KEYS } from "./keys.ts";
import { INITIAL, modeOfRuns, rememberRuns, restoreRuns, type RunsModel } from "./model.ts";
import type { RunsQueries } from "./queries.ts";
import { updateRuns } from "./update.ts";
import { viewRuns } from "./view.ts";

/** Home: every run of the store. */
export const runsScreen: Screen<RunsModel, RunsQueries> = {
  keys: RUNS_KEYS,
  init: () => INITIAL,
  mode: modeOfRuns,
  update: updateRuns,
  queries: async () => (await import("./queries.ts")).RUNS_QUERIES,
  view: viewRuns,
  tickMs: runsTickMs,
  status: (model) => (model.marks.size === 0 ? undefined : `${model.marks.size} marked`),
  remember: rememberRuns,
  restore: restoreRuns,
};
