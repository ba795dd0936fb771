import type { Screen } from "../../contract/screen.ts";
import { EVALS_KEYS } from "./keys.ts";
import { type EvalsModel, INITIAL, isRunning, readPane, rememberEvals, restoreEvals } from "./model.ts";
import type { EvalsQueries } from "./queries.ts";
import { updateEvals } from "./update.ts";
import { viewEvals } from "./view.ts";

const TICK_MS = 1_000;

/** Suites that were run: how far they are, what each variant scored, what differs, and the cases that went worst. */
export const evalsScreen: Screen<EvalsModel, EvalsQueries> = {
  keys: EVALS_KEYS,
  init: () => INITIAL,
  mode: ({ opened, setting }) => (setting || opened?.readers[readPane(opened)].typing ? "filter" : "normal"),
  update: updateEvals,
  queries: async () => (await import("./queries.ts")).EVALS_QUERIES,
  view: viewEvals,
  tickMs: (model) => (model.experiments.some(isRunning) ? TICK_MS : undefined),
  remember: rememberEvals,
  restore: restoreEvals,
};
