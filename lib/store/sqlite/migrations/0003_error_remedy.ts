import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What helps against the error of a run, as JSON text like its message; rows from before have it inside the message. */
export const errorRemedy: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw("alter table run add column error_remedy text").execute(db);
  },
};
