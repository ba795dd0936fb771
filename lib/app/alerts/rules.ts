import { minSampleOf } from "../../analysis/mod.ts";
import {
  AgentOpError,
  type Alert,
  type AlertChannel,
  type AlertCondition,
  type AlertMetric,
  type AlertRule,
  type AlertRuleState,
  BUDGET_WARNINGS,
  type BudgetPeriod,
  dayOfTime,
  nearest,
  nowUs,
  oneLine,
  startOfDay,
  systemTimeZone,
} from "../../core/mod.ts";
import type { App } from "../app.ts";
import { readBudgetScope } from "../budgets.ts";
import { AllowedPlaces } from "./allowed_places.ts";
import { checkChannels } from "./channels.ts";

const NAME_MAX_CHARS = 64;
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i;
const SAMPLE_MAX = 1_000;
const SCORE_MAX_CHARS = 200;

/** What a person asks for; what is absent follows from the rest. */
export interface AlertOrder {
  readonly name?: string;
  readonly metric: AlertMetric;
  readonly score?: string;
  readonly scope?: string;
  readonly per?: BudgetPeriod;
  readonly condition?: AlertCondition;
  readonly minSample?: number;
  readonly channels?: readonly AlertChannel[];
}

/** Adds a rule; it looks at runs that end from today on. Throws `AgentOpError`. */
export async function addAlertRule(app: App, order: AlertOrder): Promise<AlertRule> {
  const { metric, score } = order;
  const scope = readBudgetScope(order.scope ?? "all");
  const isOverWindow = metric === "error_rate";
  const per = order.per ?? (isOverWindow ? "day" : "run");
  const condition = order.condition ?? (metric === "budget" ? ANY_MARK : undefined);
  if (!condition) throw refused("no threshold is given", "--above 0.05, --below 0.7 or --spike 5");
  if (metric === "budget" && order.per !== undefined) {
    throw refused("budgets have their own periods", "agentop alerts add budget --scope all");
  }
  checkFit({ metric, per, condition, ...(score === undefined ? {} : { score }) });
  const minSample = order.minSample ?? minSampleOf(metric, condition.kind, per === "run");
  if (!Number.isInteger(minSample) || minSample < 1 || minSample > SAMPLE_MAX) {
    throw refused(`the sample must be a whole number from 1 to ${SAMPLE_MAX}`, "--min-runs 20");
  }
  const channels = order.channels ?? [];
  await checkChannels(app.redactor, channels);
  const zone = app.config.timeZone ?? systemTimeZone();
  const rule: AlertRule = {
    name: order.name ?? nameOf(metric, per, scope),
    metric,
    ...(score === undefined ? {} : { score }),
    scope,
    per,
    condition,
    minSample,
    channels,
    sinceUs: startOfDay(dayOfTime(app.host.now(), zone), zone)! * 1000,
  };
  if (!NAME.test(rule.name)) {
    throw refused("a name is letters, digits, dots, - and _, 64 at most", "--name cost-of-researcher");
  }
  if (await (await app.store()).addAlertRule(rule)) {
    await new AllowedPlaces(app.config).allow(channels);
    return rule;
  }
  throw refused(
    `there is a rule ${rule.name}`,
    order.name === undefined ? "--name NAME" : `agentop alerts remove ${rule.name}, or another --name`,
  );
}

/** `cost-run`, `latency-day-agent-researcher`, `budget`. */
function nameOf(metric: AlertMetric, per: BudgetPeriod, scope: string): string {
  const parts = [metric, ...(metric === "budget" ? [] : [per]), ...(scope === "all" ? [] : [scope])];
  return parts.join("-").replace(/[^\w.-]+/g, "-").slice(0, NAME_MAX_CHARS);
}

/** What is a sum over a day, or a share. */
const DAY_SPIKES: readonly AlertMetric[] = ["cost", "tokens", "retries", "error_rate"];

const ANY_MARK: AlertCondition = { kind: "above", value: BUDGET_WARNINGS[0] };

