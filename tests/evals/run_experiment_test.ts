import assert from "node:assert/strict";
import { AgentOpError, ATTR, RUN_TAG } from "../../lib/core/mod.ts";
import { evaluate, loadSuiteOf, readySuite } from "../../lib/app/mod.ts";
import { setConcurrency } from "../../lib/evals/mod.ts";
import { Slots } from "../../lib/evals/experiment/slots.ts";
import { EvalBench } from "../support/eval_bench.ts";

const SUITE = `
name: echoes
agent: ./echo.yaml
variants:
  - { name: small, set: { model: mistral-small-latest } }
  - { name: large, set: { model: mistral-large-latest } }
repeats: 2
cases:
  - { id: one, prompt: "say {{want}}", vars: { want: "uno" } }
  - { id: two, prompt: "say {{want}}", vars: { want: "due" }, scorers: [{ regex: "^It is" }] }
scorers:
  - contains: "{{want}}"
  - completed
`;

Deno.test("runExperiment() runs variants × cases × repeats, each a run in its group, and keeps their scores", async () => {
  await using bench = await EvalBench.open();
  const seen: number[] = [];
  const experiment = await bench.evaluate(SUITE, { onProgress: ({ done }) => seen.push(done) });
  assert.equal(experiment.status, "completed");
  assert.deepEqual([experiment.planned, experiment.done, experiment.passed, experiment.errors], [8, 8, 4, 0]);
  assert.deepEqual(seen.toSorted((a, b) => a - b), [1, 2, 3, 4, 5, 6, 7, 8]);
  const { results, variants } = await bench.report(experiment);
  assert.deepEqual(
    results.map(({ variant, caseId, repeat, scores }) => [
      variant,
      caseId,
      repeat,
      ...scores.map((it) => `${it.scorer} ${it.value} ${it.passed}`),
    ]),
    ["small", "large"].flatMap((variant) =>
      ["one", "two"].flatMap((id) =>
        [1, 2].map((repeat) => {
          const [value, passed] = variant === "small" ? [1, true] : [0, false];
          return [
            variant,
            id,
            repeat,
            `contains ${value} ${passed}`,
            "completed 1 true",
            ...(id === "two" ? [`regex ${value} ${passed}`] : []),
          ];
        })
      )
    ),
  );
  assert.deepEqual(
    variants.map(({ name, runs, cases, scores }) => [name, runs, cases, scores.map((it) => it.mean)]),
    [
      ["small", 4, 2, [1, 1, 1]],
      ["large", 4, 2, [0, 1, 0]],
    ],
  );
  const { runs } = await bench.store.listRuns({ filter: { group: experiment.experimentId } });
  assert.equal(runs.length, 8);
  assert.deepEqual(new Set(runs.map((run) => run.prompt)), new Set(["say uno", "say due"]));
  assert.equal(
    experiment.costUsd,
    Number(runs.reduce((sum, run) => sum + run.totals.costUsd, 0).toFixed(12)),
  );
  const page = await bench.store.listEvaluations({ filter: { group: experiment.experimentId } });
  assert.equal(page.evaluations.length, 20);
  for (const { run, result } of page.evaluations) {
    const { [RUN_TAG.case]: caseId, [RUN_TAG.variant]: variant, [RUN_TAG.repeat]: repeat } = run.tags;
    assert.deepEqual(result, {
      experimentId: experiment.experimentId,
      variant,
      caseId,
      repeat: Number(repeat),
    });
  }
  await assert.rejects(bench.store.resolveRun("last"), /no|not/, "cases are not the last run of a person");
});

Deno.test("runExperiment() goes on with what is left and repeats nothing", async () => {
  await using bench = await EvalBench.open();
  const stop = new AbortController();
  const cut = await bench.evaluate(SUITE, {
    concurrency: 1,
    signal: stop.signal,
    onProgress: ({ done }) => done === 3 && stop.abort(new Error("enough")),
  });
  assert.equal(cut.status, "cancelled");
  assert.equal(cut.done, 3);
  const before = (await bench.report(cut)).results.map((it) => it.runId);
  const whole = await bench.evaluate(SUITE, { resume: cut.experimentId });
  assert.equal(whole.status, "completed");
  assert.equal(whole.done, 8);
  const after = (await bench.report(whole)).results.map((it) => it.runId);
  assert.equal(after.length, 8);
  assert(before.every((id) => after.includes(id)));
  const completed = await bench.store.countRuns({ group: cut.experimentId, status: ["completed"] });
  assert.equal(completed, 8);
  await assert.rejects(bench.evaluate(SUITE, { resume: cut.experimentId }), /it is complete/);
});

