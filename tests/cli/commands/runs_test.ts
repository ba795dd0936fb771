import assert from "node:assert/strict";
import { RUN_COLUMNS } from "../../../lib/cli/commands/runs/runs.ts";
import { createLook } from "../../../lib/cli/output/look.ts";
import { table } from "../../../lib/present/table.ts";
import { shortRunId } from "../../../lib/core/mod.ts";
import { CliHome, HOSTILE, UNSAFE } from "../../support/cli.ts";

Deno.test("runs lists the newest first, as a table and as JSON, with the flag on either side", async () => {
  await using home = await CliHome.create();
  const [first, second] = await home.seed({ agent: "one" }, { agent: "two", rounds: 4 });
  const [table, before, after] = await Promise.all([
    home.run(["runs"]),
    home.run(["--json", "runs"]),
    home.run(["runs", "--json", `--store=${home.storePath}`]),
  ]);
  const lines = table.stdout.trimEnd().split("\n");
  assert.match(lines[0]!, /ID +STATUS +AGENT +MODEL +STEPS +TOKENS +COST +TIME +AGE/);
  assert.match(lines[1]!, new RegExp(`✓  ${shortRunId(second!)}  completed  two +mistral-small-latest +8 `));
  assert.match(lines[2]!, new RegExp(shortRunId(first!)));
  assert.equal(table.code, 0);
  assert.deepEqual(before.json(), after.json());
  const [run] = before.json();
  assert.equal(run.runId, second);
  assert.equal(run.steps, 8);
  assert.equal(run.attempts, 5);
  assert.equal(run.startTime, "2026-01-01T01:00:00.000Z");
  assert.equal(run.prompt, "How many rows?");
  assert.equal("config" in run, false);
});

Deno.test("runs filters, sorts and limits", async () => {
  await using home = await CliHome.create();
  await home.seed(
    { agent: "small", rounds: 1, group: "g", prompt: "about kettles" },
    { agent: "large", rounds: 5 },
    { agent: "open", rounds: 2, open: true },
  );
  const agents = async (...args: string[]) => {
    const result = await home.run(["runs", "--json", ...args]);
    assert.equal(result.code, 0, result.stderr);
    return result.json().map((run: { agent: string }) => run.agent);
  };
  const answers = await Promise.all([
    agents("--sort", "steps"),
    agents("--limit", "1", "--sort", "oldest"),
    agents("--status", "comp", "--sort", "oldest"),
    agents("--status", "failed,done", "--status", "cancelled"),
    agents("--group", "g"),
    agents("--search", "kettles agent:small"),
    agents("--since", "2026-01-01T01:30"),
    agents("--agent", "nobody"),
  ]);
  assert.deepEqual(answers, [
    ["large", "open", "small"],
    ["small"],
    ["small", "large"],
    ["large", "small"],
    ["small"],
    ["small"],
    ["open"],
    [],
  ]);
});

Deno.test("runs refuses bad values with one line and exit code 2", async () => {
  await using home = await CliHome.create();
  const cases: readonly (readonly [args: string[], message: RegExp])[] = [
    [["--limit", "0"], /^agentop: Cannot use --limit: .*got "0"\. Try: /],
    [["--status", "bogus"], /^agentop: Cannot filter by status: .*got "bogus"\. Try: /],
    [["--since", "yesterday"], /^agentop: Cannot filter by since: .*got "yesterday"\. Try: /],
    [["--sort", "best"], /^agentop: Cannot read the command line: .*newest, oldest.*[^.]\. Try: /],
    [
      ["--search", '"'],
      /^agentop: Cannot search for "\\"": no letter or digit is in it\. Try: --search revenue$/m,
    ],
    [["--search", "stauts:done"], /^agentop: Cannot filter by "stauts".*Try: status:/],
  ];
  await Promise.all(cases.map(async ([args, message]) => {
    const { code, stdout, stderr } = await home.run(["runs", ...args]);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().includes("\n"), false);
  }));
});

