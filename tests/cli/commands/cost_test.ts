import assert from "node:assert/strict";
import { CliHome } from "../../support/cli.ts";

Deno.test("cost adds up by model, most expensive first, with a total", async () => {
  await using home = await CliHome.create();
  await home.seed({ model: "small", rounds: 1 }, { model: "large", rounds: 3 }, {
    model: "large",
    rounds: 3,
    group: "g",
  });
  const [table, json, byGroup, since] = await Promise.all([
    home.run(["cost"]),
    home.run(["cost", "--json"]),
    home.run(["cost", "--by", "group", "--json"]),
    home.run(["cost", "--by", "run", "--json", "--since", "2026-01-01T01:30"]),
  ]);
  assert.deepEqual(table.stdout.split("\n").slice(1, 4).map((line) => line.split(/ {2,}/).slice(0, 3)), [
    ["large", "2", "6"],
    ["small", "1", "1"],
    ["total", "3", "7"],
  ]);
  const [large] = json.json();
  assert.deepEqual(large, {
    key: "large",
    runs: 2,
    llmCalls: 6,
    usage: {
      inputTokens: 642,
      outputTokens: 30,
      cachedInputTokens: 384,
      reasoningTokens: 0,
      totalTokens: 672,
    },
    costUsd: large.costUsd,
    costKnown: true,
    estimatedCostUsd: null,
    unknownCostCalls: 0,
  });
  assert.ok(Math.abs(large.costUsd - (642 * 1e-7 + 30 * 3e-7)) < 1e-12);
  assert.deepEqual(byGroup.json().map((row: { key: string | null }) => row.key), [null, "g"]);
  assert.equal(since.json().length, 1);
});

Deno.test("cost counts a run once in the total, though it used two models", async () => {
  await using home = await CliHome.create();
  const [runId] = await home.seed({ model: "small", rounds: 1 });
  await home.withStore(async (store) => {
    const { traceId } = await store.resolveRun(runId!);
    const span = { traceId, spanId: "00000000000000aa" };
    await store.write([
      {
        type: "span_start",
        span: {
          ...span,
          name: "chat x",
          kind: "llm",
          status: "unset",
          startTimeUs: 1,
          attributes: {},
          requestModel: "x",
        },
      },
      {
        type: "span_end",
        ...span,
        endTimeUs: 2,
        status: "ok",
        cost: { usd: null, quantities: { input_tokens: 3 } },
      },
    ]);
  });
  const [table, receipt] = await Promise.all([home.run(["cost"]), home.run(["cost", "last"])]);
  assert.match(table.stdout, /\nx +1 +1 +0 +0 +0 +\?\n/);
  assert.match(table.stdout, /\ntotal +1 +2 .*\$0\.000002\+\n/);
  assert.match(table.stderr, /The price of 1 call is unknown and not in these sums/);
  assert.match(receipt.stdout, /3 input tokens × unknown/);
  assert.match(receipt.stdout, /2 calls: \$0\.0000022 and 1 call of unknown cost\n$/);
});

Deno.test("cache shows a run call by call, and many by agent", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 3, text: () => "x".repeat(900) }, { rounds: 2, agent: "other" });
  const [run, all, json, both] = await Promise.all([
    home.run(["cache", "last~1"]),
    home.run(["cache"]),
    home.run(["cache", "--agent", "other", "--json"]),
    home.run(["cache", "last", "--agent", "other"]),
  ]);
  assert.match(run.stdout, /^researcher .*\n\d+ % of 321 input tokens came from a cache/);
  assert.match(run.stdout, /STEP +INPUT +CACHED +RATE +SAME BYTES +LOST +WHY\n +1 /);
  assert.match(all.stdout, /^2 runs: [^]*AGENT +CALLS[^]*researcher +3 /);
  const { runs, calls, agents: [agent], callList } = json.json();
  assert.deepEqual([runs, calls, agent.agent, callList], [1, 2, "other", undefined]);
  assert.equal(both.code, 2);
  assert.match(both.stderr, /Cannot use --since and its like with a run: it is one already/);
});

