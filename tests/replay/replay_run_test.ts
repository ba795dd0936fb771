import assert from "node:assert/strict";
import { type AgentConfig, RunStop } from "../../lib/agent/mod.ts";
import { type Run, textOf } from "../../lib/core/mod.ts";
import { Bench } from "../support/replay_bench.ts";

Deno.test("hybrid without changes is answered from the recording, costs nothing and is a run of its own", async () => {
  await using bench = await Bench.open();
  assert.equal(bench.original.output, "The sum is 3.");
  const { run, diff, savedCostUsd, divergence, diffId } = await bench.replay({});
  assert.equal(diff.identical, true);
  assert.equal(divergence, undefined);
  assert.deepEqual(run.forkedFrom, { runId: bench.original.runId, step: 1 });
  assert.equal(run.totals.costUsd, 0);
  assert(Math.abs(savedCostUsd! - bench.original.totals.costUsd) < 1e-12 && savedCostUsd! > 0);
  const { spans, snapshots } = await bench.store.loadTrace(run.traceId);
  const sources = [...spans.values()].filter((it) => it.kind === "tool").map((it) => [
    it.attributes["gen_ai.tool.name"],
    it.attributes["agentop.tool.source"],
  ]);
  assert.deepEqual(sources, [["memory_set", undefined], ["calculator", "recorded"], [
    "current_time",
    "recorded",
  ]]);
  assert.deepEqual(snapshots.at(-1)!.keyValues, { a: 1 });
  const rows = await bench.store.diffsOf(run.runId);
  assert.deepEqual(
    rows.map((row) => [row.diffId, row.leftOutput, row.rightOutput, row.overrides]),
    [
      [diffId, "The sum is 3.", "The sum is 3.", {}],
    ],
  );
  const [cost] = await bench.store.costBy("model");
  assert.equal(cost!.llmCalls, bench.original.totals.llmCalls, "answers from a recording are no calls");
});

Deno.test("hybrid goes live with the first changed request; known tool calls keep their results", async () => {
  await using bench = await Bench.open();
  const { run, divergence, savedCostUsd, diff } = await bench.replay({ overrides: { temperature: "1" } });
  assert.deepEqual(divergence, { step: 1, reason: "temperature is 1, it was 0.2" });
  assert.equal(savedCostUsd, 0);
  assert(run.totals.costUsd > 0);
  assert.deepEqual(diff.config.map((it) => it.path), ["/parameters/temperature"]);
  const tools = [...(await bench.store.loadTrace(run.traceId)).spans.values()].filter((it) =>
    it.kind === "tool"
  );
  assert.deepEqual(tools.map((it) => it.attributes["agentop.tool.source"]), [
    undefined,
    "recorded",
    "recorded",
  ]);
  const off = await bench.replay({ overrides: { "tools.calculator": "off" } });
  assert.match(
    off.divergence!.reason,
    /^the tools are current_time, memory_delete, .*, they were calculator, current_time/,
  );
  assert.equal(off.run.status, "completed");
  const asked = await bench.replay({ edits: { 0: "Add again.\n" } });
  assert.deepEqual([asked.run.prompt, asked.divergence], ["Add again.", {
    step: 1,
    reason: "message 2 (user) differs",
  }]);
  const live = await bench.replay({ mode: "live" });
  assert(live.run.totals.costUsd > 0 && live.savedCostUsd === 0);
});

