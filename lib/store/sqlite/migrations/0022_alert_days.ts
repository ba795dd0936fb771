import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What a rule's figure was on each of the days before, as JSON: read once a day, for spikes of a day. */
export const alertDays: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw("alter table alert_window add column days text").execute(db);
  },
};