function checkFit(
  { metric, per, condition, score }: Pick<AlertRule, "metric" | "per" | "condition" | "score">,
): void {
  const { kind, value } = condition;
  if ((metric === "score") !== (score !== undefined)) {
    throw metric === "score" ? refused("which score is not said", "--score NAME") : refused(
      "only the metric score has a score's name",
      "agentop alerts add score --score NAME --below 0.7",
    );
  }
  if (score !== undefined && (score === "" || score.length > SCORE_MAX_CHARS)) {
    throw refused("the score's name is empty or too long", "--score NAME");
  }
  if (metric === "error_rate" && per === "run") {
    throw refused("one run has no error rate", "--per day, week or month");
  }
  if (kind === "spike" && (per === "week" || per === "month")) {
    throw refused("30 days have too few of these to tell a spike", "--per day or run, or --above X");
  }
  if (kind === "spike" && per === "day" && !DAY_SPIKES.includes(metric)) {
    throw refused(`a spike of ${metric} is of one run against the runs before it`, "--per run, or --above X");
  }
  if (metric === "budget" && kind !== "above") {
    throw refused("a budget has parts that are reached", "--above 50, 80 or 100");
  }
  if (!Number.isFinite(value) || kind === "spike" && !(value > 0)) {
    throw refused("the threshold is no number, or no deviations", "--spike 5");
  }
}

function refused(reason: string, remedy: string): AgentOpError {
  return new AgentOpError(`Cannot add the alert rule: ${reason}`, { remedy });
}

/** Lets a rule that was not added at this home deliver to its places from here. Gives the rule; throws `AgentOpError`. */
export async function allowAlertRule(app: App, name: string): Promise<AlertRule> {
  const rule = (await alertRules(app)).find((it) => it.name === name);
  if (!rule) {
    throw new AgentOpError(`Cannot allow the alert rule ${oneLine(name, 64)}: there is none`, {
      remedy: "agentop alerts list",
    });
  }
  await checkChannels(app.redactor, rule.channels);
  await new AllowedPlaces(app.config).allow(rule.channels);
  return rule;
}

/** Every rule, by name. */
export async function alertRules(app: App): Promise<readonly AlertRuleState[]> {
  return await (await app.store()).listAlertRules();
}

/** Throws `AgentOpError` when there is no such rule. */
export async function removeAlertRule(app: App, name: string): Promise<void> {
  if (await (await app.store()).removeAlertRule(name)) return;
  throw await unknownRule(app, "remove", name);
}

/** Nothing is delivered for so long; `null`: it is heard again. Throws `AgentOpError` when there is no such rule. */
export async function muteAlertRule(app: App, name: string, forMs: number | null): Promise<void> {
  const untilUs = forMs === null ? null : nowUs(app.host) + forMs * 1000;
  if (await (await app.store()).muteAlertRule(name, untilUs)) return;
  throw await unknownRule(app, "mute", name);
}

async function unknownRule(app: App, verb: string, name: string): Promise<AgentOpError> {
  const names = (await alertRules(app)).map((it) => it.name);
  return new AgentOpError(`Cannot ${verb} the alert rule ${oneLine(name, 60)}: there is none`, {
    remedy: nearest(name, names) ?? "agentop alerts list",
  });
}

/** Acknowledges these alerts, by id or the end of one, or all. Throws `AgentOpError` when one is not known. */
export async function acknowledgeAlerts(app: App, ids?: readonly string[]): Promise<number> {
  const store = await app.store();
  if (!ids) return await store.acknowledgeAlerts(nowUs(app.host));
  const known = await store.listAlerts({ limit: KNOWN_MAX });
  const whole = ids.map((id) => wholeId(known, id));
  return await store.acknowledgeAlerts(nowUs(app.host), whole);
}

const KNOWN_MAX = 1_000;
const ID_CHARS_MIN = 4;

function wholeId(known: readonly Alert[], id: string): string {
  const found = id.length < ID_CHARS_MIN
    ? []
    : known.filter(({ alertId }) => alertId.startsWith(id) || alertId.endsWith(id));
  if (found.length === 1) return found[0]!.alertId;
  throw new AgentOpError(
    `Cannot acknowledge ${oneLine(id, 60)}: ${
      found.length === 0 ? "there is no such alert" : `${found.length} alerts are called so`
    }`,
    { remedy: "agentop alerts log" },
  );
}
