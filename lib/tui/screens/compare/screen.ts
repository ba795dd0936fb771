import type { Screen } from "../../contract/screen.ts";
import { COMPARE_KEYS } from "./keys.ts";
import { type CompareModel, INITIAL, isCompareGrip, rememberCompare, restoreCompare } from "./model.ts";
import type { CompareQueries } from "./queries.ts";
import { updateCompare } from "./update.ts";
import { viewCompare } from "./view.ts";

/** Two runs, step by step: what is equal, what changed, and by how much. */
export const compareScreen: Screen<CompareModel, CompareQueries> = {
  keys: COMPARE_KEYS,
  init: () => INITIAL,
  mode: (model) => (model.reader.typing ? "filter" : "normal"),
  update: updateCompare,
  queries: async () => (await import("./queries.ts")).COMPARE_QUERIES,
  view: viewCompare,
  isGrip: isCompareGrip,
  tickMs: () => undefined,
  remember: rememberCompare,
  restore: restoreCompare,
};
