import type { Alert, AlertDelivery, AlertRuleState, Explanation } from "../../../core/mod.ts";
import type { Tickets } from "../../contract/queries.ts";
import type { Env } from "../../contract/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { LIST_START, type ListPlace, type ListRows, listRows, selectedItem } from "../../widgets/list.ts";
import type { Area } from "../../widgets/panes.ts";
import type { AlertsQueries } from "./queries.ts";

export const TABS = ["log", "rules"] as const;
export type AlertsTab = (typeof TABS)[number];

export interface AlertsModel {
  readonly tab: AlertsTab;
  readonly state: "loading" | "ready" | "failed";
  readonly failure: Explanation;
  /** Newest first. */
  readonly alerts: readonly Alert[];
  readonly rules: readonly AlertRuleState[];
  /** Only alerts of this rule. */
  readonly ofRule?: string;
  readonly log: ListPlace;
  readonly ruleList: ListPlace;
  readonly zoom: boolean;
  /** What became of the messages of an alert. */
  readonly deliveries?: { readonly alertId: string; readonly found: readonly AlertDelivery[] };
  readonly tickets: Tickets<AlertsQueries>;
}

export const INITIAL: AlertsModel = {
  tab: "log",
  state: "loading",
  failure: NO_FAILURE,
  alerts: [],
  rules: [],
  log: LIST_START,
  ruleList: LIST_START,
  zoom: false,
  tickets: { list: 0, deliveries: 0, run: 0 },
};

export function chosenAlert(model: AlertsModel): Alert | undefined {
  return model.tab === "log" ? selectedItem(model.alerts, (it) => it.alertId, model.log) : undefined;
}

export function chosenRule(model: AlertsModel): AlertRuleState | undefined {
  return model.tab === "rules" ? selectedItem(model.rules, (it) => it.name, model.ruleList) : undefined;
}

/** The rule that keys are about: the chosen one, or the chosen alert's, where it is still there. */
export function ruleInView(model: AlertsModel): AlertRuleState | undefined {
  const name = chosenAlert(model)?.rule;
  return name === undefined ? chosenRule(model) : model.rules.find((it) => it.name === name);
}

export function isMuted({ mutedUntilUs }: AlertRuleState, { nowMs }: Pick<Env, "nowMs">): boolean {
  return mutedUntilUs !== undefined && mutedUntilUs > nowMs * 1000;
}

export function placeOf({ tab, log, ruleList }: AlertsModel): ListPlace {
  return tab === "log" ? log : ruleList;
}

export function withPlace(model: AlertsModel, place: ListPlace): AlertsModel {
  return model.tab === "log" ? { ...model, log: place } : { ...model, ruleList: place };
}

export function rowsOf(model: AlertsModel, env: Env): ListRows {
  const { height } = alertsLayout(model, env);
  return model.tab === "log"
    ? listRows(model.alerts, (it) => it.alertId, height)
    : listRows(model.rules, (it) => it.name, height);
}

export interface AlertsLayout {
  readonly table: Area;
  readonly about?: Area;
  /** Rows of the list in view. */
  readonly height: number;
}

const HEAD_ROWS = 1;
const TABLE_HEAD_ROWS = 1;
const BESIDE_COLUMNS_MIN = 140;
const ABOUT_COLUMNS = 56;
const ABOUT_ROWS = 11;
const ABOUT_ROWS_MIN = 20;

/** The list; beside or below it, where there is room, what the chosen one is. */
export function alertsLayout({ zoom }: Pick<AlertsModel, "zoom">, { size }: Env): AlertsLayout {
  const { columns } = size;
  const rows = Math.max(0, size.rows - HEAD_ROWS);
  const whole: Area = { x: 0, y: HEAD_ROWS, columns, rows };
  const withHeight = (table: Area, about?: Area): AlertsLayout => ({
    table,
    ...(about ? { about } : {}),
    height: Math.max(1, table.rows - BORDER - TABLE_HEAD_ROWS),
  });
  if (zoom || columns < 60 || rows < ABOUT_ROWS_MIN) return withHeight(whole);
  if (columns >= BESIDE_COLUMNS_MIN) {
    const left = columns - ABOUT_COLUMNS;
    return withHeight({ ...whole, columns: left }, { ...whole, x: left, columns: ABOUT_COLUMNS });
  }
  const above = rows - ABOUT_ROWS;
  return withHeight({ ...whole, rows: above }, { ...whole, y: HEAD_ROWS + above, rows: ABOUT_ROWS });
}
