import type { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { NodeSqliteDialect } from "./dialect.ts";
import { Disk } from "./disk.ts";
import { MEMORY } from "./location.ts";
import { BASE } from "./migrations/base.ts";
import { APPLICATION_ID } from "./migrations/0010_identity.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "./migrations/mod.ts";
import { WriteTurns } from "./turns.ts";
import { registerBodyJson } from "./views.ts";

/** Makes an empty database what the migrations of `BASE` would have made it, in one step. Returns its version. */
export function begin(sqlite: DatabaseSync): number {
  const migrations = Object.keys(MIGRATIONS).slice(0, BASE.version);
  sqlite.exec("begin immediate");
  try {
    for (const statement of BASE.statements) sqlite.exec(statement);
    sqlite.exec("insert into clock (id, seq, generation) values (1, 0, random() >> 16)");
    sqlite.exec("insert into kysely_migration_lock (id, is_locked) values ('migration_lock', 0)");
    const note = sqlite.prepare("insert into kysely_migration (name, timestamp) values (?, ?)");
    for (const name of migrations) note.run(name, new Date().toISOString());
    sqlite.exec(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${BASE.version}`);
    sqlite.exec("commit");
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec("rollback");
    throw error;
  }
  return BASE.version;
}

/** How long a migration waits for whoever holds the store. */
const MIGRATING_MS_MAX = 60_000;

/** Runs the migrations that are missing, one after the other. */
export async function migrate(path: string, sqlite: DatabaseSync): Promise<void> {
  const { Migrator } = await import("kysely/migration");
  registerBodyJson(sqlite);
  // Views of older stores name them: the migrator describes those views, nobody reads them.
  for (const name of ["body_text", "message_text"]) sqlite.function(name, { varargs: true }, () => null);
  // Whoever migrates holds a lock already.
  const dialect = new NodeSqliteDialect(sqlite, {
    path,
    versionMax: SCHEMA_VERSION,
    turns: new WriteTurns(MEMORY),
    disk: new Disk(MEMORY),
    busyMs: MIGRATING_MS_MAX,
  });
  const db = new Kysely<unknown>({ dialect });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
  sqlite.exec(`pragma user_version = ${SCHEMA_VERSION}`);
}
