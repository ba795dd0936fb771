import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Digests that tell of damage: rows from before have none. A store also gets a number that its copies do not share. */
const STATEMENTS = [
  "alter table run add column digest blob",
  "alter table evaluation add column digest blob",
  "alter table diff add column digest blob",
  "alter table clock add column generation integer not null default 0",
  "update clock set generation = random() >> 16",
];

export const digests: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
