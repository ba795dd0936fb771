import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * What was written to a run since a follower looked last: rows carry the write that changed them. They have no index on it: a
 * run's rows lie together, and passing over 200 of them costs less than keeping an index up to date would with each step.
 */
const STATEMENTS = [
  "alter table span add column seq integer not null default 0",
  "alter table snapshot add column seq integer not null default 0",
  "alter table evaluation add column seq integer not null default 0",
  "create index evaluation_newest on evaluation (created_us, eval_id)",
  // The last write that deleted bodies: what other processes remember of them is then wrong.
  "alter table clock add column swept integer not null default 0",
];

export const changes: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
