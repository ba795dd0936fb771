import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { evaluate, loadSuiteOf, suiteFromRuns } from "../../lib/app/mod.ts";
import type { Span, Trace } from "../../lib/core/mod.ts";
import { checkCase, suiteOfRuns } from "../../lib/evals/mod.ts";
import { EvalBench } from "../support/eval_bench.ts";

const SUITE = `
agent: ./echo.yaml
cases:
  - { id: plain, prompt: "say: uno # dos" }
  - { id: braces, prompt: "{{it}}", vars: { it: "what is {{this}}?" } }
scorers: [completed]
`;

async function benchWithRuns() {
  const bench = await EvalBench.open();
  const { experimentId } = await bench.evaluate(SUITE);
  const results = await bench.store.experimentResults(experimentId);
  return { bench, runs: results.map((it) => it.runId!) };
}

Deno.test("suiteFromRuns() writes a suite that these runs pass, with prompts as they were", async () => {
  const { bench, runs } = await benchWithRuns();
  await using _ = bench;
  const { app } = bench.context;
  const output = join(bench.folder, "kept.yaml");
  const made = await suiteFromRuns(app, [...runs, runs[0]!], output);
  assert.deepEqual(made, { path: output, agent: "./echo.yaml", cases: 2, otherSettings: [] });

  const loaded = await loadSuiteOf(app, output);
  assert.deepEqual(loaded.suite.cases.map((it) => it.id).sort(), [...runs].sort());
  assert.deepEqual(
    loaded.suite.cases.map((it) => it.prompt).sort(),
    ["say: uno # dos", "what is {{this}}?"],
  );
  const { experimentId, status } = await evaluate(app, loaded, {});
  assert.equal(status, "completed");
  const scores = (await bench.store.experimentResults(experimentId)).flatMap((it) => it.scores);
  assert.deepEqual([...new Set(scores.map((it) => it.scorer))].sort(), ["completed", "similarity"]);
  assert.ok(scores.every((it) => it.passed), JSON.stringify(scores));
  // Other answers fail it.
  const other = await evaluate(app, loaded, { set: { model: "mistral-large-latest" } });
  const worse = (await bench.store.experimentResults(other.experimentId)).flatMap((it) => it.scores);
  assert.ok(worse.filter((it) => it.scorer === "similarity").every((it) => !it.passed));
});

Deno.test("suiteFromRuns() says what runs were made with that the agent has not got, and keeps how it is to be run", async () => {
  const { bench, runs } = await benchWithRuns();
  await using _ = bench;
  const { app } = bench.context;
  const other = await bench.evaluate(SUITE, { set: { temperature: "0.1" }, only: ["plain"] });
  const [{ runId } = { runId: "" }] = await bench.store.experimentResults(other.experimentId);
  await bench.write("echo.yaml", "model: mistral-medium-latest\ninstructions: You repeat.\n");
  const output = join(bench.folder, "kept.yaml");
  const manner = { set: { model: "mistral-small-latest" }, repeats: 2, budgetUsd: 0.5 };
  const made = await suiteFromRuns(app, [...runs, runId], output, { manner });
  assert.deepEqual(made.otherSettings, ["model=mistral-small-latest", "temperature=0.1 (1 of 3 runs)"]);
  const { suite } = await loadSuiteOf(app, output);
  assert.deepEqual([suite.variants[0]!.set, suite.repeats, suite.budgetUsd], [
    { model: "mistral-small-latest" },
    2,
    0.5,
  ]);
});

Deno.test("suiteFromRuns() replaces a file only where that is asked for", async () => {
  const { bench, runs } = await benchWithRuns();
  await using _ = bench;
  const { app } = bench.context;
  const output = await bench.write("kept.yaml", "mine");
  await assert.rejects(suiteFromRuns(app, runs, output), /Cannot write .*kept\.yaml: it exists/);
  assert.equal(await Deno.readTextFile(output), "mine");
  await suiteFromRuns(app, runs, output, { force: true });
  assert.notEqual(await Deno.readTextFile(output), "mine");
});

Deno.test("suiteFromRuns() names what a run lacks to be a case, and writes nothing", async () => {
  const { bench, runs } = await benchWithRuns();
  await using _ = bench;
  const { app } = bench.context;
  const output = join(bench.folder, "kept.yaml");
  const [first] = runs;
  const trace = await bench.store.loadTrace((await bench.store.resolveRun(first!)).traceId);
  const spans = new Map(
    [...trace.spans].map(([id, { inputMessages: _, ...span }]) => [id, span] as const),
  );
  const { endTimeUs: _ended, ...open } = trace.run;
  for (
    const [changed, problem] of [
      [{ ...trace, run: { ...trace.run, prompt: " " } }, /its prompt is not on record/],
      [{ ...trace, run: open }, /it has not ended/],
      [{ ...trace, spans, run: { ...trace.run, origin: "otlp" as const } }, /imported without messages/],
    ] as const
  ) assert.throws(() => checkCase(changed), problem);
  assert.doesNotThrow(() => checkCase({ ...trace, run: { ...trace.run, origin: "otlp" as const } }));

  await assert.rejects(suiteFromRuns(app, [first!, "ffffffff"], output), /Cannot find run/);
  await Deno.remove(join(bench.folder, "echo.yaml"));
  await assert.rejects(suiteFromRuns(app, runs, output), /the agent of these runs, echo, is not found/);
  await assert.rejects(Deno.stat(output), Deno.errors.NotFound);
});

Deno.test("suiteFromRuns() refuses a run whose record is damaged", async () => {
  const { bench, runs } = await benchWithRuns();
  await using _ = bench;
  const output = join(bench.folder, "kept.yaml");
  {
    using database = new DatabaseSync(join(bench.folder, "agentop.db"));
    const { changes } = database.prepare("update body set data = x'00'").run();
    assert.ok(Number(changes) > 0);
  }
  await assert.rejects(suiteFromRuns(bench.context.app, runs, output), /Cannot read run .*: it is damaged/);
  await assert.rejects(Deno.stat(output), Deno.errors.NotFound);
});

Deno.test("suiteOfRuns() expects each tool that was called, once, and no answer of a run that failed", async () => {
  const { bench, runs } = await benchWithRuns();
  await using _ = bench;
  const trace = await bench.store.loadTrace((await bench.store.resolveRun(runs[0]!)).traceId);
  const [[, model]] = [...trace.spans].filter(([, it]) => it.kind === "llm") as [[string, Span]];
  const call = (id: string, name: string, step: number) =>
    [id, { ...model, spanId: id, kind: "tool", name, step } as Span] as const;
  const spans = new Map([...trace.spans, call("a1", "read_file", 2), call("a2", "read_file", 3)]);
  const scorersOf = (run: Trace["run"]) => suiteOfRuns([{ ...trace, run, spans }], "echo").cases[0]!.scorers;
  assert.deepEqual(scorersOf(trace.run), [
    { tool_called: { tool: "read_file" } },
    { similarity: { text: "{{answer}}", min: 0.6 } },
  ]);
  assert.deepEqual(scorersOf({ ...trace.run, status: "failed" }), [{ tool_called: { tool: "read_file" } }]);
});
