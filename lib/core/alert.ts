import type { BudgetPeriod, BudgetWindows } from "./budget.ts";

/** What a rule looks at. `budget`: the marks and the end of budgets, which are their own. */
export const ALERT_METRICS = [
  "cost",
  "tokens",
  "error_rate",
  "latency",
  "retries",
  "score",
  "budget",
] as const;
export type AlertMetric = (typeof ALERT_METRICS)[number];

/**
 * When it fires. `spike`: so many robust standard deviations (1.4826 times the median absolute deviation) beyond the median of what
 * the same agent did before; of a day, of the days before it.
 */
export interface AlertCondition {
  readonly kind: "above" | "below" | "spike";
  /** USD, tokens, a share of 1, ms, retries, a score, per cent of a budget, or deviations. */
  readonly value: number;
}

/** `over`: beyond the threshold; `clear`: well on its good side; `near`: neither. */
export type AlertVerdict =
  | { readonly kind: "none"; readonly reason: string }
  | {
    readonly kind: "over" | "near" | "clear";
    readonly value: number;
    readonly threshold: number;
    /** Of the sample; absent without one. */
    readonly median?: number;
    /** How many deviations the value is from it. */
    readonly deviations?: number;
  };

/** Where alerts go besides the log and the workbench. What is secret is named by its variable. */
export interface AlertChannel {
  readonly kind: "webhook" | "slack" | "discord" | "email" | "desktop";
  /** Of a webhook whose address is no secret. */
  readonly url?: string;
  /** The variable that holds the address, or of e-mail the mail server's. */
  readonly urlFrom?: string;
  /** The variable that holds the key a webhook is signed with. */
  readonly keyFrom?: string;
  /** `HOST:PORT` that may be reached though its address is a private one. */
  readonly allow?: string;
  /** Of e-mail. */
  readonly to?: string;
}

/** What a person wants to hear of. */
export interface AlertRule {
  /** Unique; people name it so. */
  readonly name: string;
  readonly metric: AlertMetric;
  /** The score's name, for that metric. */
  readonly score?: string;
  /** `all`, `agent:NAME`, `group:NAME`, `user:NAME` or `model:NAME`. */
  readonly scope: string;
  /** Of each run, or of all runs that ended in the day, week or month of the person's zone. */
  readonly per: BudgetPeriod;
  readonly condition: AlertCondition;
  /** With fewer runs than these there is no verdict; of a spike of a day, days. */
  readonly minSample: number;
  readonly channels: readonly AlertChannel[];
  /** Runs that ended before do not count for a rule per run. */
  readonly sinceUs: number;
  /** Nothing is delivered until then; the log goes on. */
  readonly mutedUntilUs?: number;
}

/** How a rule stands. */
export interface AlertRuleState extends AlertRule {
  /** Episodes that are not over. */
  readonly firing: number;
  /** Why there was no verdict when it was last looked at. */
  readonly noVerdict?: string;
}

/** One episode: from the value that went beyond the threshold to the one that came back clearly. */
export interface Alert {
  readonly alertId: string;
  /** The rule's name; the rule itself may be gone. */
  readonly rule: string;
  readonly metric: AlertMetric;
  readonly scope: string;
  readonly per: BudgetPeriod;
  /** Whose episode: an agent of a rule per run, a budget, or the rule's scope. */
  readonly subject: string;
  /** In one line. */
  readonly text: string;
  /** The value that it began with, in the metric's unit, and the threshold it passed. */
  readonly value: number;
  readonly threshold: number;
  /** Runs that were beyond the threshold in it. */
  readonly runs: number;
  /** Of a rule per day, week or month: all runs that its value was of when the last of `runs` ended. */
  readonly windowRuns?: number;
  /** The first of them, at most `ALERT_RUNS_MAX`; empty where no single run is to blame. */
  readonly runIds: readonly string[];
  readonly openedAtUs: number;
  readonly closedAtUs?: number;
  readonly acknowledgedAtUs?: number;
  /** The rule was muted: nothing was delivered. */
  readonly isMuted: boolean;
}

/** Runs that an alert names. */
export const ALERT_RUNS_MAX = 20;

export interface AlertQuery {
  /** @default 100 */
  readonly limit?: number;
  /** Only alerts of this rule. */
  readonly rule?: string;
  /** Only those that nobody has acknowledged. */
  readonly isOpen?: boolean;
  /** Only those that began before this one. */
  readonly before?: string;
}

/** When and for whom rules are looked at. */
export interface AlertMoment {
  readonly nowUs: number;
  readonly windows: BudgetWindows;
  /** Rules per day, week and month too, though no run ended: as `alerts check` does. */
  readonly isCheck?: boolean;
}

/** A message that is to be delivered. */
export interface AlertDelivery {
  readonly deliveryId: string;
  readonly alert: Alert;
  readonly channel: AlertChannel;
  /** Tries that failed. */
  readonly attempts: number;
  readonly state: "pending" | "sent" | "failed";
  /** When it is to be tried next. */
  readonly nextAtUs: number;
  /** Why the last try failed. */
  readonly error?: string;
}

/** What came of a try; `wait`: tried again at `nextAtUs`. */
export type DeliveryOutcome =
  | { readonly kind: "sent" }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "wait"; readonly error: string; readonly nextAtUs: number; readonly counts: boolean };

/** Rules, the log of what they found, and what is to be delivered of it. */
export interface AlertStore {
  /** `false` when there is one of this name. Runs that ended since `rule.sinceUs` are looked at with the next. */
  addAlertRule(rule: AlertRule): Promise<boolean>;
  removeAlertRule(name: string): Promise<boolean>;
  /** By name. */
  listAlertRules(): Promise<readonly AlertRuleState[]>;
  /** `null`: heard again. `false` when there is no such rule. */
  muteAlertRule(name: string, untilUs: number | null): Promise<boolean>;
  /** Something ended that rules have not looked at yet, or a delivery is due. Three look-ups in indexes. */
  hasAlertsDue(nowUs: number): Promise<boolean>;
  /** Looks at what ended since the last time, each once whichever process asks; gives the episodes that began. */
  judgeAlerts(moment: AlertMoment): Promise<readonly Alert[]>;
  /** Newest first. */
  listAlerts(query?: AlertQuery): Promise<readonly Alert[]>;
  /** Those that began and were not given by this before. */
  takeNewAlerts(): Promise<readonly Alert[]>;
  /** All that nobody has acknowledged, or these; gives how many. */
  acknowledgeAlerts(atUs: number, alertIds?: readonly string[]): Promise<number>;
  /** The next delivery that is due and of one of these kinds; for `holdUs` no other process gets it. */
  takeDelivery(
    nowUs: number,
    holdUs: number,
    kinds: readonly AlertChannel["kind"][],
  ): Promise<AlertDelivery | undefined>;
  endDelivery(deliveryId: string, outcome: DeliveryOutcome): Promise<void>;
  /** Of these alerts, or all that are pending; at most 1,000. */
  listDeliveries(alertIds?: readonly string[]): Promise<readonly AlertDelivery[]>;
}
