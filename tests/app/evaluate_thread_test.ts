import assert from "node:assert/strict";
import { EvalBench } from "../support/eval_bench.ts";

/** So many runs, so many at once, are written by a thread of the store's own. */
const SUITE = `
name: many
agent: ./echo.yaml
concurrency: 20
repeats: 50
cases:
  - { id: one, prompt: "say {{want}}", vars: { want: "uno" } }
  - { id: two, prompt: "say {{want}}", vars: { want: "due" } }
  - { id: three, prompt: "say {{want}}", vars: { want: "tre" } }
  - { id: four, prompt: "say nothing", vars: { want: "quattro" } }
scorers:
  - contains: "{{want}}"
`;

Deno.test("evaluate() has a thread write many runs, and all of them are whole and scored", async () => {
  await using bench = await EvalBench.open();
  const { app } = bench.context;
  const open = app.writingStore.bind(app);
  let opened = 0;
  app.writingStore = () => {
    opened++;
    return open();
  };
  const few = await bench.evaluate(SUITE, { only: ["two"] });
  assert.deepEqual([few.done, few.passed, opened], [50, 50, 0]);
  const many = await bench.evaluate(SUITE);
  assert.deepEqual([many.status, many.done, many.passed, many.errors], ["completed", 200, 150, 0]);
  assert.equal(opened, 1);
  const { results } = await bench.report(many);
  assert.deepEqual(
    new Set(results.map((it) => `${it.caseId} ${it.scores.map(({ value }) => value)} ${it.status}`)),
    new Set(["one 1 completed", "two 1 completed", "three 1 completed", "four 0 completed"]),
  );
  assert.equal(new Set(results.map((it) => it.runId)).size, 200);
  const [one, two] = await Promise.all(
    [few, many].map(async (experiment) => {
      const { runs } = await bench.store.listRuns({ filter: { group: experiment.experimentId }, limit: 500 });
      const { traceId, prompt, totals } = runs.find((run) => run.prompt === "say due")!;
      const { spans, snapshots, evaluations } = await bench.store.loadTrace(traceId);
      const kinds = [...spans.values()].map((it) => [it.kind, it.status, it.outputMessages, it.usage]);
      const scores = evaluations.map((it) => [it.name, it.value, it.passed]);
      return { prompt, usage: totals.usage, kinds, kept: snapshots.map((it) => it.messages), scores };
    }),
  );
  assert.deepEqual(two, one);
  await bench.store.indexPending();
  assert.deepEqual((await bench.store.verify()).problems, []);
});