Deno.test("cost RUN prints receipts that add up", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 2 });
  const [text, json, wrong] = await Promise.all([
    home.run(["cost", "last"]),
    home.run(["--json", "cost", "last"]),
    home.run(["cost", "last", "--since", "1d"]),
  ]);
  assert.match(
    text.stdout,
    /2\. mistral-small-latest\n {3}107 input tokens × \$0\.10 \/ 1M += \$0\.0000107\n/,
  );
  const receipts = json.json();
  const sums = receipts.map((it: { step: number; totalUsd: number }) => [it.step, it.totalUsd.toFixed(9)]);
  assert.deepEqual(sums, [[1, "0.000002200"], [3, "0.000012200"]]);
  assert.equal(wrong.code, 2);
});

Deno.test("cost on an empty store says so, and refuses other keys", async () => {
  await using home = await CliHome.create();
  const [empty, wrong] = await Promise.all([home.run(["cost"]), home.run(["cost", "--by", "colour"])]);
  assert.deepEqual([empty.code, empty.stdout], [0, ""]);
  assert.match(empty.stderr, /No costs yet/);
  assert.deepEqual([wrong.code, /model, agent, day, group, user, run\. Try/.test(wrong.stderr)], [2, true]);
});

Deno.test("show and cost give a run's own figures and, beside them, those with its hand-offs", async () => {
  await using home = await CliHome.create();
  const [parent, child] = await home.seed({ agent: "editor", rounds: 1 }, { agent: "writer", rounds: 2 });
  await home.handOver(parent!, child!);
  const [json, shown, receipt] = await Promise.all([
    home.run(["show", "last", "--json"]),
    home.run(["show", "last"]),
    home.run(["cost", "last"]),
  ]);
  const { run } = json.json();
  assert.equal(run.runId, parent);
  assert.equal(run.tree.runs, 2);
  assert.equal(run.tree.costKnown, true);
  assert.equal(run.tree.usage.inputTokens, 7 + 7 + 107);
  assert.ok(run.tree.costUsd > 2 * run.costUsd);
  assert.match(shown.stdout, /\n *with hand-offs +\$0\.\d+ in 2 runs, 121 in /);
  assert.match(receipt.stdout, /\nwith all hand-offs: \$0\.\d+ in 2 runs\n$/);
});

Deno.test("cost answers what other prices, prompts, duplicates and the month come to, one at a time", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 3 }, { rounds: 3 }, { rounds: 4, prompt: "Why?" });
  const [whatIf, dearest, duplicates, forecast, both, ofRun] = await Promise.all([
    home.run(["cost", "--what-if", "mistral-large-latest", "--json"]),
    home.run(["cost", "--dearest", "--limit", "1"]),
    home.run(["cost", "--duplicates", "--json"]),
    home.run(["cost", "--forecast", "--json"]),
    home.run(["cost", "--forecast", "--dearest"]),
    home.run(["cost", "last", "--duplicates"]),
  ]);
  const { model, rows: [row], total } = whatIf.json();
  assert.equal(model, "mistral-large-latest");
  assert.equal(row.key, "mistral-small-latest");
  assert.ok(Math.abs(total.changeUsd - (total.whatIfUsd - total.costUsd)) < 1e-12);
  assert.match(dearest.stdout, /COST +RUNS.*PROMPT\n.*How many rows\?\n$/);
  assert.match(dearest.stderr, /1 more prompt\. Try: --limit 2/);
  const { calls, requests: [request], savedUsd } = duplicates.json();
  assert.deepEqual([calls, request.times, request.calls.length], [3, 2, 2]);
  assert.ok(savedUsd > request.calls[1].costUsd);
  assert.equal(forecast.json().monthEndUsd, null);
  assert.deepEqual([both.code, ofRun.code], [2, 2]);
  assert.match(
    ofRun.stderr,
    /Cannot use --duplicates with a run: it is about many\. Try: agentop cost --duplicates/,
  );
});
