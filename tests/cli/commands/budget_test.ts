import assert from "node:assert/strict";
import { CliHome } from "../../support/cli.ts";

Deno.test("budget: set, list and remove; a run that would pass one ends with exit code 3", async () => {
  await using home = await CliHome.create();
  const none = await home.run(["budget", "list"]);
  assert.deepEqual([none.code, none.stdout], [0, ""]);
  assert.match(none.stderr, /No budgets yet\. Try: agentop budget set all 5 --per day/);
  const set = await home.run(["--json", "budget", "set", "all", "0.00001", "--per", "day"]);
  assert.deepEqual([set.code, set.json().scope, set.json().limitUsd, set.json().spentUsd], [
    0,
    "all",
    0.00001,
    0,
  ]);
  const run = await home.run(["run", "main", "hello", "--json"]);
  assert.deepEqual([run.code, run.json().status, run.json().error.type], [3, "stopped", "budget"]);
  assert.match(run.json().error.message, /the budget of \$0\.00001 per day for all runs/);
  const list = await home.run(["--json", "budget", "list"]);
  assert.deepEqual(Object.keys(list.json()[0]), [
    "scope",
    "per",
    "limitUsd",
    "spentUsd",
    "reservedUsd",
    "leftUsd",
    "windowStart",
    "windowEnd",
  ]);
  const removed = await home.run(["--json", "budget", "remove", "all"]);
  assert.deepEqual([removed.code, removed.json()], [0, { scope: "all", removed: 1 }]);
  const again = await home.run(["budget", "remove", "all"]);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /Cannot remove the budget of all: there is none\. Try: agentop budget list/);
});

Deno.test("budget set on a model says which other names it holds for, or that none is known; a run by another name stops", async () => {
  await using home = await CliHome.create();
  const own = await home.run(["budget", "set", "model:my-model", "1", "--per", "day"]);
  assert.match(
    own.stderr,
    /No other name of my-model is known: .* do not count\. Try: aliases in prices\.yaml/,
  );
  const set = await home.run(["budget", "set", "model:mistral-small-2603", "0.00001", "--per", "day"]);
  assert.match(set.stderr, /It holds for calls that name .*mistral-small-latest.*, too/);
  const run = await home.run(["run", "main", "hello", "--set", "model=mistral-small-latest", "--json"]);
  assert.deepEqual([run.code, run.json().error?.type], [3, "budget"]);
});

Deno.test("budget set: what cannot be is one line with exit code 2, and nothing is kept", async () => {
  await using home = await CliHome.create();
  for (
    const [args, said] of [
      [["agnt:x", "1", "--per", "day"], /Cannot use the scope "agnt:x".* Try: agent:x/],
      [["agent:", "1", "--per", "day"], /Cannot use the scope "agent:"/],
      [["all", "none", "--per", "day"], /Cannot use the limit: it must be a positive number: got "none"/],
      [["all", "0", "--per", "day"], /Cannot use the limit/],
      [["all", "1e12", "--per", "day"], /Cannot set a budget of 1000000000000 USD/],
    ] as const
  ) {
    const { code, stderr } = await home.run(["budget", "set", ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, said);
  }
  assert.equal((await home.run(["--json", "budget", "list"])).json().length, 0);
});