Deno.test("runs on an empty store says what to do next", async () => {
  await using home = await CliHome.create();
  const [text, json] = await Promise.all([home.run(["runs"]), home.run(["runs", "--json"])]);
  assert.deepEqual([text.code, text.stdout], [0, ""]);
  assert.match(text.stderr, /No runs yet\. Try: agentop demo/);
  assert.deepEqual(json.json(), []);
});

Deno.test("runs shows an unknown cost as ?, never as 0", async () => {
  await using home = await CliHome.create();
  const [runId] = await home.seed({ open: true, rounds: 0 });
  await home.withStore(async (store) => {
    const { traceId } = await store.resolveRun(runId!);
    const span = {
      traceId,
      spanId: "00000000000000aa",
      name: "chat x",
      kind: "llm",
      status: "unset",
    } as const;
    await store.write([
      { type: "span_start", span: { ...span, startTimeUs: 1, attributes: {}, requestModel: "x" } },
      {
        type: "span_end",
        traceId,
        spanId: span.spanId,
        endTimeUs: 2,
        status: "ok",
        cost: { usd: null, quantities: {} },
      },
    ]);
  });
  const [table, json] = await Promise.all([home.run(["runs"]), home.run(["runs", "--json"])]);
  assert.match(table.stdout, / \? /);
  assert.equal(table.stdout.includes("$0"), false);
  assert.deepEqual([json.json()[0].costUsd, json.json()[0].costKnown], [null, false]);
});

Deno.test("runs lets nothing from outside steer the terminal", async () => {
  await using home = await CliHome.create();
  await home.seed({ agent: `a${HOSTILE}`, model: HOSTILE, prompt: HOSTILE });
  const [table, json] = await Promise.all([home.run(["runs"]), home.run(["runs", "--json"])]);
  assert.doesNotMatch(table.stdout, UNSAFE);
  assert.doesNotMatch(json.stdout, UNSAFE);
  assert.equal(json.json()[0].prompt, HOSTILE);
});

Deno.test("runs says which runs were not made here, where there are any", async () => {
  await using home = await CliHome.create();
  await home.seed({ agent: "own" });
  assert.doesNotMatch((await home.run(["runs"])).stdout, /FROM/);
  await home.seed({ agent: "shop", origin: "otlp" });
  const { stdout } = await home.run(["runs"]);
  assert.match(stdout, /AGENT +FROM +MODEL[^]*shop +otlp +mistral/);
  assert.match(stdout, /own +mistral/);
});

Deno.test("runs delete asks, and without a terminal wants --yes", async () => {
  await using home = await CliHome.create();
  const [first] = await home.seed({ agent: "a" });
  await home.seed({ agent: "live", open: true });
  const unasked = await home.run(["runs", "delete", first!]);
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /^agentop: Cannot delete runs: there is no terminal to ask at\. Try: --yes/);
  const done = await home.run(["runs", "delete", first!, "--yes", "--json"]);
  assert.equal(done.code, 0);
  assert.deepEqual(done.json().deleted, [first]);
  const again = await home.run(["runs", "delete", first!, "-y"]);
  assert.deepEqual([again.code, again.stdout], [2, ""]);
  assert.match(again.stderr, /Cannot find run/);
});

Deno.test("runs shows the prompt at 100 columns, and the agent's name however narrow it is", () => {
  const cells = [
    ...["↯", "0e6aa411", "interrupted", "researcher-of-everything", "mistral-small-latest-and-more", "1,234"],
    ...["123.4k", "$0.000123+", "59m 59s", "355d", "What is the total revenue in sales.csv?"],
  ];
  const lines = (columns: number) =>
    table(RUN_COLUMNS, [cells], createLook({ color: false, columns })).split("\n");
  for (let columns = 40; columns <= 160; columns++) {
    const [head, row] = lines(columns);
    assert.match(head!, /ID +(STATUS +)?AGENT/);
    assert.match(row!, /0e6aa411 +(interrupted +)?researc/);
    if (columns >= 100) assert.match(row!, /What is the/, String(columns));
  }
  assert.match(lines(80)[0]!, /AGENT +MODEL +(STEPS +)?TOKENS +COST +TIME +AGE/);
});
