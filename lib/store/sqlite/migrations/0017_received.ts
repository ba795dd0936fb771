import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What other programs send of their runs, as it came: the run's rows are read from it, and can be read from it again. */
const STATEMENTS = [
  `create table received (
    trace_id blob not null, part integer not null, signal integer not null, hash blob not null, encoding integer not null,
    data blob not null) strict`,
  "create unique index received_part on received (trace_id, part)",
  "create unique index received_hash on received (trace_id, hash)",
  `create table received_run (
    trace_id blob primary key, kept integer not null, read integer not null, reading integer not null,
    at_us integer not null) strict`,
  "create index received_run_unread on received_run (at_us) where read < kept",
];

export const received: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
