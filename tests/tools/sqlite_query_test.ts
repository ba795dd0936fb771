import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { context, fails, succeeds, tempFolder, tool } from "./support.ts";

/** A folder with `data/sales.db` in WAL mode, open for writing as a live store would be. */
function database() {
  const folder = tempFolder();
  Deno.mkdirSync(join(folder.path, "data"));
  const file = join(folder.path, "data", "sales.db");
  const open = new DatabaseSync(file);
  open.exec("pragma journal_mode = wal; create table sales (day text, amount integer, note blob)");
  open.exec(
    "insert into sales values ('mon', 9007199254740993, x'00ff'), ('tab\there', 2, null), ('two\nlines', 2.5, 'x')",
  );
  return {
    path: folder.path,
    open,
    query: tool("sqlite_query", { path: "./data/sales.db", maxRows: 100, timeoutSeconds: 20 }, {
      baseDir: folder.path,
    }),
    [Symbol.dispose]() {
      open.close();
      folder[Symbol.dispose]();
    },
  };
}

Deno.test("sqlite_query prints rows of a live database", async () => {
  using here = database();
  here.open.exec("begin immediate; insert into sales values ('uncommitted', 1, null)");
  const { content } = await succeeds(here.query, { sql: "select * from sales order by rowid" });
  assert.equal(
    content,
    "day\tamount\tnote\nmon\t9007199254740993\t[2 bytes of binary data]\ntab\\there\t2\tNULL\ntwo\\nlines\t2.5\tx\n[3 rows]",
  );
  here.open.exec("rollback; insert into sales values ('tue', 3, null)");
  assert.match((await succeeds(here.query, { sql: "select count(*) from sales" })).content, /\n4\n/);
});

Deno.test("sqlite_query tells texts whole, what follows a NUL as well, and integers exactly", async () => {
  using here = database();
  here.open.exec("insert into sales values ('be' || char(0) || 'after', 9223372036854775807, char(0))");
  const { content } = await succeeds(here.query, {
    sql:
      "select day, amount, note, 'x' || char(0) || 'y', -9223372036854775808, 1e400 from sales where day like 'be%'; -- z",
  });
  assert.equal(
    content.split("\n").slice(1).join("\n"),
    "be\\x00after\t9223372036854775807\t\\x00\tx\\x00y\t-9223372036854775808\tInfinity\n[1 row]",
  );
});

Deno.test("sqlite_query sorts more than SQLite keeps in its cache", async () => {
  using here = database();
  const { content } = await succeeds(here.query, {
    sql: "with recursive n(i) as (select 1 union all select i + 1 from n where i < 200) " +
      "select count(*), sum(length(x)) from (select randomblob(50000) as x from n order by x limit 200)",
  });
  assert.match(content, /\n200\t10000000\n/);
});

Deno.test("sqlite_query reads a write-ahead log that has no index yet, and refuses a second name", async () => {
  using here = database();
  using there = tempFolder();
  for (const end of ["", "-wal"]) {
    Deno.copyFileSync(join(here.path, "data", `sales.db${end}`), join(there.path, `copy.db${end}`));
  }
  const query = (path: string) => tool("sqlite_query", { path }, { baseDir: there.path });
  const sql = "select count(*) from sales";
  assert.match((await succeeds(query("./copy.db"), { sql })).content, /\n3\n/);
  Deno.linkSync(join(there.path, "copy.db"), join(there.path, "second.db"));
  assert.match(await fails(query("./second.db"), { sql }), /hard link/);
});

Deno.test("sqlite_query shows the schema", async () => {
  using here = database();
  assert.match(
    (await succeeds(here.query, { sql: "select name from sqlite_schema; -- all\n" })).content,
    /sales/,
  );
  assert.match(
    (await succeeds(here.query, { sql: "select name from pragma_table_info('sales')" })).content,
    /amount/,
  );
});

