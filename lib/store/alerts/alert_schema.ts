import type { AlertRule } from "../../core/mod.ts";

/** Tables of alerts; times are microseconds since the epoch. */

/** A rule by its number in the store. */
export interface NumberedRule {
  readonly no: number;
  readonly rule: AlertRule;
  readonly noVerdict: string | null;
}

export interface AlertRuleRow {
  name: string;
  metric: string;
  /** JSON: an `AlertRule`. */
  rule: string;
  muted_until_us: number | null;
  no_verdict: string | null;
}

/** Sums over the runs of a rule's scope that ended in its day, week or month: triggers keep them. */
export interface AlertWindowRow {
  rule_no: number;
  scope: string;
  from_us: number;
  to_us: number;
  runs: number;
  failed: number;
  cancelled: number;
  cost_usd: number;
  unknown_calls: number;
  tokens: number;
  retries: number;
  /** JSON: the rule's figure of each day before with runs; absent until a spike is asked about. */
  days: string | null;
}

export interface AlertRow {
  alert_id: string;
  /** The rule's name. */
  rule: string;
  runs: number;
  opened_us: number;
  closed_us: number | null;
  acked_us: number | null;
  /** 0 or 1: `alerts check` has told of it. */
  told: number;
  /** JSON: an `AlertDetail`. */
  detail: string;
}

export interface AlertDeliveryRow {
  delivery_id: string;
  alert_no: number;
  kind: string;
  /** JSON: an `AlertChannel`. */
  channel: string;
  /** `pending`, `sent` or `failed`. */
  state: string;
  attempts: number;
  next_us: number;
  error: string | null;
}

export interface BudgetMarkRow {
  scope: string;
  per: string;
  /** Of its window; 0 for one per run. */
  from_quarter: number;
  /** 101: a run was stopped. */
  percent: number;
  run_no: number;
  limit_usd: number;
  spent_usd: number;
  reserved_usd: number;
  judged: number;
}
