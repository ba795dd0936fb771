import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

const OF_RUN = (usage: string) =>
  `${usage}.quarter >= from_quarter and ${usage}.quarter < to_quarter and exists (select 1 from run where run.id = ${usage}.run_no
    and run.origin in ('agent', 'proxy') and scope in ('all', 'model:' || ${usage}.model, 'agent:' || run.agent,
      'user:' || run.user_id, 'group:' || run.group_id))`;

const STATEMENTS = [
  `create table budget (scope text not null, per text not null, limit_usd real not null, primary key (scope, per)) strict, without rowid`,
  `create table budget_spend (scope text not null, per text not null, from_quarter integer not null, to_quarter integer not null,
    spent_usd real not null, told integer not null, primary key (scope, per, from_quarter)) strict, without rowid`,
  `create table budget_hold (trace_id blob not null, span_id blob not null, run_no integer not null, model text not null,
    usd real not null, primary key (trace_id, span_id)) strict, without rowid`,
  // Whatever adds to what was used adds to what is spent, in the same transaction.
  `create trigger budget_spend_insert after insert on run_usage when exists (select 1 from budget_spend) begin
    update budget_spend set spent_usd = spent_usd + new.cost_usd + new.estimated_cost_usd where ${
    OF_RUN("new")
  };
  end`,
  `create trigger budget_spend_update after update on run_usage when exists (select 1 from budget_spend) begin
    update budget_spend set spent_usd = spent_usd + new.cost_usd + new.estimated_cost_usd - old.cost_usd - old.estimated_cost_usd
      where ${OF_RUN("new")};
  end`,
];

/** Budgets over runs of all processes: limits, what of each is spent in its period, and what is set aside for calls under way. */
export const budgets: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
