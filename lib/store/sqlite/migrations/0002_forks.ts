import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Families of forks are walked down generation by generation. */
export const forks: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw("create index run_forked on run (forked_run_id) where forked_run_id is not null").execute(
      db,
    );
  },
};
