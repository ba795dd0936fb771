import assert from "node:assert/strict";
import { RunStop } from "../../lib/agent/mod.ts";
import { comparedSteps, stepsOf } from "../../lib/analysis/mod.ts";
import type { Run, Trace } from "../../lib/core/mod.ts";
import { checkReplayable } from "../../lib/replay/mod.ts";
import { Bench } from "../support/replay_bench.ts";
import { endOf, repeat } from "./recordings.ts";

const AGENT = "model: mistral-small-latest\nretry: { maxAttempts: 1 }\ntools: [calculator]\n";
const call = (expression: string) => ({ name: "calculator", arguments: { expression } });
const scenario = (...steps: unknown[]) => JSON.stringify({ name: "resumed", steps });
/** Fails once, then answers. */
const FLAKY = scenario({ toolCalls: [call("1 + 2")] }, { faults: [{ status: 500 }], text: "It is 3." });

async function resume(bench: Bench, change: Partial<Run> = {}): Promise<Trace> {
  const runner = await bench.context.app.createRunner();
  const run = await runner.execute({ ...bench.original, ...change });
  return await bench.store.loadTrace(run.traceId);
}

Deno.test("a step that was cut short and made again counts once, in diffs and in every replay", async () => {
  await using bench = await Bench.open({ agent: AGENT, scenario: FLAKY });
  assert.equal(bench.original.status, "failed");
  const resumed = await resume(bench);
  assert.deepEqual([resumed.run.status, resumed.run.totals.steps], ["completed", 4]);
  assert.deepEqual(comparedSteps(resumed).map((it) => it.step), [1, 2, 4]);
  const recorded = await repeat(resumed);
  assert.deepEqual([recorded.diff.identical, recorded.divergence], [true, null]);
  for (const from of [undefined, 2, 3, 4, 5]) {
    const again = await bench.replay(from === undefined ? {} : { from }, resumed.run);
    assert.deepEqual([again.diff.identical, again.divergence], [true, undefined], `from ${from}`);
    assert.equal(again.run.totals.costUsd, 0);
    assert(Math.abs(again.savedCostUsd! - resumed.run.totals.costUsd) < 1e-12, `from ${from}`);
  }
  await bench.refused(
    { edits: { 3: "x" } },
    /^Cannot edit step 3: it was cut short and made again/,
    resumed.run,
  );
});

Deno.test("a fork of a run that was cut short numbers its own steps after all that it holds", async () => {
  await using bench = await Bench.open({ agent: AGENT, scenario: FLAKY });
  const resumed = await resume(bench);
  const { run } = await bench.replay({ from: 4 }, resumed.run);
  const { spans } = await bench.store.loadTrace(run.traceId);
  assert.deepEqual([...spans.values()].flatMap((span) => span.step ?? []), [1, 2, 3, 4]);
});

Deno.test("a run that was resumed with a higher limit of steps is replayed to its end", async () => {
  const agent = `${AGENT}limits: { maxSteps: 2 }\n`;
  const steps = [call("1 + 2"), call("3 + 4"), call("5 + 6")].map((it) => ({ toolCalls: [it] }));
  await using bench = await Bench.open({ agent, scenario: scenario(...steps, { text: "Done." }) });
  const { config } = bench.original;
  const limits = { ...config["limits"] as Record<string, unknown>, maxSteps: 6 };
  const resumed = await resume(bench, { config: { ...config, limits } });
  assert.deepEqual([resumed.run.error?.type, resumed.run.totals.steps], ["max_steps", 6]);
  const { diff } = await bench.replay({}, resumed.run);
  assert.deepEqual([diff.identical, diff.config.map((it) => it.path)], [true, ["/limits/maxSteps"]]);
});

Deno.test("a fork of a run that went round in circles goes round in the same circle", async () => {
  const again = { toolCalls: [call("1 + 1")] };
  await using bench = await Bench.open({ agent: AGENT, scenario: scenario(...Array(9).fill(again)) });
  assert.deepEqual([bench.original.error?.type, bench.original.totals.steps], ["loop", 9]);
  for (const from of [4, 5, 10]) {
    const { diff, run } = await bench.replay({ from });
    assert.deepEqual([diff.identical, endOf(run)], [true, endOf(bench.original)], `from ${from}`);
  }
});

Deno.test("a run that ended before its first step is replayed, and a replay past its end says so", async () => {
  const signal = AbortSignal.abort(RunStop.cancelled("not now"));
  const text = scenario({ toolCalls: [call("1 + 2")] }, { text: "It is 3." });
  await using bench = await Bench.open({ agent: AGENT, scenario: text, signal });
  assert.equal(bench.original.status, "cancelled");
  checkReplayable(await bench.store.loadTrace(bench.original.traceId), { needsAnswers: true });
  const { divergence, run } = await bench.replay({});
  assert.deepEqual([run.status, divergence], ["completed", { step: 1, reason: "the recording ends here" }]);
  const short = await resume(bench);
  const cut: Trace = { ...short, spans: new Map([...short.spans].filter(([, it]) => it.step !== 3)) };
  const { divergence: left } = await repeat(cut);
  assert.deepEqual(left, { step: 3, reason: "the recording ends here" });
  assert.equal(stepsOf(cut).length, 2);
});
