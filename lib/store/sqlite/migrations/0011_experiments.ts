import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

const STATEMENTS = [
  `create table experiment (id integer primary key, experiment_id text not null unique, suite text not null,
    suite_hash text not null, status text not null, reason text, owner text, start_us integer not null, end_us integer,
    variants text not null, cases integer not null, repeats integer not null, planned integer not null, done integer not null,
    passed integer not null, errors integer not null, input_tokens integer not null, output_tokens integer not null,
    cached_input_tokens integer not null, cache_write_input_tokens integer not null, reasoning_tokens integer not null,
    cost_usd real not null, unknown_cost_calls integer not null, estimated_cost_usd real not null, plan text not null) strict`,
  "create index experiment_newest on experiment (start_us, id)",
  `create table eval_case (experiment_no integer not null, position integer not null, case_id text not null, hash blob not null,
    primary key (experiment_no, position)) strict, without rowid`,
  `create table eval_result (experiment_no integer not null, variant integer not null, case_position integer not null,
    repeat integer not null, run_no integer not null, passed integer not null, is_error integer not null, duration_ms real not null,
    input_tokens integer not null, output_tokens integer not null, cached_input_tokens integer not null,
    cache_write_input_tokens integer not null, reasoning_tokens integer not null, cost_usd real not null,
    unknown_cost_calls integer not null, estimated_cost_usd real not null,
    primary key (experiment_no, variant, case_position, repeat)) strict, without rowid`,
  "create index eval_result_run on eval_result (run_no)",
  "create table baseline (name text primary key, run_id text not null, created_us integer not null) strict, without rowid",
  "alter table evaluation add column experiment_no integer",
  "alter table evaluation add column passed integer",
  "alter table evaluation add column error text",
  `create index evaluation_experiment on evaluation (experiment_no, run_no) where experiment_no is not null`,
];

/** Suites that were run, their cases and results; scores say whether they passed, and why there is none. */
export const experiments: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
