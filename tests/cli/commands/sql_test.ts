import assert from "node:assert/strict";
import { answerSql } from "../../../lib/app/sql_reader.ts";
import { openStore } from "../../../lib/store/mod.ts";
import { CliHome, HOSTILE, UNSAFE } from "../../support/cli.ts";

const ENDLESS = "with recursive c(x) as (select 1 union all select x + 1 from c) select";

Deno.test("sql answers as a table, as JSON and as CSV, from an argument or stdin", async () => {
  await using home = await CliHome.create();
  await home.seed({ agent: "a", rounds: 1 }, { agent: "b", rounds: 2 });
  const query = "select agent_id, steps, group_id from runs order by 1";
  const [table, json, csv] = await Promise.all([
    home.run(["sql", query]),
    home.run(["sql", "--json"], { stdin: query }),
    home.run(["sql", "--csv", `select 'a,"b"' as "x""y", 'two' || char(10) || 'lines', null, x'00ff'`]),
  ]);
  assert.equal(
    table.stdout,
    "agent_id  steps  group_id\na             2  null\nb             4  null\n(2 rows)\n",
  );
  assert.deepEqual(json.json(), [
    { agent_id: "a", steps: 2, group_id: null },
    { agent_id: "b", steps: 4, group_id: null },
  ]);
  assert.match(csv.stdout, /^"x""y",.*\r\n"a,""b""","two\nlines",,00ff\r\n$/);
});

Deno.test("sql sees through the views what is stored compressed", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 2, text: () => "kettle ".repeat(200) });
  const result = await home.run([
    "--json",
    "sql",
    "select (select count(*) from messages where content like '%kettle kettle%') as messages, " +
    "(select count(*) from tool_calls where return_value like 'row%') as calls, " +
    "(select count(*) from run_search where run_search match 'kettle') as found",
  ]);
  assert.deepEqual(result.json(), [{ messages: 4, calls: 2, found: 1 }], result.stderr);
});

Deno.test("sql keeps every column and every digit", async () => {
  await using home = await CliHome.create();
  const result = await home.run([
    "--json",
    "sql",
    `select 1 as a, 2 as a, 9007199254740993 as big, -1e999 as low, 3 as "__proto__"`,
  ]);
  assert.equal(result.stdout, '[{"a":1,"a:1":2,"big":"9007199254740993","low":"-Infinity","__proto__":3}]\n');
});

Deno.test("sql refuses whatever is not reading", async () => {
  await using home = await CliHome.create();
  await home.seed({});
  const refused = [
    "delete from run",
    "update run set agent = 'x'",
    "insert into evaluation (eval_id) values ('x')",
    "drop table run",
    "create temp table t (x)",
    `attach '${home.path}/other.db' as other`,
    `vacuum into '${home.path}/copy.db'`,
    "vacuum",
    "begin immediate",
    "pragma user_version = 9",
    "pragma journal_mode = delete",
    "pragma query_only = 0",
    "pragma writable_schema = 1",
    "select load_extension('x')",
    "select 1; delete from run",
    "with x as (select 1) insert into evaluation (eval_id) select 'x' from x",
  ];
  for (const query of refused) {
    const answer = await answerSql({ path: home.storePath, query, maxRows: 10, maxBytes: 1000 });
    assert.match(
      "error" in answer ? answer.error : "",
      /only reading is allowed|more than one statement/,
      query,
    );
  }
  const { code, stdout, stderr } = await home.run(["sql", refused[0]!]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /^agentop: Cannot run the query: only reading is allowed: .*\. Try: one SELECT\n$/);
  const files = (await Array.fromAsync(Deno.readDir(home.path))).map((it) => it.name).filter((it) =>
    !it.startsWith("agentop.db")
  );
  assert.deepEqual(files, []);
  assert.equal((await home.run(["sql", "--csv", "select count(*) from runs"])).stdout, "count(*)\r\n1\r\n");
});

Deno.test("sql ends a runaway query", async () => {
  await using home = await CliHome.create();
  const { code, stderr } = await home.run(["sql", `${ENDLESS} count(*) from c`]);
  assert.equal(code, 2);
  assert.match(stderr, /it ran longer than 5 s\. Try: /);
});

Deno.test("sql stops at its row limit and says so", async () => {
  await using home = await CliHome.create();
  const [rows, large] = await Promise.all([
    home.run(["sql", "--json", "--limit", "3", `${ENDLESS} x from c`]),
    home.run(["sql", "--json", "select hex(zeroblob(40000000)) as x"]),
  ]);
  assert.deepEqual(rows.json(), [{ x: 1 }, { x: 2 }, { x: 3 }]);
  assert.match(rows.stderr, /stopped after 3 rows: there are more/);
  assert.deepEqual(large.json(), []);
  assert.match(large.stderr, /the first row is too large to show/);
});

Deno.test("sql names what is wrong with a query", async () => {
  await using home = await CliHome.create();
  const cases = [
    [["sql", "select * from nope"], /no such table: nope\. Try: agentop sql "select name/],
    [["sql", "selct 1"], /syntax error/],
    [["sql", " "], /it is empty/],
    [["sql"], /it is empty/],
    [["sql", "--json", "--csv", "select 1"], /exclude each other/],
  ] as const;
  await Promise.all(
    cases.map(async ([args, message]) => {
      const { code, stderr } = await home.run(args);
      assert.equal(code, 2);
      assert.match(stderr, message);
    }),
  );
});

Deno.test("sql lets nothing stored steer the terminal", async () => {
  await using home = await CliHome.create();
  await home.seed({ prompt: HOSTILE });
  const results = await Promise.all([
    home.run(["sql", "select initial_prompt from runs"]),
    home.run(["sql", "select * from runs"]),
    home.run(["sql", "--json", "select initial_prompt from runs"]),
  ]);
  for (const { code, stdout } of results) {
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, UNSAFE);
  }
  assert.match(
    results[1]!.stdout,
    /^── row 1 ─+\nrun_id /,
    "what is too wide for a table is shown as records",
  );
});

/** Every row is right but the third: the engine meets it after it has given two. */
const THIRD_IS_BAD =
  "select json_array_length(column1) from (values ('[1]'), ('[2]'), ('{bad'), ('[4]'), ('[5]'))";

Deno.test("sql tells an error in a later row instead of giving the rows before it", async () => {
  await using home = await CliHome.create();
  const { code, stdout, stderr } = await home.run(["sql", "--json", THIRD_IS_BAD]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /Cannot run the query: malformed JSON/);
  // Rows before a limit were whole.
  const limited = await home.run(["sql", "--json", "--limit", "1", THIRD_IS_BAD]);
  assert.equal(limited.json().length, 1, limited.stderr);
});

Deno.test("sql reads a store whose folder has a comma in its name", async () => {
  await using home = await CliHome.create();
  const store = `${home.path}/a,b/c.db`;
  await Deno.mkdir(`${home.path}/a,b`);
  await (await openStore(store))[Symbol.asyncDispose]();
  const { code, stdout, stderr } = await home.run(["--store", store, "sql", "--csv", "select 1 as one"]);
  assert.deepEqual([code, stdout], [0, "one\r\n1\r\n"], stderr);
});
