import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

const ENDED = "('completed', 'failed', 'stopped', 'cancelled', 'interrupted')";

/** What a run adds to the sums of the windows it ended in, or takes from them. */
function count(row: "old" | "new", sign: "+" | "-"): string {
  return `update alert_window set runs = runs ${sign} 1, failed = failed ${sign} (${row}.status in ('failed', 'interrupted')),
      cancelled = cancelled ${sign} (${row}.status = 'cancelled'),
      cost_usd = cost_usd ${sign} (${row}.cost_usd + ${row}.estimated_cost_usd), unknown_calls = unknown_calls ${sign} ${row}.unknown_cost_calls,
      tokens = tokens ${sign} (${row}.input_tokens + ${row}.output_tokens),
      retries = retries ${sign} max(0, ${row}.attempts - ${row}.llm_calls)
    where ${row}.status in ${ENDED} and ${row}.end_us >= from_us and ${row}.end_us < to_us and scope in
      ('all', 'model:' || ${row}.model, 'agent:' || ${row}.agent, 'user:' || ${row}.user_id, 'group:' || ${row}.group_id)`;
}

const STATEMENTS = [
  `create table alert_rule (id integer primary key, name text not null unique, metric text not null, rule text not null,
    muted_until_us integer, no_verdict text) strict`,
  // What no rule has looked at yet: runs that ended (kind 0) or were scored (1), for all rules (0) or a new one.
  `create table alert_due (run_no integer not null, kind integer not null, rule_no integer not null,
    primary key (run_no, kind, rule_no)) strict, without rowid`,
  `create table alert_window (rule_no integer primary key, scope text not null, from_us integer not null, to_us integer not null,
    runs integer not null, failed integer not null, cancelled integer not null, cost_usd real not null, unknown_calls integer not null,
    tokens integer not null, retries integer not null) strict`,
  `create table alert_episode (rule_no integer not null, subject text not null, window_us integer not null, alert_no integer not null,
    primary key (rule_no, subject)) strict, without rowid`,
  `create table alert (id integer primary key, alert_id text not null unique, rule text not null, runs integer not null, opened_us integer not null,
    closed_us integer, acked_us integer, told integer not null, detail text not null) strict`,
  "create index alert_open on alert (id) where acked_us is null",
  "create index alert_untold on alert (id) where told = 0",
  `create table alert_delivery (id integer primary key, delivery_id text not null unique, alert_no integer not null, kind text not null,
    channel text not null, state text not null, attempts integer not null, next_us integer not null, error text) strict`,
  "create index alert_delivery_due on alert_delivery (next_us) where state = 'pending'",
  "create index alert_delivery_of on alert_delivery (alert_no)",
  // Parts of budgets that were reached, in per cent, and runs that a budget stopped (percent 101).
  `create table budget_mark (scope text not null, per text not null, from_quarter integer not null, percent integer not null,
    run_no integer not null, limit_usd real not null, spent_usd real not null, reserved_usd real not null, judged integer not null,
    primary key (scope, per, from_quarter, percent, run_no)) strict, without rowid`,
  "create index budget_mark_new on budget_mark (scope) where judged = 0",
  `create trigger alert_run_update after update of status, end_us, cost_usd, input_tokens, attempts on run
    when (new.status in ${ENDED} or old.status in ${ENDED}) and exists (select 1 from alert_rule) begin
    insert or ignore into alert_due (run_no, kind, rule_no)
      select new.id, 0, 0 where new.status in ${ENDED} and old.status not in ${ENDED};
    ${count("old", "-")};
    ${count("new", "+")};
  end`,
  `create trigger alert_run_insert after insert on run
    when new.status in ${ENDED} and exists (select 1 from alert_rule) begin
    insert or ignore into alert_due (run_no, kind, rule_no) values (new.id, 0, 0);
    ${count("new", "+")};
  end`,
  `create trigger alert_run_delete after delete on run
    when old.status in ${ENDED} and exists (select 1 from alert_window) begin
    ${count("old", "-")};
  end`,
  `create trigger alert_score after insert on evaluation
    when exists (select 1 from alert_rule where metric = 'score') begin
    insert or ignore into alert_due (run_no, kind, rule_no) values (new.run_no, 1, 0);
  end`,
];

/** Alerts: rules, what they have not looked at yet, sums of their windows, the log, and what is to be delivered of it. */
export const alerts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
