import { formatRunQuery } from "../../../analysis/mod.ts";
import { type Alert, type RunFilter, sentenceOf } from "../../../core/mod.ts";
import { notice } from "../../contract/effects.ts";
import { type Actions, updateOf } from "../../contract/handlers.ts";
import { loading } from "../../contract/load.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import {
  afterMotion,
  keptInView,
  LIST_START,
  type ListPlace,
  rowAt,
  wheelMotion,
  withSelected,
} from "../../widgets/list.ts";
import { neighbour } from "../../widgets/neighbour.ts";
import { isInside } from "../../widgets/panes.ts";
import {
  alertsLayout,
  type AlertsModel,
  chosenAlert,
  chosenRule,
  isMuted,
  placeOf,
  rowsOf,
  ruleInView,
  TABS,
  withPlace,
} from "./model.ts";
import type { AlertsQueries } from "./queries.ts";

const load = loading<AlertsQueries>();
const REFRESH_INTERVAL_MS = 1_000;
const TABLE_HEAD_ROWS = 2;
const MUTE_US = 24 * 3_600_000_000;
const DAY_US = 24 * 3_600_000_000;
const DAYS: Readonly<Record<Alert["per"], number>> = { run: 1, day: 1, week: 7, month: 31 };

const ACTIONS: Actions<AlertsModel> = {
  tab_right: (model, env) => turned(model, 1, env),
  tab_left: (model, env) => turned(model, -1, env),
  zoom: (model, env) => [inView({ ...model, zoom: !model.zoom }, env), []],
  reload: (model) => loadAll({ ...model, state: "loading" }),
  acknowledge: (model) => {
    const alert = chosenAlert(model);
    if (!alert) return [model, []];
    return [model, [{ type: "tend_alerts", alertIds: [alert.alertId], done: "Acknowledged" }]];
  },
  acknowledge_all: (model) => [model, [{ type: "tend_alerts", done: "Acknowledged all alerts" }]],
  mute: (model, env) => {
    const rule = ruleInView(model);
    if (!rule) return [model, [notice("warn", "The rule is gone")]];
    const untilUs = isMuted(rule, env) ? null : Math.round(env.nowMs * 1000) + MUTE_US;
    const done = untilUs === null ? `${rule.name} is heard again` : `${rule.name} is muted for a day`;
    return [model, [{ type: "mute_alerts", rule: rule.name, untilUs, done }]];
  },
  open: (model, env) => {
    const rule = chosenRule(model);
    if (rule) return loadAll({ ...model, tab: "log", ofRule: rule.name, log: LIST_START, alerts: [] });
    const alert = chosenAlert(model);
    return alert ? opened(model, alert, env) : [model, []];
  },
  copy: (model) => {
    const alert = chosenAlert(model);
    return [model, alert ? [{ type: "copy", text: `${alert.rule}: ${alert.text}` }] : []];
  },
  copy_command: (model) => {
    const alert = chosenAlert(model);
    const rule = chosenRule(model)?.name;
    const text = alert ? `agentop alerts log --rule ${alert.rule}` : `agentop alerts remove ${rule}`;
    return [model, alert || rule ? [{ type: "copy", text }] : []];
  },
  back: (model, env) => {
    const { ofRule, ...rest } = model;
    if (ofRule !== undefined) return loadAll({ ...rest, tab: "rules" });
    if (model.zoom) return [inView({ ...model, zoom: false }, env), []];
    return [model, [{ type: "leave" }]];
  },
};

export const updateAlerts = updateOf<AlertsModel, AlertsQueries>({
  entered: (model) => loadAll(model),
  storeChanged: (model) => loadAll(model, REFRESH_INTERVAL_MS),
  resized: (model, env) => [inView(model, env), []],
  actions: () => ACTIONS,
  moved: (model, motion, env) => chosen(model, afterMotion(placeOf(model), rowsOf(model, env), motion)),
  wheeled: (model, lines, _, env) =>
    chosen(model, afterMotion(placeOf(model), rowsOf(model, env), wheelMotion(lines))),
  clicked: (model, { x, y }, env) => {
    const { table } = alertsLayout(model, env);
    if (!isInside(table, x, y)) return [model, []];
    const rows = rowsOf(model, env);
    const row = rowAt(placeOf(model), rows, y - table.y - TABLE_HEAD_ROWS);
    return row === undefined ? [model, []] : chosen(model, withSelected(placeOf(model), rows, row));
  },
  answered: {
    list: (model, { alerts, rules }, env) =>
      withDeliveries(inView({ ...model, alerts, rules, state: "ready", failure: NO_FAILURE }, env)),
    deliveries: (model, found) => {
      const alert = chosenAlert(model);
      return [alert ? { ...model, deliveries: { alertId: alert.alertId, found } } : model, []];
    },
    run: (model, { traceId, runId }) => [model, [{ type: "go", screen: "live", target: { traceId, runId } }]],
  },
  failed: {
    list: (model, failure) => [{ ...model, state: "failed", failure }, []],
    run: (model, failure) => [model, [notice("error", sentenceOf(failure))]],
  },
});

function loadAll(model: AlertsModel, minIntervalMs?: number): Step<AlertsModel> {
  return load([model, []], "list", { rule: model.ofRule }, minIntervalMs);
}

function turned(model: AlertsModel, step: 1 | -1, env: Env): Step<AlertsModel> {
  const { ofRule: _, ...rest } = model;
  return loadAll(inView({ ...rest, tab: neighbour(TABS, model.tab, step) }, env));
}

function chosen(model: AlertsModel, place: ListPlace): Step<AlertsModel> {
  return withDeliveries(withPlace(model, place));
}

/** Asks what became of the chosen alert's messages. */
function withDeliveries(model: AlertsModel): Step<AlertsModel> {
  const alert = chosenAlert(model);
  return alert ? load([model, []], "deliveries", { alertId: alert.alertId }) : [model, []];
}

function inView(model: AlertsModel, env: Env): AlertsModel {
  return withPlace(model, keptInView(placeOf(model), rowsOf(model, env)));
}

/** To the one run behind an alert, or to the list of those it is about. */
function opened(model: AlertsModel, alert: Alert, env: Env): Step<AlertsModel> {
  const [runId] = alert.runIds;
  if (alert.runs === 1 && alert.per === "run" && runId !== undefined) {
    return load([model, []], "run", { runId });
  }
  const search = formatRunQuery(runsBehind(alert), env.timeZone);
  return [model, [{ type: "go", screen: "runs", search }]];
}

function runsBehind({ metric, subject, scope, per, openedAtUs }: Alert): RunFilter {
  const about = metric === "budget" || per !== "run" ? scope : subject;
  const name = about.slice(about.indexOf(":") + 1);
  const kind = about.slice(0, Math.max(0, about.indexOf(":")));
  return {
    sinceUs: openedAtUs - DAYS[per] * DAY_US,
    ...(kind === "agent" ? { agent: name } : {}),
    ...(kind === "group" ? { group: name } : {}),
    ...(kind === "user" ? { user: name } : {}),
    ...(kind === "model" ? { model: name } : {}),
    ...(metric === "error_rate" ? { status: ["failed", "interrupted"] as const } : {}),
    ...(metric === "budget" ? { status: ["stopped"] as const } : {}),
  };
}
