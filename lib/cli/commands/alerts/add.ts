import {
  AgentOpError,
  ALERT_METRICS,
  ALERT_VARIABLES,
  type AlertChannel,
  type AlertCondition,
  type AlertMetric,
  type BudgetPeriod,
  nearest,
  oneLine,
} from "../../../core/mod.ts";
import { loadAlerts } from "../../../app/mod.ts";
import { alertRuleShape } from "../../../documents/mod.ts";
import { alertConditionText, alertMetricText, cell } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import { readNumber } from "../../frame/number.ts";

export interface AddFlags {
  readonly above?: string | undefined;
  readonly below?: string | undefined;
  readonly spike?: string | undefined;
  readonly per?: BudgetPeriod | undefined;
  readonly scope: string;
  readonly score?: string | undefined;
  readonly minRuns?: string | undefined;
  readonly name?: string | undefined;
  readonly webhook?: string | true | undefined;
  readonly sign?: string | true | undefined;
  readonly slack?: string | true | undefined;
  readonly discord?: string | true | undefined;
  readonly email?: string | undefined;
  readonly desktop?: boolean | undefined;
  readonly allow?: string | undefined;
}

const DEVIATIONS_MAX = 1_000;

export async function add(context: Context, metricText: string, flags: AddFlags): Promise<void> {
  const { addAlertRule, readThreshold } = await loadAlerts();
  const metric = metricNamed(metricText);
  const condition = conditionOf(metric, flags, readThreshold);
  const { scope, per, score, name } = flags;
  const minSample = flags.minRuns === undefined
    ? undefined
    : readNumber("--min-runs", flags.minRuns, { min: 1, isWhole: true }, "--min-runs 20");
  const rule = await addAlertRule(context.app, {
    metric,
    scope,
    channels: channelsOf(flags),
    ...(condition ? { condition } : {}),
    ...(per === undefined ? {} : { per }),
    ...(score === undefined ? {} : { score }),
    ...(name === undefined ? {} : { name }),
    ...(minSample === undefined ? {} : { minSample }),
  });
  if (context.json) return context.printJson(alertRuleShape({ ...rule, firing: 0 }));
  const unset = rule.channels.flatMap(({ urlFrom, keyFrom }) => [urlFrom, keyFrom])
    .filter((it) => it !== undefined && context.config.alertVariables?.[it] === undefined);
  context.print(
    `Added ${cell(rule.name)}: ${cell(alertMetricText(rule))} ${alertConditionText(rule)}${
      rule.metric === "budget" ? "" : `, per ${rule.per}`
    }, ${rule.scope === "all" ? "all runs" : cell(rule.scope)}`,
  );
  for (const variable of new Set(unset)) {
    context.note(`agentop: ${variable} is not set here: delivery waits for it`);
  }
}

function metricNamed(text: string): AlertMetric {
  const metric = ALERT_METRICS.find((it) => it === text);
  if (metric) return metric;
  throw new AgentOpError(
    `Cannot add the alert rule: a rule is of ${ALERT_METRICS.join(", ")}: got "${oneLine(text, 40)}"`,
    { remedy: `agentop alerts add ${nearest(text, ALERT_METRICS) ?? "cost"} …` },
  );
}

function conditionOf(
  metric: AlertMetric,
  { above, below, spike }: AddFlags,
  read: (metric: AlertMetric, text: string) => number,
): AlertCondition | undefined {
  const given = [above, below, spike].filter((it) => it !== undefined);
  if (given.length > 1) {
    throw new AgentOpError("Cannot add the alert rule: it has more than one threshold", {
      remedy: "one of --above, --below and --spike",
    });
  }
  if (above !== undefined) return { kind: "above", value: read(metric, above) };
  if (below !== undefined) return { kind: "below", value: read(metric, below) };
  if (spike === undefined) return undefined;
  const value = readNumber("--spike", spike, { isMinExcluded: true, max: DEVIATIONS_MAX }, "--spike 5");
  return { kind: "spike", value };
}

function channelsOf(flags: AddFlags): readonly AlertChannel[] {
  const { webhook, sign, slack, discord, email, desktop, allow } = flags;
  const reach = allow === undefined ? {} : { allow };
  const channels: AlertChannel[] = [];
  if (webhook !== undefined) {
    const isUrl = webhook !== true && /^https?:/i.test(webhook);
    channels.push({
      kind: "webhook",
      ...(isUrl ? { url: webhook } : { urlFrom: variable(webhook, "AGENTOP_ALERT_WEBHOOK") }),
      ...(sign === undefined ? {} : { keyFrom: variable(sign, "AGENTOP_ALERT_KEY") }),
      ...reach,
    });
  } else if (sign !== undefined) {
    throw new AgentOpError("Cannot add the alert rule: --sign is for a webhook", {
      remedy: "--webhook URL --sign",
    });
  }
  if (slack !== undefined) {
    channels.push({ kind: "slack", urlFrom: variable(slack, "AGENTOP_ALERT_SLACK"), ...reach });
  }
  if (discord !== undefined) {
    channels.push({ kind: "discord", urlFrom: variable(discord, "AGENTOP_ALERT_DISCORD"), ...reach });
  }
  if (email !== undefined) {
    channels.push({ kind: "email", to: email, urlFrom: "AGENTOP_ALERT_SMTP", ...reach });
  }
  if (desktop) channels.push({ kind: "desktop" });
  return channels;
}

/** The name of a variable, never what is in it: rules are in the store. */
function variable(given: string | true, fallback: (typeof ALERT_VARIABLES)[number]): string {
  if (given === true) return fallback;
  if (ALERT_VARIABLES.some((it) => it === given)) return given;
  throw new AgentOpError(
    "Cannot add the alert rule: what is secret is given by the name of the variable that holds it",
    { remedy: `one of ${ALERT_VARIABLES.join(", ")}` },
  );
}
