import type { Screen } from "../../contract/screen.ts";
import { ALERTS_KEYS } from "./keys.ts";
import { type AlertsModel, INITIAL } from "./model.ts";
import type { AlertsQueries } from "./queries.ts";
import { updateAlerts } from "./update.ts";
import { viewAlerts } from "./view.ts";

/** What rules found, and the rules: to acknowledge, to mute, and from an alert to the runs behind it. */
export const alertsScreen: Screen<AlertsModel, AlertsQueries> = {
  keys: ALERTS_KEYS,
  init: () => INITIAL,
  mode: () => "normal",
  update: updateAlerts,
  queries: async () => (await import("./queries.ts")).ALERTS_QUERIES,
  view: viewAlerts,
  tickMs: () => undefined,
};