Deno.test("--tools recorded tells the model that a call is not on record; ask asks for every one", async () => {
  await using bench = await Bench.open();
  const edits = {
    3: JSON.stringify({
      role: "assistant",
      parts: [{
        type: "tool_call",
        id: "callother",
        name: "calculator",
        arguments: { expression: "20 + 3" },
      }],
    }),
  };
  const strict = await bench.replay({ from: 3, edits, tools: "recorded" });
  const errors = async (run: Run) =>
    [...(await bench.store.loadTrace(run.traceId)).spans.values()].flatMap((it) => it.errorType ?? []);
  assert.deepEqual(await errors(strict.run), ["not_recorded"]);
  const asked: string[] = [];
  const approver = (request: { toolName: string }) => {
    asked.push(request.toolName);
    return Promise.resolve({ decision: "deny", by: "test" } as const);
  };
  const ask = await bench.replay({ from: 3, edits, tools: "ask", runner: { approver } });
  assert.deepEqual(asked, ["calculator"]);
  assert((await errors(ask.run)).includes("denied"));
  const live = await bench.replay({ from: 3, edits });
  assert.equal(live.run.output, "The sum is 23.");
  asked.length = 0;
  await bench.replay({ mode: "live", tools: "ask", runner: { approver } });
  assert.deepEqual(asked.slice(0, 2), ["memory_set", "calculator"], "live asks for every call");
  await assert.rejects(
    bench.replay({ mode: "live", tools: "recorded" }),
    /in --mode live every tool is executed/,
  );
  await assert.rejects(
    bench.replay({ mode: "recorded", tools: "ask" }),
    /in --mode recorded no tool is executed/,
  );
});

Deno.test("a fork shares its beginning, continues from an edited result, and leaves its parent as it was", async () => {
  await using bench = await Bench.open();
  const before = await bench.store.loadTrace(bench.original.traceId);
  const bodies = async () => (await bench.store.stats()).bodies;
  const held = await bodies();
  const { run, diff } = await bench.replay({ from: 4, edits: { 4: "40\n" } });
  assert.equal(run.output, "The sum is 40.");
  assert.deepEqual(run.forkedFrom, { runId: bench.original.runId, step: 4 });
  assert.deepEqual(diff.steps.map((it) => it.op), [
    "same",
    "same",
    "same",
    "changed",
    "same",
    "same",
    "changed",
  ]);
  assert.deepEqual(diff.steps[3]!.changes, [
    { path: "/output/0/parts/0/response", op: "replace", left: "3", right: "40" },
  ]);
  assert((await bodies()) - held < 8, "the beginning is not stored again");
  assert.deepEqual(await bench.store.loadTrace(bench.original.traceId), before);
  assert.equal((await bench.store.verify()).ok, true);
  const { spans, snapshots } = await bench.store.loadTrace(run.traceId);
  assert.deepEqual([...spans.values()].filter((it) => it.attributes["agentop.edited"]).map((it) => it.step), [
    4,
  ]);
  assert.deepEqual(snapshots.at(-1)!.keyValues, { a: 1 });
  assert(run.totals.costUsd < bench.original.totals.costUsd);
  assert.equal(run.totals.steps, 7);
  // Forks of forks, and recorded replays of them, keep what they began with.
  const again = await bench.replay({}, run);
  assert.equal(again.diff.identical, true);
  const twice = await bench.replay({ from: 7, edits: { 7: "Enough." } }, run);
  assert.equal(twice.run.output, "Enough.");
  assert.deepEqual((await bench.store.forksOf([run.runId])).map((it) => it.runId), [
    again.run.runId,
    twice.run.runId,
  ]);
});

Deno.test("a fork with other instructions keeps the steps before it and sends the new ones", async () => {
  await using bench = await Bench.open();
  const { run } = await bench.replay({ from: 5, overrides: { instructions: "You sum." } });
  assert.equal(run.status, "completed");
  assert.deepEqual(await bench.steps(run), await bench.steps(bench.original));
  const spans = [...(await bench.store.loadTrace(run.traceId)).spans.values()].filter((it) =>
    it.kind === "llm"
  );
  assert.deepEqual(spans.map((it) => textOf(it.inputMessages![0]!)), [
    "You add.",
    "You add.",
    "You sum.",
    "You sum.",
  ]);
});

