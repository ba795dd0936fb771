import assert from "node:assert/strict";
import { parseAgentFile } from "../../lib/agent/mod.ts";
import { operationsOf } from "../../lib/analysis/mod.ts";
import type { Run } from "../../lib/core/mod.ts";
import { AGENT, Bench } from "../support/replay_bench.ts";

/** A run that was told something and set otherwise before its first call. */
async function operated(bench: Bench): Promise<Run> {
  const runner = await bench.context.app.createRunner();
  const run = await runner.queue(await parseAgentFile(AGENT, "agents/adder.yaml"), { prompt: "Add." });
  await bench.store.requestControl(run.traceId, "tell", { id: "a", text: "Be quick.", by: "tester" });
  await bench.store.requestControl(run.traceId, "set", {
    id: "b",
    settings: { temperature: 0.9 },
    by: "tester",
  });
  return await runner.execute(run);
}

const temperatures = async ({ store }: Bench, { traceId }: Run) =>
  [...(await store.loadTrace(traceId)).spans.values()].filter(({ kind }) => kind === "llm")
    .map(({ attributes }) => attributes["gen_ai.request.temperature"]);

Deno.test("a run that was told and set something while it was live repeats, in every mode", async () => {
  await using bench = await Bench.open();
  const run = await operated(bench);
  assert.equal(run.status, "completed");
  assert.deepEqual(new Set(await temperatures(bench, run)), new Set([0.9]));
  for (const mode of ["recorded", "hybrid"] as const) {
    const replay = await bench.replay({ mode }, run);
    assert.equal(replay.divergence, undefined, mode);
    assert.equal(replay.run.output, run.output);
    const { spans } = await bench.store.loadTrace(replay.run.traceId);
    assert.deepEqual(
      operationsOf(spans.values()).map(({ action, text, by, step }) => [action, text, by, step]),
      [["tell", "Be quick.", "tester", 1], ["set", "", "tester", 1]],
      mode,
    );
  }
  const live = await bench.replay({ mode: "live" }, run);
  assert.deepEqual(new Set(await temperatures(bench, live.run)), new Set([0.9]));
});

Deno.test("what a replay sets wins over what was set while the original was live", async () => {
  await using bench = await Bench.open();
  const run = await operated(bench);
  const replay = await bench.replay({ mode: "hybrid", overrides: { temperature: "0.1" } }, run);
  assert.deepEqual(new Set(await temperatures(bench, replay.run)), new Set([0.1]));
});

Deno.test("a fork goes on with what had been set before it, and is not told again what it holds", async () => {
  await using bench = await Bench.open();
  const run = await operated(bench);
  const fork = await bench.replay({ mode: "hybrid", from: 3 }, run);
  assert.equal(fork.divergence, undefined);
  const config = fork.run.config["parameters"] as { temperature: number };
  assert.equal(config.temperature, 0.9);
  const messages = await bench.store.loadTrace(fork.run.traceId);
  const last = [...messages.spans.values()].filter(({ kind }) => kind === "llm").at(-1)!;
  const told = last.inputMessages!.filter(({ parts }) => JSON.stringify(parts).includes("Be quick."));
  assert.equal(told.length, 1);
});

Deno.test("a limit that was set lower stops what repeats the run too, and one that was set higher raises nothing", async () => {
  await using bench = await Bench.open();
  const setTo = async (maxSteps: number) => {
    const runner = await bench.context.app.createRunner();
    const agent = await parseAgentFile(`${AGENT}limits: { maxSteps: 3 }\n`, "agents/adder.yaml");
    const run = await runner.queue(agent, { prompt: "Add." });
    await bench.store.requestControl(run.traceId, "set", { id: "c", settings: { maxSteps }, by: "tester" });
    return await runner.execute(run);
  };
  const lowered = await setTo(2);
  assert.deepEqual([lowered.status, lowered.totals.steps], ["stopped", 2]);
  const again = await bench.replay({ mode: "live" }, lowered);
  assert.deepEqual([again.run.status, again.run.totals.steps], ["stopped", 2]);
  const raised = await setTo(40);
  assert.equal(raised.status, "completed");
  const { spans } = await bench.store.loadTrace((await bench.replay({ mode: "live" }, raised)).run.traceId);
  assert.deepEqual(
    operationsOf(spans.values()),
    [],
    "it may go as far as the original went, and was not told to go further",
  );
});
