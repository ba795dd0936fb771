import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { begin, migrate } from "../../lib/store/sqlite/migrate.ts";
import { BASE } from "../../lib/store/sqlite/migrations/base.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "../../lib/store/sqlite/migrations/mod.ts";

const FILE = new URL("../../lib/store/sqlite/migrations/base.ts", import.meta.url);

function made(sqlite: DatabaseSync): readonly (readonly [string, string])[] {
  return sqlite.prepare("select name, sql from sqlite_master where sql is not null order by rowid").all()
    .map(({ name, sql }) => [String(name), String(sql)]);
}

/** Everything else that a migration may leave in an empty store. */
function left(sqlite: DatabaseSync) {
  const tables = made(sqlite).filter(([, sql]) => /^create table/i.test(sql)).map(([name]) => name);
  const rows = tables.sort().map((name) => [name, sqlite.prepare(`select * from "${name}"`).all()] as const);
  const pragmas = ["application_id", "user_version"].map((it) => sqlite.prepare(`pragma ${it}`).get());
  // When it was made, and a number of its own.
  const text = JSON.stringify(
    [rows, pragmas],
    (key, value) => key === "timestamp" || key === "generation" ? typeof value : value,
  );
  return JSON.parse(text);
}

/** `deno test ... -- --update` writes the base anew, for the newest version. Format it afterwards. */
async function update(sqlite: DatabaseSync): Promise<void> {
  const old = await Deno.readTextFile(FILE);
  // What a virtual table makes for itself.
  const statements = made(sqlite).filter(([name]) => !/^(?:run_search_|sqlite_)/.test(name)).map(([, sql]) =>
    sql
  );
  const value = `{\n  version: ${SCHEMA_VERSION},\n  statements: ${JSON.stringify(statements, null, 2)},\n}`;
  await Deno.writeTextFile(FILE, `${old.slice(0, old.indexOf(" = {"))} = ${value};\n`);
}

Deno.test("a new store is what all migrations, one after the other, make of an empty one", async () => {
  using migrated = new DatabaseSync(":memory:");
  await migrate(":memory:", migrated);
  if (Deno.args.includes("--update")) return await update(migrated);
  using begun = new DatabaseSync(":memory:");
  assert.equal(begin(begun), BASE.version);
  assert(BASE.version <= SCHEMA_VERSION);
  if (BASE.version < SCHEMA_VERSION) await migrate(":memory:", begun);
  assert.deepEqual(new Map(made(begun)), new Map(made(migrated)));
  assert.deepEqual(left(begun), left(migrated));
  assert.deepEqual(Object.keys(MIGRATIONS), Object.keys(MIGRATIONS).toSorted());
});

Deno.test("of a beginning that fails nothing stays", () => {
  using sqlite = new DatabaseSync(":memory:");
  sqlite.exec("create table clock (id integer)");
  assert.throws(() => begin(sqlite), /clock/);
  assert.deepEqual(made(sqlite).map(([name]) => name), ["clock"]);
  assert.equal(sqlite.isTransaction, false);
});
