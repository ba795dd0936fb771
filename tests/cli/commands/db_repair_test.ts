import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { CliHome } from "../../support/cli.ts";

Deno.test("a damaged run is said in one line wherever it is read, the others go on, and db repair saves them", async () => {
  await using home = await CliHome.create();
  const [damaged, sound] = await home.seed({ rounds: 2, agent: "one" }, { rounds: 2, agent: "two" });
  {
    using database = new DatabaseSync(home.storePath);
    database.prepare(
      "update span set attributes = '[', attributes_body = null where position = 2 and run_no = (select id from run where run_id = ?)",
    ).run(damaged!);
  }
  for (const args of [["show", damaged!], ["show", damaged!, "--json"], ["memory", damaged!]]) {
    const { code, stdout, stderr } = await home.run(args);
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    assert.match(
      stderr,
      /^agentop: Cannot read run \S+: it is damaged: span 2: [^\n]*\. Try: agentop db verify\n$/,
    );
  }
  const [list, shown, verified] = await Promise.all([
    home.run(["runs", "--json"]),
    home.run(["show", sound!, "--json"]),
    home.run(["db", "verify", "--json"]),
  ]);
  assert.deepEqual([list.code, list.json().length ?? list.json().runs.length], [0, 2]);
  assert.equal(shown.code, 0);
  assert.deepEqual([verified.code, verified.json().damagedRuns], [1, [damaged]]);
  const text = await home.run(["db", "verify"]);
  assert.match(text.stdout, /1 problem, 1 of 2 runs damaged; checked were 2 runs, 12 messages, /);
  const target = join(home.path, "saved.db");
  const repaired = await home.run(["db", "repair", "saved.db"]);
  assert.equal(repaired.code, 1, repaired.stderr);
  assert.match(
    repaired.stdout,
    new RegExp(`✗ run ${damaged} without: spans from 2 on; messages from \\d on`),
  );
  assert.match(
    repaired.stdout,
    /Saved 2 of 2 runs to .*saved\.db: 1 whole, 1 in part, 0 lost\. It verifies\.\n$/,
  );
  const again = await home.run(["--store", target, "show", sound!, "--json"]);
  assert.equal(again.stdout, shown.stdout);
  const part = (await home.run(["--store", target, "show", damaged!, "--json"])).json();
  assert.equal(part.run.status, "interrupted");
  assert.match(part.run.warnings.at(-1).message, /^the store that it was in was damaged: spans from 2 on/);
  const twice = await home.run(["db", "repair", "saved.db"]);
  assert.equal(twice.code, 2);
  assert.match(twice.stderr, /^agentop: Cannot repair [^\n]*: the file exists\. Try: another name\n$/);
});

Deno.test("an export leaves a damaged run out, says how many, and ends with 1", async () => {
  await using home = await CliHome.create();
  const [damaged, sound] = await home.seed({ rounds: 2, agent: "one" }, { rounds: 2, agent: "two" });
  {
    using database = new DatabaseSync(home.storePath);
    database.prepare(
      "update span set finish_reasons = '[' where kind = 'llm' and run_no = (select id from run where run_id = ?)",
    ).run(damaged!);
  }
  for (const table of ["messages", "memory"]) {
    const { code, stdout, stderr } = await home.run(["export", "jsonl", table, "--out", "-"]);
    assert.deepEqual([code, stderr], [1, "1 damaged run left out. Try: agentop db verify\n"], table);
    const runs = stdout.trimEnd().split("\n").map((line) => JSON.parse(line).runId);
    assert.deepEqual([...new Set(runs)], [sound], table);
  }
  const file = join(home.path, "m.csv");
  const written = await home.run(["export", "csv", "messages", "--out", file, "--json"]);
  assert.deepEqual([written.code, written.json().damagedRuns], [1, 1]);
});
