import type { Screen } from "../../contract/screen.ts";
import { REPLAY_KEYS } from "./keys.ts";
import { INITIAL, type ReplayModel } from "./model.ts";
import type { ReplayQueries } from "./queries.ts";
import { updateReplay } from "./update.ts";
import { viewReplay } from "./view.ts";

/** A run again with something changed: a short form, or a step in the person's editor. */
export const replayScreen: Screen<ReplayModel, ReplayQueries> = {
  keys: REPLAY_KEYS,
  init: () => INITIAL,
  mode: () => "form",
  update: updateReplay,
  queries: async () => (await import("./queries.ts")).REPLAY_QUERIES,
  view: viewReplay,
  tickMs: () => undefined,
};
