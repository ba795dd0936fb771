import { type Alert, type AlertDelivery, type AlertRuleState, sentenceOf } from "../../../core/mod.ts";
import {
  age,
  ago,
  alertConditionText,
  alertMetricText,
  grouped,
  plural,
  zonedTime,
} from "../../../present/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { EMPTY, fitParts, type Line, line, seg, type Segment } from "../../draw/line.ts";
import { beside, BORDER, pane } from "../../draw/pane.ts";
import type { Tone } from "../../draw/theme.ts";
import { troubleLines } from "../../draw/trouble.ts";
import { clean, cut, fit, width, wrap } from "../../terminal/text.ts";
import { listLines, selectedIndex } from "../../widgets/list.ts";
import { paragraph } from "../../widgets/paragraph.ts";
import {
  alertsLayout,
  type AlertsModel,
  chosenAlert,
  chosenRule,
  isMuted,
  placeOf,
  rowsOf,
} from "./model.ts";

const STATE_COLUMNS = 9;
const AGE_COLUMNS = 6;
const NAME_MAX = 24;
const RUNS_COLUMNS = 6;
const RUNS_FROM_COLUMNS = 70;
const LABEL_COLUMNS = 10;
const RUN_IDS_SHOWN = 5;

export function viewAlerts(model: AlertsModel, env: Env): readonly Line[] {
  if (model.state === "failed" && model.rules.length === 0) {
    const keys = [["^r", "try again"], ["esc", "back"]] as const;
    return troubleLines("The store does not answer", model.failure, keys, env.size, env.glyphs);
  }
  const { table, about } = alertsLayout(model, env);
  const list = listPane(model, env, table.columns, table.rows);
  if (!about) return [summaryLine(model, env), ...list];
  const told = aboutPane(model, env, about.columns, about.rows);
  return [summaryLine(model, env), ...(about.x > 0 ? beside(list, told) : [...list, ...told])];
}

function summaryLine({ alerts, rules, ofRule }: AlertsModel, env: Env): Line {
  const firing = rules.reduce((sum, it) => sum + it.firing, 0);
  const open = alerts.filter((it) => it.acknowledgedAtUs === undefined).length;
  const part = (label: string, count: number, tone: Tone): Line => [
    seg(`${label} `, "dim"),
    seg(grouped(count), tone),
  ];
  const parts = [
    part("alerts", alerts.length, "strong"),
    part("not acknowledged", open, open > 0 ? "warn" : "strong"),
    part("firing", firing, firing > 0 ? "error" : "strong"),
    part("rules", rules.length, "strong"),
    ...(ofRule === undefined ? [] : [[seg("of ", "dim"), seg(clean(ofRule), "chip")]]),
  ];
  return [seg(" "), ...fitParts(parts, 3, env.size.columns - 2)];
}

function listPane(model: AlertsModel, env: Env, columns: number, rows: number): readonly Line[] {
  const inner = columns - BORDER;
  const list = rowsOf(model, env);
  const selected = selectedIndex(placeOf(model), list);
  const { top } = placeOf(model);
  const content = list.total === 0
    ? [EMPTY, ...emptyLines(model, inner)]
    : model.tab === "log"
    ? logLines(model, env, inner, selected)
    : ruleLines(model, env, inner, selected);
  const tab = (name: AlertsModel["tab"], title: string): Segment =>
    seg(` ${title} `, model.tab === name ? "chip" : "dim");
  return pane(content, columns, rows, env.glyphs, {
    tabs: [tab("log", "Log"), tab("rules", "Rules")],
    focused: true,
    ...(model.state === "failed"
      ? { note: line(cut(clean(sentenceOf(model.failure)), Math.max(0, inner - 20)), "error") }
      : {}),
    ...(list.total > 0 ? { foot: line(`${grouped(selected + 1)} of ${grouped(list.total)}`, "dim") } : {}),
    scroll: { top, total: list.total + 1 },
  });
}

