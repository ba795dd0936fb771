import type { Screen } from "../../contract/screen.ts";
import { LIVE_KEYS } from "./keys.ts";
import { INITIAL, isLiveGrip, type LiveModel, rememberLive, restoreLive } from "./model.ts";
import type { LiveQueries } from "./queries.ts";
import { liveTickMs, updateLive } from "./update.ts";
import { viewLive } from "./view.ts";

/** One run: its spans, what each said, and its controls while it is live. */
export const liveScreen: Screen<LiveModel, LiveQueries> = {
  keys: LIVE_KEYS,
  init: () => INITIAL,
  mode: (model) => {
    if (model.approval?.reason || model.typing || model.reader.typing) return "filter";
    return model.approval || model.relatives ? "dialog" : "normal";
  },
  update: updateLive,
  queries: async () => (await import("./queries.ts")).LIVE_QUERIES,
  view: viewLive,
  isGrip: isLiveGrip,
  tickMs: liveTickMs,
  remember: rememberLive,
  restore: restoreLive,
};