Deno.test("a fork that was stopped goes on with what it began with, not with its parent's messages", async () => {
  await using bench = await Bench.open();
  const signal = AbortSignal.abort(RunStop.cancelled("not now"));
  const edits = { 4: "50" };
  const { run } = await bench.replay({ from: 4, edits, overrides: { instructions: "You sum." }, signal });
  assert.deepEqual([run.status, run.totals.steps], ["cancelled", 4]);
  const runner = await bench.context.app.createRunner();
  const ended = await runner.execute(run);
  assert.equal(ended.output, "The sum is 50.");
  const { spans } = await bench.store.loadTrace(run.traceId);
  const last = [...spans.values()].findLast((it) => it.kind === "llm")!;
  assert.equal(textOf(last.inputMessages![0]!), "You sum.");
  assert.equal(last.inputMessages!.filter((it) => it.role === "system").length, 1);
});

Deno.test("what cannot be replayed is refused in one line, and nothing is written", async () => {
  await using bench = await Bench.open();
  const { refused } = { refused: bench.refused.bind(bench) };
  await refused({ from: 99 }, /^Cannot fork \S+ at step 99: it has 7 steps\. Try: --from 1 to 7$/);
  await refused({ edits: { 99: "x" } }, /^Cannot edit step 99: \S+ has 7 steps\. Try: agentop show /);
  await refused({ from: 2, edits: { 5: "x" } }, /^Cannot edit step 5: the fork starts at step 2, before it/);
  await refused({ from: 3, edits: { 0: "x" } }, /^Cannot edit step 0: another prompt leaves nothing to keep/);
  await refused({ edits: { 12: "x" } }, /it has 7 steps|has 7 steps/);
  const call = (id: string) =>
    `{"role":"tool","parts":[{"type":"tool_call_response","id":"${id}","response":1}]}`;
  await refused({ edits: { 4: call("another") } }, /^Cannot edit step 4: its result must answer the call/);
  await refused(
    { edits: { 4: '{"role":"user","content":"x"}' } },
    /it is a tool call, and the message's role is user/,
  );
  await refused({ edits: { 3: '{"role":"robot","content":"x"}' } }, /there is no role "robot"/);
  await refused({ from: 5, edits: { 3: "No call any more." } }, /would answer a call that was not made/);
  await refused({ overrides: { "tools.hammer": "off" } }, /must name a tool of the agent/);
  const config = {} as unknown as AgentConfig;
  for (
    const [change, expected] of [
      [{ status: "running" }, /it is running, not finished\. Try: agentop watch /],
      [
        { config, origin: "otlp" },
        /its agent configuration is not on record \(it was not run here: origin otlp\)/,
      ],
      [{ prompt: "", origin: "otlp" }, /its prompt is not on record/],
    ] as const
  ) {
    const run = {
      ...bench.original,
      ...change,
      config: "config" in change ? {} : bench.original.config,
      runId: crypto.randomUUID(),
      traceId: crypto.randomUUID().replaceAll("-", ""),
    };
    await bench.store.claimRun(run.traceId);
    await bench.store.write([{ type: "run_start", run }]);
    await refused({ mode: "recorded" }, expected, run);
  }
  const { run: _, ...imported } = await bench.store.loadTrace(bench.original.traceId);
  const traceId = "cd".repeat(16);
  const llm = [...imported.spans.values()].find((it) => it.kind === "llm")!;
  const { inputMessages: _i, ...bare } = { ...llm, traceId };
  const run = { ...bench.original, origin: "otlp" as const, runId: crypto.randomUUID(), traceId };
  await bench.store.write([{ type: "run_start", run }, { type: "span_start", span: bare }]);
  await refused(
    { mode: "recorded" },
    /the messages sent in step 1 are not on record \(it was not run here/,
    run,
  );
});

Deno.test("a replay warns of a model that the server does not list, and asks no server when nothing changes", async () => {
  await using bench = await Bench.open();
  const warnings: string[] = [];
  const runner = { onWarning: (warning: string) => warnings.push(warning) };
  await bench.replay({ overrides: { model: "mistral-smal-latest" }, runner });
  assert.deepEqual(warnings, [
    'the server does not list the model "mistral-smal-latest". It lists mistral-small-latest',
  ]);
  const requests = bench.simulator.requests;
  const { diff } = await bench.replay({ runner });
  assert.equal(diff.identical, true);
  assert.equal(bench.simulator.requests, requests);
  assert.equal(warnings.length, 1);
});
