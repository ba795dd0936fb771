import assert from "node:assert/strict";
import { CliHome, UNSAFE } from "../../support/cli.ts";

Deno.test("chart draws in the terminal and writes files whole, in the formats their names ask for", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 5 }, { rounds: 3, model: "mistral-large-latest" });
  const list = await home.run(["chart", "list", "--json"]);
  assert.deepEqual(list.json().map(({ name }: { name: string }) => name), [
    "cost",
    "tokens",
    "cache",
    "latency",
    "retries",
    "steps",
    "scores",
    "cost-score",
    "score-intervals",
    "cost-vs-score",
    "waterfall",
    "memory",
    "forks",
  ]);
  const shown = await home.run(["chart", "cost"]);
  assert.match(
    shown.stdout,
    /^mistral-small-latest took \d+ % of the cost\n\$0\.\d+ in 2 runs, by the [\w ]+\n\n/,
  );
  assert(!UNSAFE.test(shown.stdout));
  for (
    const [file, start] of [["a.svg", "<svg "], ["a.html", "<!DOCTYPE html>"], ["a.json", "{"], [
      "a.png",
      "\ufffdPNG",
    ]]
  ) {
    const { stdout, stderr } = await home.run(["chart", "waterfall", "last", "--out", file!]);
    assert.match(stdout, new RegExp(`^Wrote ${file}, .*: Step \\d`), stderr);
    const text = new TextDecoder().decode(await Deno.readFile(`${home.path}/${file}`));
    assert(text.startsWith(start!), `${file}`);
  }
  const again = await home.run(["chart", "cost", "--out", "a.svg"]);
  assert.match(again.stderr, /^agentop: Cannot write a\.svg: it exists\. Try: --force/);
  assert.deepEqual([...Deno.readDirSync(home.path)].filter(({ name }) => name.endsWith(".part")), []);
  const spec = await home.run(["chart", "tokens", "--json"]);
  assert.match(spec.json().$schema, /vega-lite\/v5/);
});

Deno.test("chart says in one line what it cannot draw", async () => {
  await using home = await CliHome.create();
  const refused = async (args: readonly string[], reason: RegExp, code = 2) => {
    const result = await home.run(["chart", ...args]);
    assert.deepEqual([result.code, result.stdout], [code, ""], result.stderr);
    assert.match(result.stderr, reason);
  };
  await refused(["cost"], /^No cost chart: no model was called\. Try: agentop demo/, 0);
  await refused(["waterfall"], /^No waterfall chart: there is no run\. Try: agentop demo/, 0);
  await refused(
    ["cost", "--out", "x.svg"],
    /^agentop: Cannot draw cost: there is nothing to see: no model was called/,
  );
  await refused(["kost"], /^agentop: Cannot draw "kost": there is no such chart\. Try: cost\n/);
  await refused(["cost", "--out", "x.gif"], /its ending says no format/);
  await refused(["cost", "--out", "-"], /Cannot write a chart to stdout/);
  await home.seed({ rounds: 1 }, { rounds: 1 });
  await refused(["waterfall", "last", "last~1"], /Cannot draw waterfall of 2 runs: it is about one/);
  await refused(["forks", "last"], /^No forks chart: run \w+ was never run again/, 0);
});

Deno.test("export writes tables of chosen runs, to a file or to stdout", async () => {
  await using home = await CliHome.create();
  const [first] = await home.seed({ rounds: 2, agent: "a" }, { rounds: 2, agent: "b" });
  const csv = await home.run(["export", "csv", "spans", "--agent", "a", "--out", "-"]);
  const [heading, ...lines] = csv.stdout.trimEnd().split("\r\n");
  assert.match(heading!, /^runId,agent,spanId,/);
  assert(lines.length === 7 && lines.every((line) => line.startsWith(`${first},a,`)), csv.stderr);
  const jsonl = await home.run(["export", "jsonl", "messages", first!, "--out", "-"]);
  assert.equal(JSON.parse(jsonl.stdout.split("\n")[0]!).role, "system");
  const parquet = await home.run(["export", "parquet", "runs", "--json"]);
  const { path, rows, bytes } = parquet.json();
  assert.deepEqual([path, rows], ["agentop-runs.parquet", 2]);
  assert.equal((await Deno.readFile(`${home.path}/${path}`)).length, bytes);
  const none = await home.run(["export", "csv", "evaluations"]);
  assert.match(
    none.stdout,
    /^Wrote agentop-evaluations\.csv without rows: the chosen runs have no evaluations\.\n$/,
  );
  const wrong = await home.run(["export", "csv", "spams"]);
  assert.match(wrong.stderr, /^agentop: Cannot read "spams": there is no such table\. Try: spans\n$/);
  const binary = await home.run(["export", "parquet", "runs", "--out", "-"]);
  assert.match(binary.stderr, /^agentop: Cannot print parquet: it is no text/);
});
