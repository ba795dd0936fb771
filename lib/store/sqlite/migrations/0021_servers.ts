import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Servers that take something in, and what of it they have noted last. */
export const servers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(
      `create table server (owner text not null, url text not null, started_us integer not null, noted_us integer not null,
        spans integer not null, per_second real not null, errors integer not null, sender text,
        primary key (owner, url)) strict, without rowid`,
    ).execute(db);
  },
};
