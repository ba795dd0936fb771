import assert from "node:assert/strict";
import { CliHome } from "../../support/cli.ts";

Deno.test("alerts: a run is looked at as it ends; log, check, ack and remove say so in exit codes and JSON", async () => {
  await using home = await CliHome.create();
  const none = await home.run(["alerts", "list"]);
  assert.deepEqual([none.code, none.stdout], [0, ""]);
  assert.match(none.stderr, /No alert rules yet\. Try: agentop alerts add cost --above 0\.10/);
  const added = await home.run(["--json", "alerts", "add", "tokens", "--above", "1"]);
  assert.deepEqual([added.code, added.json().name, added.json().threshold, added.json().per], [
    0,
    "tokens-run",
    1,
    "run",
  ]);
  const run = await home.run(["run", "main", "hello", "--json"]);
  assert.equal(run.code, 0, "a rule that fires changes nothing of the run");
  const [logged] = (await home.run(["alerts", "log", "--json"])).json();
  assert.deepEqual([logged.rule, logged.runIds, logged.deliveries], ["tokens-run", [run.json().runId], []]);
  const check = await home.run(["alerts", "check", "--json"]);
  assert.deepEqual([check.code, check.json().length], [1, 1]);
  const again = await home.run(["alerts", "check", "--json"]);
  assert.deepEqual([again.code, again.json()], [0, []]);
  const unknown = await home.run(["alerts", "log", "--rule", "token-run"]);
  assert.deepEqual([unknown.code, unknown.stdout], [2, ""]);
  assert.match(
    unknown.stderr,
    /Cannot list alerts: there is no rule "token-run"\. Try: --rule tokens-run\n$/,
  );
  const acked = await home.run(["alerts", "ack", logged.alertId.slice(-8), "--json"]);
  assert.deepEqual(acked.json(), { acknowledged: 1 });
  assert.equal((await home.run(["alerts", "remove", "tokens-run"])).code, 0);
  const gone = await home.run(["alerts", "remove", "tokens-run"]);
  assert.equal(gone.code, 2);
  assert.match(
    gone.stderr,
    /Cannot remove the alert rule tokens-run: there is none\. Try: agentop alerts list/,
  );
});

Deno.test("alerts add: what cannot be is one line with exit code 2, and no secret is taken for a name", async () => {
  await using home = await CliHome.create();
  for (
    const [args, said] of [
      [["coast", "--above", "1"], /a rule is of cost, .*got "coast"\. Try: agentop alerts add cost/],
      [["latency", "--above", "30"], /of latency it must be a time with its unit.*Try: --above 30s/],
      [["cost", "--above", "1", "--spike", "5"], /more than one threshold/],
      [["cost", "--above", "1", "--slack", "https://hooks.example.org/x"], /by the name of the variable/],
      [
        ["cost", "--above", "1", "--webhook", "http://10.0.0.1/x"],
        /private address.*Try: --allow 10\.0\.0\.1:80/,
      ],
    ] as const
  ) {
    const { code, stderr } = await home.run(["alerts", "add", ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, said);
    assert.equal(stderr.trim().split("\n").length, 1);
  }
});
