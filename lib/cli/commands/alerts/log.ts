import { AgentOpError, type Alert, type AlertDelivery, type AlertStore, nearest } from "../../../core/mod.ts";
import { alertShape, deliveryShape } from "../../../documents/mod.ts";
import { type Cell, cell, type Column, grouped, table, zonedTime } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import { readNumber } from "../../frame/number.ts";
import { lookOf, type Style } from "../../output/look.ts";

const LIMIT_MAX = 1_000;
const ID_CHARS = 8;
const RULE_SHOWN_CHARS = 80;

const COLUMNS: readonly Column[] = [
  { title: "ALERT" },
  { title: "WHEN", drop: 1 },
  { title: "RULE", min: 8, drop: 3 },
  { title: "WHAT", min: 20 },
  { title: "RUNS", align: "right" },
  { title: "STATE" },
  { title: "DELIVERED", drop: 2 },
];

interface LogFlags {
  readonly limit: string;
  readonly open?: boolean | undefined;
  readonly rule?: string | undefined;
}

export async function log(context: Context, { limit, open, rule }: LogFlags): Promise<void> {
  const store = await context.app.store();
  if (rule !== undefined) await refuseUnknown(store, rule);
  const alerts = await store.listAlerts({
    limit: readNumber("--limit", limit, { min: 1, max: LIMIT_MAX, isWhole: true }, "--limit 20"),
    ...(open ? { isOpen: true } : {}),
    ...(rule === undefined ? {} : { rule }),
  });
  await print(context, alerts, "Nothing fired yet. Try: agentop alerts list");
}

/** A rule that was removed may still have alerts. */
async function refuseUnknown(store: AlertStore, rule: string): Promise<void> {
  const [alerts, rules] = await Promise.all([store.listAlerts({ limit: 1, rule }), store.listAlertRules()]);
  if (alerts.length > 0 || rules.some(({ name }) => name === rule)) return;
  const guess = nearest(rule, rules.map(({ name }) => name));
  throw new AgentOpError(
    `Cannot list alerts: there is no rule ${JSON.stringify(rule.slice(0, RULE_SHOWN_CHARS))}`,
    {
      remedy: guess === undefined ? "agentop alerts list" : `--rule ${guess}`,
    },
  );
}

/** 1 when something fired since the last check. */
export async function check(context: Context): Promise<number> {
  const fired = await context.app.alerts.check();
  await print(context, fired, "Nothing fired since the last check.");
  return fired.length > 0 ? 1 : 0;
}

async function print(context: Context, alerts: readonly Alert[], nothing: string): Promise<void> {
  const store = await context.app.store();
  const deliveries = alerts.length === 0 ? [] : await store.listDeliveries(alerts.map((it) => it.alertId));
  const of = (alert: Alert) => deliveries.filter((it) => it.alert.alertId === alert.alertId);
  if (context.json) {
    return context.printJson(
      alerts.map((it) => ({ ...alertShape(it), deliveries: of(it).map(deliveryShape) })),
    );
  }
  if (alerts.length === 0) return context.note(nothing);
  context.print(table(COLUMNS, alerts.map((it) => row(it, of(it), context.timeZone)), lookOf(context)));
}

function row(alert: Alert, deliveries: readonly AlertDelivery[], timeZone: string): readonly Cell<Style>[] {
  const isOver = alert.closedAtUs !== undefined;
  const state: Cell<Style> = alert.acknowledgedAtUs !== undefined
    ? { text: "acknowledged", style: "dim" }
    : isOver
    ? { text: "over", style: "green" }
    : { text: "firing", style: "red" };
  return [
    { text: alert.alertId.slice(-ID_CHARS), style: "cyan" },
    { text: zonedTime(alert.openedAtUs / 1000, timeZone), style: "dim" },
    { text: cell(alert.rule) },
    { text: cell(alert.text) },
    {
      text: alert.windowRuns === undefined
        ? grouped(alert.runs)
        : `${grouped(alert.runs)} of ${grouped(alert.windowRuns)}`,
    },
    state,
    { text: alert.isMuted ? "muted" : deliveries.map(deliveryText).join(", "), style: "dim" },
  ];
}

function deliveryText({ channel, state, attempts, error }: AlertDelivery): string {
  if (state === "sent") return channel.kind;
  const reason = error === undefined ? "" : `: ${cell(error)}`;
  return `${channel.kind} ${
    state === "failed" ? "failed" : attempts === 0 ? "waits" : `tried ${attempts}×`
  }${reason}`;
}
