import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

const STATEMENTS = [
  "alter table experiment add column digest blob",
  "alter table baseline add column digest blob",
];

/** Digests that tell of damage to experiments and baselines: what is from before has none. */
export const experimentDigests: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
