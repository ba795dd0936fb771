import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What attempts that did not come back whole may have cost: an estimate, kept apart from what is known. */
export const estimates: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const table of ["run", "run_usage"]) {
      await sql.raw(`alter table ${table} add column estimated_cost_usd real not null default 0`).execute(db);
    }
  },
};
