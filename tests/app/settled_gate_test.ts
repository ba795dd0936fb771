import assert from "node:assert/strict";
import { settledGate } from "../../lib/app/mod.ts";
import { EvalBench } from "../support/eval_bench.ts";

const suite = (name: string) => `
name: ${name}
agent: ./echo.yaml
cases: [{ id: one, prompt: say uno }]
scorers: [completed]
`;

Deno.test("settledGate() measures by the last experiment of the same suite, which a first one need not have", async () => {
  await using bench = await EvalBench.open();
  const { app } = bench.context;
  const none = /Cannot say whether mine is worse: no earlier experiment of it is complete/;
  await bench.evaluate(suite("another"));
  await assert.rejects(settledGate(app, "mine", { baseline: "last" }), none);
  await assert.rejects(settledGate(app, "mine", { failIfWorse: true }), none);
  const first = await settledGate(app, "mine", { failIfWorse: true }, { mayBeFirst: true });
  assert.equal(first.baseline, undefined);

  const { experimentId } = await bench.evaluate(suite("mine"));
  await bench.evaluate(suite("another"));
  assert.equal((await settledGate(app, "mine", { baseline: "last" })).baseline, experimentId);
  assert.equal((await settledGate(app, "mine", { failIfWorse: true })).baseline, experimentId);
  const variant = (await settledGate(app, "mine", { baseline: "last/./echo.yaml" })).baseline;
  assert.equal(variant, `${experimentId}/./echo.yaml`);
  await assert.rejects(settledGate(app, "mine", { baseline: "last/nobody" }), /it has no variant "nobody"/);
});