Deno.test("an experiment of a suite that no file holds goes on where its suite is given, and says so elsewhere", async () => {
  await using bench = await EvalBench.open();
  const { app } = bench.context;
  const loaded = await loadSuiteOf(app, { text: SUITE.replace("./echo.yaml", `${bench.folder}/echo.yaml`) });
  const stop = new AbortController();
  const { experimentId: resume } = await evaluate(app, loaded, {
    concurrency: 1,
    signal: stop.signal,
    onProgress: () => stop.abort(new Error("enough")),
  });
  await assert.rejects(
    readySuite(app, undefined, { resume }),
    /Cannot go on with experiment \S+: its suite was given by a program, and no file holds it\. Try: studio\.evaluate/,
  );
  assert.equal((await evaluate(app, loaded, { resume })).status, "completed");
});

Deno.test("runExperiment() judges a run that ended before its process died, instead of repeating it", async () => {
  await using bench = await EvalBench.open();
  const stop = new AbortController();
  const cut = await bench.evaluate(SUITE, {
    concurrency: 1,
    limit: 1,
    signal: stop.signal,
    onProgress: () => stop.abort(new Error("enough")),
  });
  await bench.store.indexPending(); // else it is written to beside this
  // As it would be if the process had died between the end of a run and its result.
  const { DatabaseSync } = await import("node:sqlite");
  {
    using database = new DatabaseSync(`${bench.folder}/agentop.db`);
    database.exec("delete from eval_result; update experiment set done = 0, passed = 0, digest = null");
  }
  const [run] =
    (await bench.store.listRuns({ filter: { group: cut.experimentId, status: ["completed"] } })).runs;
  const whole = await bench.evaluate(SUITE, { resume: cut.experimentId });
  assert.deepEqual([whole.done, whole.planned], [4, 4]);
  assert((await bench.report(whole)).results.some((it) => it.runId === run!.runId));
  assert.equal(await bench.store.countRuns({ group: cut.experimentId, status: ["completed"] }), 4);
});

Deno.test("runExperiment() does not go on with a changed suite or a changed agent", async () => {
  await using bench = await EvalBench.open();
  const stop = new AbortController();
  const { experimentId } = await bench.evaluate(SUITE, {
    concurrency: 1,
    signal: stop.signal,
    onProgress: () => stop.abort(new Error("enough")),
  });
  const refused = (yaml: string, why: RegExp) =>
    assert.rejects(bench.evaluate(yaml, { resume: experimentId }), (error) => {
      assert(error instanceof AgentOpError);
      assert.match(error.message, why);
      return true;
    });
  await refused(SUITE.replace("say {{want}}", "shout {{want}}"), /cases or scorers of .* have changed since/);
  await refused(SUITE.replace("mistral-small-latest", "mistral-tiny"), /agent of small has changed since/);
  await bench.write("echo.yaml", "instructions: Another one.\n");
  await refused(SUITE, /agent of small has changed since/);
});

Deno.test("runExperiment() sets the worst case aside for the whole experiment and says why it stops", async () => {
  await using bench = await EvalBench.open({
    agent: "model: mistral-small-latest\ninstructions: You repeat.\nparameters: { maxTokens: 100 }\n",
  });
  const suite = SUITE.replace("  - { name: large, set: { model: mistral-large-latest } }\n", "");
  const free = await bench.evaluate(suite, { repeats: 1, only: ["one"], budgetUsd: 1 });
  const [result] = (await bench.report(free)).results;
  const { traceId } = await bench.store.resolveRun(result!.runId);
  const call = [...(await bench.store.loadTrace(traceId)).spans.values()].find((it) => it.kind === "llm")!;
  const worstCaseUsd = Number(call.attributes[ATTR.reservedUsd]);
  assert(worstCaseUsd > 2 * free.costUsd);
  // Room for two results and the worst case of a third.
  const budgetUsd = worstCaseUsd + 2.5 * free.costUsd;
  const cut = await bench.evaluate(suite, { repeats: 8, concurrency: 8, budgetUsd });
  assert.equal(cut.status, "stopped");
  assert.match(
    cut.reason!,
    /^the budget of \S+ USD does not allow another case: it can cost \$\S+ with \$\S+ spent and \$\S+ reserved, most of it for/,
  );
  assert.equal(cut.done, 3);
  assert(cut.costUsd <= budgetUsd);
  const whole = await bench.evaluate(suite, { resume: cut.experimentId, budgetUsd: 1 });
  assert.deepEqual([whole.status, whole.done], ["completed", 16]);
});

const JUDGED = `
name: judged
agent: ./echo.yaml
cases: [{ id: one, prompt: say uno }]
scorers: [{ judge: { model: mistral-large-latest, rubric: It says uno. } }]
`;
const JUDGE = `
name: judge
match: { agent: You judge }
steps: [{ text: '{"reasoning": "It does.", "score": 1}' }]
---
name: echo
steps: [{ text: "It is uno." }]
`;
const BRIEF = "model: mistral-small-latest\ninstructions: You repeat.\nparameters: { maxTokens: 10 }\n";

