import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Which runs a collector has, and as they were when they were sent. */
export const exported: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(
      `create table exported (target text not null, trace_id blob not null, seq integer not null,
        primary key (target, trace_id)) strict, without rowid`,
    ).execute(db);
  },
};