Deno.test("sqlite_query refuses everything but reading", async (t) => {
  using here = database();
  Deno.writeTextFileSync(join(here.path, "secret.txt"), "SECRET");
  new DatabaseSync(join(here.path, "other.db")).close();
  const refused = [
    "insert into sales values (1, 2, 3)",
    "update sales set amount = 0",
    "delete from sales",
    "drop table sales",
    "create table t (a)",
    "create temp table t (a)",
    `attach '${join(here.path, "other.db")}' as o`,
    `attach '${join(here.path, "data", "new.db")}' as o`,
    `vacuum into '${join(here.path, "copy.db")}'`,
    "vacuum",
    "pragma query_only = 0",
    "pragma journal_mode = delete",
    "pragma writable_schema = 1",
    "select load_extension('/tmp/x.so')",
    "select writefile('/tmp/x', 'y')",
    "select readfile('/etc/passwd')",
    "begin immediate",
    "reindex",
    "analyze",
    "select * from nothing",
    "select (",
    "select 1; delete from sales",
  ];
  for (const sql of refused) {
    await t.step(sql.replace(here.path, ""), async () => {
      assert.match(await fails(here.query, { sql }), /^Cannot run the query: /);
    });
  }
  assert.equal(here.open.prepare("select count(*) as n from sales").get()!.n, 3);
  assert.deepEqual([...Deno.readDirSync(here.path)].map((entry) => entry.name).sort(), [
    "data",
    "other.db",
    "secret.txt",
  ]);
});

Deno.test("sqlite_query stops at its rows and bytes", async () => {
  using here = database();
  const numbers = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n";
  const { content } = await succeeds(here.query, { sql: numbers });
  assert.match(content, /\n100\n\[\.\.\. stopped after 100 rows/);
  const wide = await succeeds(
    here.query,
    { sql: "select printf('%.*c', 1000000, 'x') from sales" },
    context({ maxOutputBytes: 2_000 }),
  );
  assert.ok(wide.content.length <= 2_000 && wide.truncatedBytes! > 0);
});

Deno.test("sqlite_query is ended when it takes too much, and when cancelled", async (t) => {
  using here = database();
  const endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
  await t.step("memory", async () => {
    assert.match(
      await fails(here.query, { sql: "select length(zeroblob(900000000) || 'x')" }),
      /^Cannot run the query/,
    );
  });
  await t.step("abort", async () => {
    const controller = new AbortController();
    const running = here.query.execute({ sql: endless }, context({ signal: controller.signal }));
    controller.abort(new Error("stop"));
    await assert.rejects(running, /stop/);
  });
  await t.step("time", async () => {
    const quick = tool("sqlite_query", { path: "./data/sales.db", timeoutSeconds: 1 }, {
      baseDir: here.path,
    });
    assert.match(await fails(quick, { sql: endless }), /ran longer than 1 s/);
  });
});

Deno.test("sqlite_query refuses a file that is a link out, missing or no database", async () => {
  using folder = tempFolder();
  Deno.mkdirSync(join(folder.path, "in"));
  new DatabaseSync(join(folder.path, "out.db")).close();
  Deno.symlinkSync("../out.db", join(folder.path, "in", "link.db"));
  Deno.writeTextFileSync(
    join(folder.path, "in", "text.db"),
    "not a database at all, only some text in a file",
  );
  const ask = (path: string) =>
    fails(tool("sqlite_query", { path }, { baseDir: folder.path }), { sql: "select * from t" });
  assert.match(await ask("in/link.db"), /leads outside/);
  assert.match(await ask("in/none.db"), /does not exist/);
  assert.match(await ask("in/text.db"), /not a database/);
  assert.match(await ask("in"), /it is a folder/);
});

Deno.test("sqlite_query tells an error in a later row instead of giving the rows before it", async () => {
  using here = database();
  here.open.exec("create table part (body); insert into part values ('[1]'), ('[2]'), ('{bad'), ('[4]')");
  assert.match(
    await fails(here.query, { sql: "select json_array_length(body) from part" }),
    /malformed JSON/,
  );
});

Deno.test("sqlite_query reads a folder with a comma in its name", async () => {
  using folder = tempFolder();
  Deno.mkdirSync(join(folder.path, "a,b"));
  using made = new DatabaseSync(join(folder.path, "a,b", "c.db"));
  made.exec("create table t as select 7 as seven");
  const query = tool("sqlite_query", { path: "./a,b/c.db", maxRows: 100, timeoutSeconds: 20 }, {
    baseDir: folder.path,
  });
  assert.equal((await succeeds(query, { sql: "select * from t" })).content, "seven\n7\n[1 row]");
});