Deno.test("a case whose judge there was too little money for is judged later, and not run again", async () => {
  await using bench = await EvalBench.open({ scenario: JUDGE, agent: BRIEF });
  const cut = await bench.evaluate(JUDGED, { budgetUsd: 0.0004 });
  assert.deepEqual([cut.status, cut.done], ["stopped", 0]);
  const whole = await bench.evaluate(JUDGED, { resume: cut.experimentId, budgetUsd: 1 });
  assert.deepEqual([whole.status, whole.done, whole.passed], ["completed", 1, 1]);
  const { runs } = await bench.store.listRuns({
    filter: { group: whole.experimentId, status: ["completed"] },
  });
  assert.deepEqual(runs.map((run) => run.agent).sort(), ["echo", "judge"]);
});

Deno.test("what judges cost is told apart, and is spent when the experiment goes on", async () => {
  await using bench = await EvalBench.open({ scenario: JUDGE, agent: BRIEF });
  const stop = new AbortController();
  let toldUsd = 0;
  const cut = await bench.evaluate(JUDGED, {
    repeats: 2,
    concurrency: 1,
    signal: stop.signal,
    onProgress: ({ costUsd }) => {
      toldUsd = costUsd;
      stop.abort(new Error("enough"));
    },
  });
  const { judging, variants } = await bench.report(cut);
  assert.equal(judging.runs, 1);
  assert(judging.costUsd > cut.costUsd && cut.costUsd > 0);
  assert.equal(variants[0]!.costUsd, cut.costUsd);
  assert(Math.abs(toldUsd - cut.costUsd - judging.costUsd) < 1e-9);
  const budgetUsd = cut.costUsd + judging.costUsd;
  const more = await bench.evaluate(JUDGED, { resume: cut.experimentId, repeats: 2, budgetUsd });
  assert.deepEqual([more.status, more.done], ["stopped", 1]);
  assert.equal(await bench.store.countRuns({ group: cut.experimentId, status: ["completed"] }), 2);
});

const COMMANDED = (command: string) => `
name: commanded
agent: ./echo.yaml
cases: [{ id: one, prompt: say uno }]
scorers: [{ command: ${JSON.stringify(command)} }]
`;

Deno.test("a suite that runs commands is refused before anything is asked, unless a person allows it", async () => {
  await using bench = await EvalBench.open();
  const suite = COMMANDED("echo 1");
  await assert.rejects(bench.evaluate(suite), /Cannot evaluate .*: its scorer command runs a command/);
  assert.deepEqual((await bench.store.listExperiments()).experiments, []);
  assert.equal(await bench.store.countRuns({}), 0);
  assert.equal((await bench.evaluate(suite, { allowCommands: true })).passed, 1);
});

Deno.test("an experiment that is stopped while something is judged is cancelled, and judges it later", async () => {
  await using bench = await EvalBench.open();
  const begun = `${bench.folder}/begun`;
  const suite = COMMANDED(`[ -e '${begun}' ] || { touch '${begun}'; sleep 60; }; echo 1`);
  const stop = new AbortController();
  using watcher = Deno.watchFs(bench.folder);
  const cut = bench.evaluate(suite, { allowCommands: true, signal: stop.signal });
  for await (const { paths } of watcher) if (paths.some((path) => path.endsWith("/begun"))) break;
  stop.abort(new Error("enough"));
  const { status, done, experimentId } = await cut;
  assert.deepEqual([status, done], ["cancelled", 0]);
  const whole = await bench.evaluate(suite, { allowCommands: true, resume: experimentId });
  assert.deepEqual([whole.status, whole.passed], ["completed", 1]);
  assert.equal(await bench.store.countRuns({ group: experimentId }), 1);
});

Deno.test("runExperiment() counts runs that failed as errors, never as zeros", async () => {
  await using bench = await EvalBench.open({
    scenario:
      "name: broken\nmatch: { prompt: uno }\nsteps: [{ faults: [{ status: 500 }, { status: 500 }, { status: 500 }], text: no }]\n" +
      "---\nname: echo\nsteps: [{ text: 'It is {{prompt}}.' }]\n",
  });
  const experiment = await bench.evaluate(SUITE, { repeats: 1 });
  assert.equal(experiment.status, "completed");
  assert.deepEqual([experiment.done, experiment.passed, experiment.errors], [4, 2, 2]);
  const { variants, gate } = await bench.report(experiment, { scorer: "contains", failBelow: 0.5 });
  const contains = variants[0]!.scores.find((it) => it.scorer === "contains")!;
  assert.deepEqual([contains.n, contains.mean, contains.errors], [1, 1, 1]);
  assert.equal(variants[0]!.scores.find((it) => it.scorer === "completed")!.mean, 0.5);
  assert.equal(gate.verdict, "inconclusive");
  assert.match(gate.reason, /50 % of the scores of contains are errors/);
});

