import type { Screen } from "../../contract/screen.ts";
import { AGENTS_KEYS } from "./keys.ts";
import { type AgentsModel, INITIAL } from "./model.ts";
import type { AgentsQueries } from "./queries.ts";
import { updateAgents } from "./update.ts";
import { viewAgents } from "./view.ts";

/** The agent files: what is wrong with them, what their tools may touch, how their last runs went. */
export const agentsScreen: Screen<AgentsModel, AgentsQueries> = {
  keys: AGENTS_KEYS,
  init: () => INITIAL,
  mode: (model) => (model.filtering || model.reader.typing ? "filter" : "normal"),
  update: updateAgents,
  queries: async () => (await import("./queries.ts")).AGENTS_QUERIES,
  view: viewAgents,
  tickMs: () => undefined,
  remember: ({ zoom }) => (zoom ? { zoom } : undefined),
  restore: (model, saved) => ({ ...model, zoom: (saved as { zoom?: unknown } | null)?.zoom === true }),
};
