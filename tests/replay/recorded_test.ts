import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { AgentOpError, NO_PERMISSIONS, systemHost, type Tool, type Trace } from "../../lib/core/mod.ts";
import { repeatInProcess } from "../../lib/replay/recorded_process.ts";
import { packJson, unpackJson } from "../../lib/replay/packed_json.ts";
import { packRequest } from "../../lib/replay/recorded_run.ts";
import { TestAgency } from "../support/test_agency.ts";
import { Bench } from "../support/replay_bench.ts";
import { emptyTrace, endOf, randomCase, repeat } from "./recordings.ts";

const RANDOM_RUNS = 40;

async function record(yaml: string, scenarios: string, tools: Record<string, Tool> = {}): Promise<Trace> {
  await using agency = await TestAgency.open({ scenarios, tools });
  const run = await agency.runner.run(await agency.agent(yaml), { prompt: "go" });
  return await agency.store.loadTrace(run.traceId);
}

Deno.test("a recorded replay of random runs is the same run, step by step, however it ended", async () => {
  const statuses = new Set<string>();
  for (let seed = 0; seed < RANDOM_RUNS; seed++) {
    const { scenario, agent } = randomCase(seed);
    const original = await record(agent, scenario);
    const { diff, divergence, trace, savedCostUsd } = await repeat(original);
    assert.equal(divergence, null, `seed ${seed}`);
    assert.deepEqual(diff.steps.filter((step) => step.op !== "same"), [], `seed ${seed}`);
    assert.equal(diff.identical, true, `seed ${seed}: ${JSON.stringify(diff.status)}`);
    assert.deepEqual(endOf(trace.run), endOf(original.run));
    assert.deepEqual(trace.snapshots.at(-1)?.keyValues, original.snapshots.at(-1)?.keyValues);
    assert.deepEqual([trace.run.totals.costUsd, trace.run.totals.attempts], [0, 0]);
    assert(Math.abs(savedCostUsd! - original.run.totals.costUsd) < 1e-12);
    statuses.add(original.run.error?.type ?? original.run.status);
  }
  for (const status of ["completed", "401", "max_steps", "budget"]) assert(statuses.has(status), status);
});

Deno.test("a recorded replay executes no tool and names the first divergence", async () => {
  let executed = 0;
  const tool: Tool = {
    name: "work",
    description: "work",
    parameters: { type: "object" },
    permissions: { ...NO_PERMISSIONS, write: ["/"] },
    idempotent: false,
    summary: () => "work()",
    execute: () => Promise.resolve({ content: `done ${++executed}` }),
  };
  const scenario = JSON.stringify({
    name: "work",
    steps: [{ toolCalls: [{ name: "work", arguments: { n: 1 } }] }, { text: "That is all." }],
  });
  const original = await record("model: mistral-small-latest\napprove: auto\n", scenario, { work: tool });
  const same = await repeat(original);
  assert.equal(same.diff.identical, true);
  assert.equal(executed, 1);
  const tools = [...same.trace.spans.values()].filter((span) => span.kind === "tool");
  assert.deepEqual(tools.map((span) => span.attributes["agentop.tool.source"]), ["recorded"]);
  const changed = await repeat(original, { instructions: "Be another." });
  assert.deepEqual(changed.divergence, { step: 1, reason: "the instructions differ" });
  const warmer = await repeat(original, { parameters: { temperature: 1, maxTokens: 2048 } });
  assert.deepEqual(warmer.divergence, { step: 1, reason: "temperature is 1, it was 0.6" });
});

Deno.test("the process that repeats a run can touch nothing, even when it was started with every permission", async () => {
  const original = await record(
    "model: mistral-small-latest\n",
    '{"name":"one","steps":[{"text":"Hello."}]}',
  );
  const { run: { error: _e, output: _o, endTimeUs: _t, ...run } } = original;
  const begun = emptyTrace({
    ...run,
    traceId: "ab".repeat(16),
    status: "queued",
    startTimeUs: systemHost().now() * 1000,
    totals: { ...run.totals, steps: 0 },
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-all",
      fileURLToPath(new URL("fixtures/repeater.ts", import.meta.url)),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(packRequest({ original, begun })));
  await writer.close();
  const { stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout);
  assert.notEqual(said, "", new TextDecoder().decode(stderr));
  const { events, denied } = JSON.parse(said) as { events: number; denied: string[] };
  assert(events > 3);
  assert.deepEqual(denied, ["write", "read", "net", "run", "env", "ffi"]);
});

Deno.test("a recorded replay that is cancelled says so, and nothing is written", async () => {
  await using bench = await Bench.open();
  const nothing = /^Cannot replay \S+: it was cancelled, and nothing is written\./;
  await bench.refused({ mode: "recorded", signal: AbortSignal.abort() }, nothing);
  const original = await bench.store.loadTrace(bench.original.traceId);
  const stopper = new AbortController();
  const replaying = repeatInProcess({ original, begun: emptyTrace(original.run) }, {
    signal: stopper.signal,
  });
  stopper.abort();
  await assert.rejects(replaying, (error) => error instanceof AgentOpError && error.exitCode === 130);
});

Deno.test("what the repeating process throws comes back with a remedy that is said once", async () => {
  await using bench = await Bench.open();
  const original = await bench.store.loadTrace(bench.original.traceId);
  const failing = async (change: object, remedy: string) => {
    const begun = emptyTrace({ ...original.run, ...change });
    await assert.rejects(repeatInProcess({ original, begun }), (error) => {
      assert(error instanceof AgentOpError);
      assert.match(error.reason, /^Cannot replay \S+: (?!.*Try:)/);
      assert.equal(error.remedy, remedy);
      assert.equal(error.message, `${error.reason}. Try: ${error.remedy}`);
      return true;
    });
  };
  await failing({ totals: null }, "agentop db verify, or --mode hybrid");
  await failing({ config: {} }, `agentop replay ${original.run.runId} --agent AGENT`);
});

Deno.test("unpackJson() reads back what packJson() wrote, each message once", () => {
  const keys = fc.constantFrom("messages", "inputMessages", "other");
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(keys, tie("tree"), { maxKeys: 3 }),
    ),
  }));
  fc.assert(fc.property(tree, (value) => {
    const plain = JSON.parse(JSON.stringify(value));
    assert.deepEqual(unpackJson(packJson(plain)), plain);
  }));
  const message = { role: "user", parts: [{ type: "text", content: "once upon a time" }] };
  const packed = packJson(Array.from({ length: 50 }, (_, n) => ({ messages: new Array(n).fill(message) })));
  assert.equal(packed.match(/once upon a time/g)!.length, 1);
});
