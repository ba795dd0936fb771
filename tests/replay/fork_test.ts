import assert from "node:assert/strict";
import { memorySteps } from "../../lib/analysis/mod.ts";
import { Bench } from "../support/replay_bench.ts";
import { repeat } from "./recordings.ts";

const AGENT =
  "model: mistral-small-latest\nparameters: { temperature: 0.2 }\ntools: [calculator, current_time]\n";
const call = (expression: string) => ({ name: "calculator", arguments: { expression } });
/** Looks at the clock, adds twice side by side, looks at the clock once more. */
const SCENARIO = JSON.stringify({
  name: "clock",
  steps: [
    { toolCalls: [{ name: "current_time", arguments: {} }] },
    { toolCalls: [call("1 + 2"), call("3 + 4")] },
    { toolCalls: [{ name: "current_time", arguments: {} }] },
    { text: "{{toolResult:1}} then {{toolResult:-1}}" },
  ],
});

Deno.test("a call that a fork repeats has the result it had before, or the one it was edited to", async () => {
  await using bench = await Bench.open({ agent: AGENT, scenario: SCENARIO });
  const message = (...parts: unknown[]) => JSON.stringify({ role: "assistant", parts });
  const addsAgain = message({ type: "tool_call", id: "call00001", ...call("1 + 2") });
  for (const [edits, result] of [[{ 6: addsAgain }, "3"], [{ 4: "30", 6: addsAgain }, "30"]] as const) {
    const { run } = await bench.replay({ from: 6, edits });
    const { spans } = await bench.store.loadTrace(run.traceId);
    const again = [...spans.values()].find((it) => it.step === 7)!;
    assert.deepEqual(
      [again.attributes["agentop.tool.source"], again.outputMessages![0]!.parts[0]],
      ["recorded", { type: "tool_call_response", id: "call00001", name: "calculator", response: result }],
    );
  }
});

Deno.test("a fork reports what its beginning had cost as saved", async () => {
  await using bench = await Bench.open({ agent: AGENT, scenario: SCENARIO });
  const spans = [...(await bench.store.loadTrace(bench.original.traceId)).spans.values()];
  const costOf = (last: number) =>
    spans.filter((it) => (it.step ?? 99) <= last).reduce((sum, it) => sum + (it.cost?.usd ?? 0), 0);
  const { savedCostUsd, run } = await bench.replay({ from: 5, edits: { 5: "99" } });
  assert(savedCostUsd! > 0 && Math.abs(savedCostUsd! - costOf(5)) < 1e-12);
  assert(Math.abs(run.totals.costUsd + savedCostUsd! - bench.original.totals.costUsd) < 1e-5);
  const { savedCostUsd: all } = await bench.replay({ from: 5 });
  assert(Math.abs(all! - bench.original.totals.costUsd) < 1e-12);
});

Deno.test("a fork replayed from its first step is not answered with what other parameters said", async () => {
  await using bench = await Bench.open({ agent: AGENT, scenario: SCENARIO });
  const { run: fork } = await bench.replay({ from: 5, overrides: { temperature: "1" } });
  const again = await bench.replay({}, fork);
  assert.deepEqual([again.diff.identical, again.divergence], [true, undefined]);
  const whole = await bench.replay({ from: 1 }, fork);
  assert.deepEqual(whole.divergence, { step: 1, reason: "temperature is 1, it was 0.2" });
  const { divergence } = await repeat(await bench.store.loadTrace(fork.traceId));
  assert.deepEqual(divergence, { step: 1, reason: "temperature is 1, it was 0.2" });
});

Deno.test("memory names each step of a fork, and the one that a person edited", async () => {
  await using bench = await Bench.open({ agent: AGENT, scenario: SCENARIO });
  const { run } = await bench.replay({ from: 5, edits: { 5: "99" } });
  const steps = memorySteps(await bench.store.loadTrace(run.traceId));
  assert.deepEqual(steps.map((it) => [it.step, it.cause.name, it.changes.map((change) => change.path)]), [
    [0, "prompt", ["/messages/0"]],
    [1, "mistral-small-latest", ["/messages/1"]],
    [2, "current_time", ["/messages/2"]],
    [3, "mistral-small-latest", ["/messages/3"]],
    [4, "calculator", ["/messages/4"]],
    [5, "calculator", ["/messages/5"]],
    [6, "mistral-small-latest", ["/messages/6"]],
    [7, "current_time", ["/messages/7"]],
    [8, "mistral-small-latest", ["/messages/8"]],
  ]);
  assert.deepEqual(steps.filter((it) => it.cause.edited).map((it) => it.step), [5]);
});

Deno.test("other instructions, or none, are named as the difference", async () => {
  await using bench = await Bench.open();
  for (const instructions of ["", "You sum."]) {
    const { divergence } = await bench.replay({ overrides: { instructions } });
    assert.deepEqual(divergence, { step: 1, reason: "the instructions differ" });
  }
  await bench.refused({ edits: { 0: " \n" } }, /^Cannot edit step 0: the prompt would be empty/);
});

Deno.test("an edit that makes two calls of one id is refused", async () => {
  await using bench = await Bench.open({ agent: AGENT, scenario: SCENARIO });
  const twice = { type: "tool_call", id: "call00001", name: "current_time", arguments: {} };
  const message = JSON.stringify({ role: "assistant", parts: [twice, twice] });
  await bench.refused(
    { edits: { 1: message } },
    /^Cannot edit step 1: message 2 \(assistant\) would make two calls/,
  );
});
