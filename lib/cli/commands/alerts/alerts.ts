import { Option } from "@commander-js/extra-typings";
import { ALERT_METRICS, type AlertRuleState, BUDGET_PERIODS } from "../../../core/mod.ts";
import { loadAlerts } from "../../../app/mod.ts";
import { alertRuleShape } from "../../../documents/mod.ts";
import {
  alertConditionText,
  alertMetricText,
  type Cell,
  cell,
  type Column,
  table,
  zonedTime,
} from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { readNumber } from "../../frame/number.ts";
import { lookOf, type Style } from "../../output/look.ts";
import { add, type AddFlags } from "./add.ts";
import { check, log } from "./log.ts";

const SCOPE = "all, agent:NAME, group:NAME, user:NAME or model:NAME";
const MUTE_HOURS_MAX = 24 * 365;

const COLUMNS: readonly Column[] = [
  { title: "RULE", min: 8 },
  { title: "OF" },
  { title: "SCOPE", min: 8, drop: 3 },
  { title: "PER" },
  { title: "FIRES", min: 12 },
  { title: "TO", drop: 2 },
  { title: "STATE", drop: 1 },
];

export const alerts: CliCommand = {
  register(program, withContext) {
    const command = program.command("alerts").description(
      "be told when runs cost too much, fail, take long, are tried again or score badly",
    );
    command.command("list").description("list rules, and how they stand").action(() => withContext(list));
    registerAdd(command, withContext);
    command.command("remove").description("remove a rule; its log stays").argument("<rule>", "its name")
      .action((name) => withContext((context) => remove(context, name)));
    command.command("allow").description("let a rule that was not added at this home deliver from here")
      .argument("<rule>", "its name").action((name) => withContext((context) => allow(context, name)));
    command.command("check").description(
      "look at all rules now and deliver what waits, as cron does: 1 when something fired since the last check",
    ).action(() => withContext(check));
    command.command("log").description(
      "what fired, newest first. RUNS: those that ended while it was beyond the threshold; of a rule per day, week or month, of all that its value is of",
    )
      .option("--limit <n>", "so many", "20").option("--open", "only what nobody has acknowledged")
      .option("--rule <rule>", "only of this rule")
      .action((flags) => withContext((context) => log(context, flags)));
    command.command("ack").description("acknowledge alerts")
      .argument("[alert...]", "by id or the end of it (default: all)")
      .action((ids) => withContext((context) => acknowledge(context, ids)));
    command.command("mute").description("deliver nothing of a rule for a while; the log goes on")
      .argument("<rule>", "its name").option("--hours <n>", "so long; 0: it is heard again", "24")
      .action((name, { hours }) => withContext((context) => mute(context, name, hours)));
  },
};

function registerAdd(
  command: Parameters<CliCommand["register"]>[0],
  withContext: Parameters<CliCommand["register"]>[1],
): void {
  command.command("add").description("add a rule; it looks at runs that end from today on")
    .argument("<metric>", ALERT_METRICS.join(", "))
    .option("--above <x>", "fire above this: USD, tokens, 20%, 30s, retries; of a budget, at this part of it")
    .option("--below <x>", "fire below this")
    .option(
      "--spike <n>",
      "fire so many deviations from the median of the agent's last 30 days, e.g. 5; with --per day: from that of the days before (cost, tokens, retries, error_rate)",
    )
    .addOption(
      new Option("--per <period>", "of each run, or of all that end in it (default: run; of error_rate day)")
        .choices(BUDGET_PERIODS),
    )
    .option("--scope <scope>", SCOPE, "all")
    .option("--score <name>", "which score")
    .option(
      "--min-runs <n>",
      "no verdict with fewer (default: 20 for spikes, 5 for rates, p95 and means; of spikes of a day it is days: 7)",
    )
    .option("--name <name>", "what to call it")
    .option("--webhook [url]", "post JSON there (default: where AGENTOP_ALERT_WEBHOOK says)")
    .option("--sign [variable]", "sign it with the key in this variable (default: AGENTOP_ALERT_KEY)")
    .option("--slack [variable]", "a Slack webhook in this variable (default: AGENTOP_ALERT_SLACK)")
    .option("--discord [variable]", "a Discord webhook in this variable (default: AGENTOP_ALERT_DISCORD)")
    .option("--email <address>", "through the server in AGENTOP_ALERT_SMTP")
    .option("--desktop", "a notice of the terminal, where the workbench or a command runs in one")
    .option("--allow <host:port>", "this host may have a private address")
    .action((metric, flags: AddFlags) => withContext((context) => add(context, metric, flags)));
}

