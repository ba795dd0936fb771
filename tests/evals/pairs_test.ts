import assert from "node:assert/strict";
import { RUN_TAG } from "../../lib/core/mod.ts";
import { EvalBench } from "../support/eval_bench.ts";

const SUITE = `
name: pairs
agent: ./echo.yaml
variants:
  - { name: small, set: { model: mistral-small-latest } }
  - { name: large, set: { model: mistral-large-latest } }
repeats: 2
cases: [{ id: one, prompt: say uno }, { id: two, prompt: say due }]
scorers: [{ pairwise: { model: mistral-medium-latest, rubric: It says what was asked. } }]
`;
const ANSWERS = `
name: wrong
match: { model: "*large*" }
steps: [{ text: "wrong" }]
---
name: echo
steps: [{ text: "It is {{prompt}}." }]
`;
const verdict = (name: string, better: string, prompt = "") => `
name: ${name}
match: { agent: You compare${prompt} }
steps: [{ text: '{"reasoning": "r", "better": "${better}"}' }]
---
`;
/** Finds the echo better, wherever it stands. */
const FAIR = verdict("one", "first", ', prompt: "<<<first \\\\S+\\nIt is"') + verdict("two", "second") +
  ANSWERS;

Deno.test("pairwise in a suite of two variants holds each answer against the other's, and asks of a pair once", async () => {
  await using bench = await EvalBench.open({ scenario: FAIR });
  const experiment = await bench.evaluate(SUITE);
  assert.deepEqual([experiment.status, experiment.done, experiment.errors], ["completed", 8, 0]);
  const { results, judging } = await bench.report(experiment);
  assert.deepEqual(
    results.map(({ variant, scores: [score] }) => [variant, score!.value, score!.explanation]),
    [
      ...Array(4).fill(["small", 1, "better in both orders: r"]),
      ...Array(4).fill(["large", 0, "worse in both orders: r"]),
    ],
  );
  assert.equal(judging.runs, 8, "four pairs, in both orders");
});

Deno.test("a verdict that changes with the order of the answers is a tie for both variants", async () => {
  await using bench = await EvalBench.open({ scenario: verdict("always", "first") + ANSWERS });
  const { results } = await bench.report(await bench.evaluate(SUITE, { repeats: 1 }));
  for (const { scores: [score] } of results) {
    assert.equal(score!.value, 0.5);
    assert.match(score!.explanation!, /changes with the order/);
  }
});

Deno.test("a half whose rival was judged before the experiment was stopped is judged when it goes on", async () => {
  await using bench = await EvalBench.open({ scenario: FAIR });
  const stop = new AbortController();
  const cut = await bench.evaluate(SUITE, {
    concurrency: 1,
    signal: stop.signal,
    onProgress: () => stop.abort(new Error("enough")),
  });
  assert.deepEqual([cut.status, cut.done], ["cancelled", 1]);
  const whole = await bench.evaluate(SUITE, { resume: cut.experimentId });
  assert.deepEqual([whole.status, whole.done, whole.passed, whole.errors], ["completed", 8, 4, 0]);
  const cases = await bench.store.countRuns({
    group: cut.experimentId,
    status: ["completed"],
    where: { type: "not", of: { type: "tag", tag: RUN_TAG.judge } },
  });
  assert.equal(cases, 8);
});

Deno.test("pairwise needs two variants, or a run to compare with, before anything is asked", async () => {
  await using bench = await EvalBench.open({ scenario: FAIR });
  const alone = SUITE.replace(/ +- \{ name: large.*\n/, "");
  await assert.rejects(
    bench.evaluate(alone),
    /its scorer pairwise compares two variants, and there is one. Try: two variants, or against: RUN/,
  );
  assert.equal(await bench.store.countRuns({}), 0);
  const first = await bench.evaluate(alone.replace(/scorers:.*/, "scorers: [completed]"), { repeats: 1 });
  const [{ runId } = { runId: "" }] = (await bench.report(first)).results;
  const judged = await bench.evaluate(alone.replace("rubric:", `against: "${runId}", rubric:`), {
    repeats: 1,
    only: ["one"],
  });
  assert.deepEqual([judged.done, judged.errors], [1, 0]);
});