function emptyLines({ state, rules, tab }: AlertsModel, columns: number): readonly Line[] {
  if (state === "loading") return [line("  Reading alerts…", "dim")];
  if (state === "failed") return [line("  The store cannot be read.", "error")];
  if (tab === "log" && rules.length > 0) {
    return [
      line("  Nothing fired yet.", "strong"),
      ...paragraph(
        `${plural(rules.length, "rule")} look at every run that ends. tab shows them.`,
        columns,
        "text",
      ),
    ];
  }
  const step = (command: string, what: string): readonly Line[] => [
    EMPTY,
    [seg(`  ${command}`, "key")],
    ...paragraph(what, columns, "dim", 4),
  ];
  return [
    line("  No alert rule yet.", "strong"),
    ...paragraph("A rule looks at every run that ends, and tells you once.", columns, "text"),
    ...step("agentop alerts add cost --above 0.10", "when a run costs more"),
    ...step("agentop alerts add latency --spike 5", "when a run takes far longer than the agent's others"),
    ...step("agentop alerts add error_rate --above 20%", "when too many of a day's runs fail"),
    ...step("agentop alerts add budget", "at 50, 80 and 100 % of budgets, and when one stops a run"),
  ];
}

function logLines(model: AlertsModel, env: Env, columns: number, selected: number): readonly Line[] {
  const { alerts } = model;
  const name = Math.min(
    NAME_MAX,
    Math.max(6, ...alerts.map((it) => width(clean(it.rule)) + 1)),
    Math.floor(columns / 4),
  );
  const runs = columns >= RUNS_FROM_COLUMNS ? RUNS_COLUMNS : 0;
  const text = Math.max(10, columns - 2 - STATE_COLUMNS - AGE_COLUMNS - name - runs - 1);
  const look = {
    top: model.log.top,
    height: alertsLayout(model, env).height,
    columns,
    glyphs: env.glyphs,
    selected,
  };
  return [
    [
      seg(`  ${fit("STATE", STATE_COLUMNS)}${fit("RULE", name)}${fit("WHAT", text)}`, "heading"),
      seg(`${fit("RUNS", runs, "right")}${fit("AGE", AGE_COLUMNS, "right")}`, "heading"),
    ],
    ...listLines(alerts, look, (it) => {
      const [sign, word, tone] = stateOf(it, env);
      return [
        seg(fit(`${sign} ${word}`, STATE_COLUMNS), tone),
        seg(`${fit(clean(it.rule), name - 1)} `, "accent"),
        seg(`${fit(clean(it.text), text - 1)} `, it.acknowledgedAtUs === undefined ? "strong" : "dim"),
        seg(fit(runs === 0 ? "" : grouped(it.runs), runs, "right"), "text"),
        seg(fit(age(it.openedAtUs / 1000, env.nowMs), AGE_COLUMNS, "right"), "dim"),
      ];
    }),
  ];
}

/** Its sign, its word and its colour. */
function stateOf(alert: Alert, { glyphs }: Env): readonly [sign: string, word: string, tone: Tone] {
  if (alert.acknowledgedAtUs !== undefined) return [glyphs.status.completed, "seen", "dim"];
  if (alert.closedAtUs !== undefined) return [glyphs.status.stopped, "over", "warn"];
  return [glyphs.status.failed, "firing", "error"];
}

function ruleLines(model: AlertsModel, env: Env, columns: number, selected: number): readonly Line[] {
  const { rules } = model;
  const name = Math.min(NAME_MAX, Math.max(6, ...rules.map((it) => width(clean(it.name)) + 1)));
  const text = Math.max(10, columns - 2 - STATE_COLUMNS - name);
  const look = {
    top: model.ruleList.top,
    height: alertsLayout(model, env).height,
    columns,
    glyphs: env.glyphs,
    selected,
  };
  return [
    [seg(`  ${fit("STATE", STATE_COLUMNS)}${fit("RULE", name)}${fit("FIRES", text)}`, "heading")],
    ...listLines(rules, look, (it) => {
      const [word, tone] = ruleState(it, env);
      return [
        seg(fit(word, STATE_COLUMNS), tone),
        seg(`${fit(clean(it.name), name - 1)} `, "accent"),
        seg(fit(clean(ruleText(it)), text), "text"),
      ];
    }),
  ];
}