async function list(context: Context): Promise<void> {
  const { alertRules } = await loadAlerts();
  const rules = await alertRules(context.app);
  if (context.json) return context.printJson(rules.map(alertRuleShape));
  if (rules.length === 0) {
    return context.note("No alert rules yet. Try: agentop alerts add cost --above 0.10");
  }
  context.print(table(COLUMNS, rules.map((it) => row(it, context)), lookOf(context)));
}

function row(rule: AlertRuleState, context: Context): readonly Cell<Style>[] {
  const isMuted = rule.mutedUntilUs !== undefined && rule.mutedUntilUs > context.host.now() * 1000;
  const state: Cell<Style> = rule.firing > 0
    ? { text: `firing ${rule.firing}${isMuted ? ", muted" : ""}`, style: "red" }
    : isMuted
    ? { text: `muted until ${zonedTime(rule.mutedUntilUs! / 1000, context.timeZone)}`, style: "dim" }
    : rule.noVerdict
    ? { text: `no verdict: ${cell(rule.noVerdict)}`, style: "dim" }
    : { text: "quiet", style: "green" };
  return [
    { text: cell(rule.name), style: "cyan" },
    { text: cell(alertMetricText(rule)) },
    { text: cell(rule.scope) },
    { text: rule.metric === "budget" ? "its own" : rule.per },
    { text: alertConditionText(rule) },
    { text: ["log", ...new Set(rule.channels.map((it) => it.kind))].join(" ") },
    state,
  ];
}

async function allow(context: Context, name: string): Promise<void> {
  const { allowAlertRule } = await loadAlerts();
  const { channels } = await allowAlertRule(context.app, name);
  const places = channels.map(({ kind, url, urlFrom, to }) =>
    cell(`${kind} ${url ?? to ?? urlFrom ?? ""}`.trim())
  );
  if (context.json) context.printJson({ allowed: name, places });
  else context.print(`Allowed ${cell(name)}: ${places.join(", ") || "it delivers nowhere"}`);
}

async function remove(context: Context, name: string): Promise<void> {
  const { removeAlertRule } = await loadAlerts();
  await removeAlertRule(context.app, name);
  if (context.json) context.printJson({ removed: name });
  else context.print(`Removed ${cell(name)}`);
}

async function acknowledge(context: Context, ids: readonly string[]): Promise<void> {
  const { acknowledgeAlerts } = await loadAlerts();
  const acknowledged = await acknowledgeAlerts(context.app, ids.length === 0 ? undefined : ids);
  if (context.json) context.printJson({ acknowledged });
  else context.print(`Acknowledged ${acknowledged}`);
}

async function mute(context: Context, name: string, hoursText: string): Promise<void> {
  const { muteAlertRule } = await loadAlerts();
  const hours = readNumber(
    "--hours",
    hoursText,
    { max: MUTE_HOURS_MAX },
    `agentop alerts mute ${name} --hours 8`,
  );
  await muteAlertRule(context.app, name, hours === 0 ? null : hours * 3_600_000);
  if (context.json) context.printJson({ rule: name, mutedHours: hours });
  else context.print(hours === 0 ? `${cell(name)} is heard again` : `${cell(name)} is muted for ${hours} h`);
}
