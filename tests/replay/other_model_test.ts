import assert from "node:assert/strict";
import { ATTR, type Run } from "../../lib/core/mod.ts";
import { Bench } from "../support/replay_bench.ts";

const THINKS = `
name: thinker
match: { model: "magistral-*" }
steps:
  - think: I should add.
    text: Let me see.
    toolCalls: [{ name: calculator, arguments: { expression: 1 + 2 } }]
  - think: Done.
    text: "It is {{toolResult:calculator}}."
---
name: plain
steps: [{ text: "" , toolCalls: [{ name: calculator, arguments: { expression: 1 + 2 } }] }, { text: Three. }]
`;
const AGENT = "model: magistral-small-latest\ntools: [calculator]\n";

async function droppedIn(bench: Bench, { traceId }: Run): Promise<readonly unknown[]> {
  const { spans } = await bench.store.loadTrace(traceId);
  return [...spans.values()].filter(({ kind }) => kind === "llm").map(({ attributes }) =>
    attributes[ATTR.droppedParts]
  );
}

Deno.test("a fork that goes on with a model without reasoning leaves that out, and says so", async () => {
  await using bench = await Bench.open({ agent: AGENT, scenario: THINKS });
  assert.deepEqual([bench.original.status, bench.original.warnings], ["completed", undefined]);
  const { run } = await bench.replay({ from: 3, overrides: { model: "mistral-small-latest" } });
  assert.deepEqual([run.status, run.output], ["completed", "Three."]);
  assert.deepEqual(run.warnings, [{
    type: "parts_dropped",
    message: "left out of the conversation, because mistral-small-latest takes none: reasoning",
  }]);
  assert.deepEqual(await droppedIn(bench, run), [undefined, { reasoning: 1 }]);

  const again = await bench.replay({ mode: "recorded" }, run);
  assert.equal(again.diff.identical, true);
  assert.deepEqual(again.run.warnings, run.warnings);
});

Deno.test("a model that takes back none of its own reasoning is no warning", async () => {
  const scenario = THINKS.replace("magistral-*", "mistral-*");
  await using bench = await Bench.open({ agent: AGENT.replace("magistral", "mistral"), scenario });
  assert.deepEqual([bench.original.output, bench.original.warnings], ["It is 3.", undefined]);
  assert.deepEqual(await droppedIn(bench, bench.original), [undefined, { reasoning: 1 }]);
});
