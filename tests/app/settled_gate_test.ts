import assert from "node:assert/strict";
import { readySuite, settledGate } from "../../lib/app/mod.ts";
import { addGateFlags, gateOfFlags } from "../../lib/cli/frame/gate_flags.ts";
import { Command } from "@commander-js/extra-typings";
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

  const own = await bench.evaluate(suite("mine"));
  assert.equal((await settledGate(app, "mine", { failIfWorse: true }, { own })).baseline, experimentId);
  assert.equal((await settledGate(app, "mine", { baseline: "last" }, { own })).baseline, experimentId);
  const itself = { baseline: own.experimentId };
  await assert.rejects(
    settledGate(app, "mine", itself, { own }),
    /it would be with itself\. Try: an earlier/,
  );
});

Deno.test("--no-fail-if-worse switches off what a suite says, and nothing does where no flag is given", async () => {
  await using bench = await EvalBench.open();
  const { app } = bench.context;
  const { experimentId } = await bench.evaluate(suite("mine"));
  const text = `${suite("mine")}gate: { failIfWorse: true }\n`;
  const gateFor = async (...words: string[]) => {
    const flags = addGateFlags(new Command()).parse(words, { from: "user" }).opts();
    return (await readySuite(app, { text }, { gate: gateOfFlags(flags) })).gate;
  };
  assert.equal((await gateFor()).baseline, experimentId);
  assert.equal((await gateFor("--fail-if-worse")).baseline, experimentId);
  assert.equal((await gateFor("--no-fail-if-worse")).baseline, undefined);
  assert.equal((await gateFor("--no-fail-if-worse", "--baseline", "last")).baseline, experimentId);
});
