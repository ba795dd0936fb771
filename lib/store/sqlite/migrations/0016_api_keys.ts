import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Keys of the HTTP API, by the SHA-256 of their text. */
export const apiKeys: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(
      `create table api_key (hash blob primary key, name text not null, role text not null, created_us integer not null,
        revoked_us integer) strict, without rowid`,
    ).execute(db);
  },
};