function ruleState(rule: AlertRuleState, env: Env): readonly [string, Tone] {
  if (isMuted(rule, env)) return ["muted", "dim"];
  if (rule.firing > 0) return [`fires ${rule.firing}`, "error"];
  return rule.noVerdict === undefined ? ["quiet", "ok"] : ["no data", "warn"];
}

function ruleText(rule: AlertRuleState): string {
  const per = rule.metric === "budget" ? "" : `, per ${rule.per}`;
  return `${alertMetricText(rule)} ${alertConditionText(rule)}${per}, ${
    rule.scope === "all" ? "all runs" : rule.scope
  }`;
}

function aboutPane(model: AlertsModel, env: Env, columns: number, rows: number): readonly Line[] {
  const alert = chosenAlert(model);
  const rule = chosenRule(model);
  const fact = factOf(columns - BORDER);
  const content = alert ? alertFacts(model, alert, env, fact) : rule ? ruleFacts(rule, env, fact) : [];
  return pane(content, columns, rows, env.glyphs, { title: clean(alert?.rule ?? rule?.name ?? "About") });
}

type Fact = (label: string, value: string, tone?: Tone) => readonly Line[];

function factOf(inner: number): Fact {
  return (label, value, tone = "text") =>
    wrap(clean(value), Math.max(8, inner - LABEL_COLUMNS - 2)).map((piece, at): Line => [
      seg(` ${fit(at === 0 ? label : "", LABEL_COLUMNS)}`, "dim"),
      seg(piece, tone),
    ]);
}

function alertFacts(model: AlertsModel, alert: Alert, env: Env, fact: Fact): readonly Line[] {
  const { openedAtUs, closedAtUs, acknowledgedAtUs, runIds } = alert;
  const deliveries = model.deliveries?.alertId === alert.alertId ? model.deliveries.found : [];
  const at = (us: number) => `${zonedTime(us / 1000, env.timeZone)}, ${ago(us / 1000, env.nowMs)}`;
  return [
    ...fact("what", alert.text, "strong"),
    ...fact("began", at(openedAtUs)),
    ...(closedAtUs === undefined ? fact("over", "not yet", "error") : fact("over", at(closedAtUs))),
    ...(acknowledgedAtUs === undefined ? [] : fact("seen", at(acknowledgedAtUs), "dim")),
    ...(alert.isMuted
      ? fact("delivered", "nothing: the rule was muted", "dim")
      : deliveryFacts(deliveries, fact)),
    ...fact("runs", grouped(alert.runs)),
    ...runIds.slice(0, RUN_IDS_SHOWN).flatMap((it) => fact("", it, "accent")),
  ];
}

function deliveryFacts(deliveries: readonly AlertDelivery[], fact: Fact): readonly Line[] {
  if (deliveries.length === 0) return fact("delivered", "to the log");
  return deliveries.flatMap(({ channel, state, attempts, error }, at) => {
    const said = state === "sent"
      ? "sent"
      : `${state === "failed" ? "failed" : "waits"}${attempts > 0 ? `, tried ${attempts} times` : ""}`;
    const tone: Tone = state === "sent" ? "ok" : state === "failed" ? "error" : "warn";
    return fact(
      at === 0 ? "delivered" : "",
      `${channel.kind} ${said}${error === undefined ? "" : `: ${error}`}`,
      tone,
    );
  });
}

function ruleFacts(rule: AlertRuleState, env: Env, fact: Fact): readonly Line[] {
  return [
    ...fact("fires", ruleText(rule), "strong"),
    ...fact(
      "firing",
      rule.firing === 0 ? "nothing" : plural(rule.firing, "episode"),
      rule.firing > 0 ? "error" : "text",
    ),
    ...(rule.noVerdict === undefined ? [] : fact("no verdict", rule.noVerdict, "warn")),
    ...fact("goes to", ["log", ...new Set(rule.channels.map((it) => it.kind))].join(", ")),
    ...(isMuted(rule, env)
      ? fact("muted", `until ${zonedTime(rule.mutedUntilUs! / 1000, env.timeZone)}`, "dim")
      : []),
  ];
}
