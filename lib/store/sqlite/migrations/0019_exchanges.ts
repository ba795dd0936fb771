import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Answers that passed through the proxy, by the hash of their request. */
export const exchanges: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(
      `create table exchange (hash blob primary key, trace_id blob not null, status integer not null, content_type text not null,
        encoding integer not null, body blob not null, at_us integer not null) strict, without rowid`,
    ).execute(db);
    await sql.raw("create index exchange_of_run on exchange (trace_id)").execute(db);
  },
};
