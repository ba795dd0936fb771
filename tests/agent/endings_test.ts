import assert from "node:assert/strict";
import { LoopGuard } from "../../lib/agent/loop_guard.ts";
import type { Run } from "../../lib/core/mod.ts";
import { TestAgency } from "../support/test_agency.ts";

const AGENT = "model: magistral-small-latest\ntools: [calculator]\n";
const CALL = { name: "calculator", arguments: { expression: "1 + 1" } };

interface Step {
  readonly think?: string;
  readonly text?: string;
  readonly finishReason?: string;
  readonly toolCalls?: readonly (typeof CALL | { readonly name: string; readonly arguments: string })[];
}

async function play(steps: readonly Step[], agent = AGENT): Promise<Run> {
  await using agency = await TestAgency.open({ scenarios: JSON.stringify({ name: "s", steps }) });
  return await agency.runner.run(await agency.agent(agent), { prompt: "go" });
}

const warned = (run: Run) => [run.status, run.finishReason, ...(run.warnings ?? []).map(({ type }) => type)];

Deno.test("every ending is named: what completed otherwise than well has a warning", async () => {
  const cases: readonly (readonly [Step, readonly string[]])[] = [
    [{ text: "fine" }, ["completed", "stop"]],
    [{ text: "cut off he", finishReason: "length" }, ["completed", "length", "cut_off"]],
    [{ text: "", finishReason: "length" }, ["completed", "length", "cut_off", "empty_answer"]],
    [{ text: "par", finishReason: "model_length" }, ["completed", "model_length", "cut_off"]],
    [{ text: "par", finishReason: "content_filter" }, ["completed", "content_filter", "content_filter"]],
    [{ text: "" }, ["completed", "stop", "empty_answer"]],
    [{ text: "\n\n" }, ["completed", "stop", "empty_answer"]],
    [{ think: "hm" }, ["completed", "stop", "empty_answer"]],
    [{ text: "I call it.", finishReason: "tool_calls" }, ["completed", "tool_calls", "missing_calls"]],
  ];
  for (const [step, expected] of cases) {
    assert.deepEqual(warned(await play([step])), expected, JSON.stringify(step));
  }
  const cut = await play(
    [{ text: "cut", finishReason: "length" }],
    `${AGENT}parameters: { maxTokens: 300 }\n`,
  );
  assert.equal(cut.output, "cut");
  assert.equal(cut.warnings?.[0]?.message, "the answer was cut off by its limit of tokens (maxTokens: 300)");
});

Deno.test("an answer that the model ends with an error fails the run", async () => {
  const run = await play([{ text: "par", finishReason: "error" }]);
  assert.deepEqual(warned(run), ["failed", "error"]);
  assert.deepEqual([run.error?.type, run.output], ["model_error", undefined]);
  assert.match(run.error!.message, /the model ended its answer with an error/);
  assert.equal(run.totals.attempts, 1);
});

Deno.test("an answer that was cut off on the way is named with its step", async () => {
  const half = { name: "calculator", arguments: '{"expression":"1+' };
  const run = await play([{ toolCalls: [half], finishReason: "length" }, { text: "second" }]);
  assert.deepEqual(warned(run), ["completed", "stop", "cut_off"]);
  assert.match(run.warnings![0]!.message, /^step 1: the answer was cut off/);
});

Deno.test("limits.strict makes a cut answer a failure, wherever it came", async () => {
  const strict = `${AGENT}limits: { strict: true }\n`;
  const end = await play([{ text: "cut", finishReason: "length" }], strict);
  assert.deepEqual(warned(end), ["failed", "length"]);
  assert.deepEqual([end.error?.type, end.error?.remedy], ["cut_off", "--set maxTokens=4096"]);
  const filtered = await play([{ text: "cut", finishReason: "content_filter" }], strict);
  assert.equal(filtered.error?.type, "content_filter");
  const early = await play([{ toolCalls: [CALL], finishReason: "length" }, { text: "second" }], strict);
  assert.deepEqual([early.status, early.totals.toolCalls], ["failed", 0]);
  assert.deepEqual(warned(await play([{ text: "" }], strict)), ["completed", "stop", "empty_answer"]);
});

Deno.test("a run that failed for a cut answer fails again when it is resumed", async () => {
  const scenarios = JSON.stringify({ name: "s", steps: [{ text: "cut", finishReason: "length" }] });
  await using agency = await TestAgency.open({ scenarios });
  const config = await agency.agent(`${AGENT}limits: { strict: true }\n`);
  const run = await agency.runner.run(config, { prompt: "go" });
  const again = await agency.runner.execute(run);
  assert.deepEqual([again.status, again.error?.type], ["failed", "cut_off"]);
});

Deno.test("a parent is told how its hand-off ended", async () => {
  const told = async (step: Step) => {
    const scenarios = [
      { name: "child", match: { agent: "You write" }, steps: [step] },
      {
        name: "parent",
        steps: [{ toolCalls: [{ name: "writer", arguments: { prompt: "x" } }] }, { text: "ok" }],
      },
    ].map((it) => JSON.stringify(it)).join("\n---\n");
    await using agency = await TestAgency.open({
      scenarios,
      agents: { writer: "model: mistral-small-latest\ninstructions: You write.\n" },
    });
    const run = await agency.runner.run(
      await agency.agent("model: mistral-small-latest\ntools: [{ agent: writer }]\n"),
      {
        prompt: "go",
      },
    );
    const messages = await agency.store.loadMessages(run.traceId);
    const part = messages.find(({ message }) => message.role === "tool")!.message.parts[0]!;
    return part.type === "tool_call_response" ? part.response : undefined;
  };
  assert.equal(await told({ text: "All of it." }), "All of it.");
  assert.equal(await told({ text: "" }), "[writer: the answer is empty]");
  assert.match(
    String(await told({ text: "Half", finishReason: "length" })),
    /^Half\n\n\[writer: the answer was cut off/,
  );
});

Deno.test("limits.maxRepeats sets when the same call again is a loop, or that it never is", async () => {
  const loop = (limits: string) =>
    play([{ text: "never" }], `model: sim-loop\ntools: [calculator]\nlimits: { ${limits} }\n`);
  const twice = await loop("maxRepeats: 2");
  assert.deepEqual([twice.error?.type, twice.totals.toolCalls], ["loop", 1]);
  assert.match(twice.error!.message, /came 2 times with the same result/);
  const never = await loop("maxRepeats: 0, maxSteps: 20");
  assert.equal(never.error?.type, "max_steps");
  await assert.rejects(loop("maxRepeats: 1"), /limits\.maxRepeats must be 0 or at least 2/);
  assert.equal(new LoopGuard().maxRepeats, 5);
});