Deno.test("a suite judges stored runs without asking a model, and keeps earlier scores", async () => {
  await using bench = await EvalBench.open();
  const first = await bench.evaluate(SUITE, { repeats: 1 });
  const requests = bench.simulator.requests;
  const judged = await bench.evaluate(`
name: again
source: recorded
cases: [{ runs: "group:${first.experimentId} model:small" }]
scorers: [{ contains: It is }]
`);
  assert.deepEqual([judged.done, judged.passed], [2, 2]);
  assert.equal(bench.simulator.requests, requests);
  const { results } = await bench.report(judged);
  assert.deepEqual(results.map((it) => it.scores.map((score) => score.scorer)), [["contains"], ["contains"]]);
  const trace = await bench.store.loadTrace((await bench.store.resolveRun(results[0]!.runId)).traceId);
  assert(trace.evaluations.length > 1, "scores of the first experiment are still there");
  assert.equal((await bench.report(first)).results.length, 4);
});

Deno.test("a hybrid suite answers from what is on record and pays for what changed", async () => {
  await using bench = await EvalBench.open();
  const first = await bench.evaluate(SUITE, { repeats: 1 });
  const before = bench.simulator.requests;
  const suite = (set: string) => `
name: replays
mode: hybrid
variants: [{ name: same }, { name: other, set: { ${set} } }]
agent: ./echo.yaml
cases: [{ runs: "group:${first.experimentId} model:small" }]
scorers: [{ contains: "{{output}}" }]
`;
  const replayed = await bench.evaluate(suite("model: mistral-large-latest"));
  assert.deepEqual([replayed.done, replayed.passed], [4, 2]);
  assert.equal(bench.simulator.requests - before, 2, "only the changed variant asks");
  const { results, variants } = await bench.report(replayed);
  assert.equal(variants[0]!.costUsd, 0);
  const run = await bench.store.resolveRun(results[0]!.runId);
  assert.equal(run.group, replayed.experimentId);
  assert(run.forkedFrom);
});

Deno.test("a running experiment is told how many cases to do at a time, at once and on record", async () => {
  await using bench = await EvalBench.open({
    scenario: `name: slow\nsteps: [{ text: "It is {{prompt}}.", latencyMs: 60 }]\n`,
  });
  const { store } = bench;
  const { host } = bench.context;
  let set: Promise<unknown> | undefined;
  const experiment = await bench.evaluate(SUITE.replace("repeats: 2", "repeats: 6"), {
    concurrency: 1,
    onProgress: ({ done }) => {
      if (done === 1) set = setConcurrency({ store, host, by: "ada" }, "last", "6");
    },
  });
  await set;
  assert.deepEqual([experiment.status, experiment.done], ["completed", 24]);
  const { runs } = await store.listRuns({ filter: { group: experiment.experimentId }, sort: "oldest" });
  const overlapping = runs.filter((run, at) => {
    const before = runs[at - 1];
    return before !== undefined && before.endTimeUs! > run.startTimeUs;
  });
  assert.ok(overlapping.length > 0, "cases ran side by side");
  const changes = await store.experimentChanges(experiment.experimentId);
  assert.deepEqual(changes.map(({ concurrency, by, isTaken }) => [concurrency, by, isTaken]), [[
    6,
    "ada",
    true,
  ]]);
  const refused = (value: string) => setConcurrency({ store, host }, experiment.experimentId, value);
  await assert.rejects(refused("4"), /Cannot set the concurrency .*it is completed/);
  await assert.rejects(refused("0"), /a whole number from 1 to 1000: got "0"/);
});

Deno.test("Slots.resize() lets those who wait in, and takes none from those who hold one", async () => {
  const slots = new Slots(1);
  const order: number[] = [];
  const hold = async (name: number) => {
    const giveBack = await slots.take();
    order.push(name);
    return giveBack;
  };
  const first = await hold(1);
  const [second, third] = [hold(2), hold(3)];
  slots.resize(2);
  const giveSecond = await second;
  assert.deepEqual(order, [1, 2]);
  slots.resize(1);
  first();
  first();
  await Promise.resolve();
  assert.deepEqual(order, [1, 2], "two were held, one is free to be held");
  giveSecond();
  (await third)();
  assert.deepEqual(order, [1, 2, 3]);
  const [again, waits] = [await hold(4), hold(5)];
  again();
  (await waits)();
});
