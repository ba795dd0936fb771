import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { type AgentConfig, parseAgentFile } from "../../lib/agent/mod.ts";
import { bisectRuns } from "../../lib/evals/bisect.ts";
import { BisectSearch } from "../../lib/evals/bisect_search.ts";
import { applyConfigEdits, configEdits } from "../../lib/evals/config_edits.ts";
import { createJudge } from "../../lib/evals/judge.ts";
import type { Run } from "../../lib/core/mod.ts";
import { loadScorers } from "../../lib/scorers/mod.ts";
import { CliHome } from "../support/cli.ts";
import { Bench } from "../support/replay_bench.ts";

const AGENT = `
model: mistral-small-latest
instructions: |
  You add.
  Be brief.
  Be kind.
parameters: { temperature: 0.2 }
tools: [calculator, current_time]
`;
/** Adds when told so, unless it is to be careless; a third one answers right every second time only. */
const SCENARIOS = `
name: careless
match: { agent: "careless" }
steps: [{ text: "It is 4." }]
---
name: adder
match: { agent: "You add" }
steps:
  - toolCalls: [{ name: calculator, arguments: { expression: 1 + 2 } }]
  - text: "The sum is {{toolResult:calculator}}."
`;

const open = () => Bench.open({ agent: AGENT, scenario: SCENARIOS });
const configOf = ({ original }: Bench) => original.config as unknown as AgentConfig;

async function runWith(bench: Bench, change: Partial<AgentConfig>): Promise<Run> {
  const runner = await bench.context.app.createRunner();
  return await runner.run({ ...configOf(bench), ...change }, { prompt: "Add." });
}

async function bisect({ context }: Bench, good: Run, bad: Run, by: { check?: string; scorer?: string }) {
  const services = await context.app.replayServices();
  return await bisectRuns(services, good, bad, { judge: await createJudge(services, by), replay: {} });
}

Deno.test("bisect names the line of the instructions that makes the answer bad, by a check and by a scorer", async () => {
  await using bench = await open();
  const bad = await runWith(bench, {
    instructions: "Hello!\nYou add.\nBe careless.\nBe kind.\nAnd quick.\n",
    parameters: { maxTokens: 99, seed: 4 },
    limits: { ...configOf(bench).limits, maxSteps: 7 },
    tools: configOf(bench).tools.filter((tool) => tool.name !== "current_time"),
  });
  for (
    const by of [{ check: "grep -q 'sum is 3'" }, { scorer: "numeric=3" }, {
      scorer: "tool_called=calculator",
    }]
  ) {
    const found = await bisect(bench, bench.original, bad, by);
    assert.deepEqual(found.edits.map(({ key, line }) => line === undefined ? key : `${key}:${line}`), [
      "instructions:1",
      "instructions:2",
      "instructions:4",
      "parameters.temperature",
      "parameters.maxTokens",
      "parameters.seed",
      "limits.maxSteps",
      "tools.current_time",
    ]);
    assert.deepEqual(found.culprit, {
      key: "instructions",
      line: 2,
      good: "Be brief.",
      bad: "Be careless.",
    });
    assert.deepEqual(found.trials.map((it) => [it.edits, it.passed]), [
      [8, false],
      [4, false],
      [2, false],
      [1, true],
      [1, false],
    ]);
  }
});

Deno.test("bisect keeps what a scorer says with each trial", async () => {
  await using bench = await open();
  const bad = await runWith(bench, { instructions: "You are careless.", model: "mistral-large-latest" });
  const { trials } = await bisect(bench, bench.original, bad, { scorer: "numeric={value: 3, which: last}" });
  assert.deepEqual(
    trials.map((it) => it.passed),
    [false, true, false],
    "all changes, the model alone, the words alone",
  );
  const store = bench.store;
  const trial = await store.resolveRun(trials[1]!.runId);
  const { evaluations } = await store.loadTrace(trial.traceId);
  assert.deepEqual(
    evaluations.map(({ name, value, label, explanation, source }) => ({
      name,
      value,
      label,
      explanation,
      source,
    })),
    [
      { name: "numeric", value: 1, label: "pass", explanation: "found 3", source: "bisect" },
    ],
  );
  assert.deepEqual((await store.loadTrace(bench.original.traceId)).evaluations, []);
});

Deno.test("bisect does not blame the configuration for what the data did", async () => {
  await using home = await CliHome.create();
  const data = `${home.path}/agents/data`;
  await Deno.mkdir(data, { recursive: true });
  await Deno.writeTextFile(`${data}/sales.csv`, "region,revenue\nnorth,10.00\n");
  await Deno.writeTextFile(
    `${home.path}/agents/clerk.yaml`,
    "model: mistral-small-latest\ninstructions: You are the researcher.\n" +
      "tools: [calculator, { list_files: { root: ./data } }, { read_file: { root: ./data } }]\n",
  );
  const ask = (...more: string[]) =>
    home.run(["run", "clerk", "How many rows in sales.csv and what is the total revenue?", ...more]);
  await ask();
  await Deno.writeTextFile(`${data}/sales.csv`, "south,5.00\n", { append: true });
  await ask("--set", "temperature=0");
  const [good, bad] = ["last~1", "last"];
  const by = ["--scorer", "numeric=10.00"];
  const found = await home.run(["bisect", good!, bad!, ...by, "--json"]);
  assert.equal(found.code, 1, found.stderr);
  const { culprit, difference, trials } = found.json();
  assert.equal(culprit, null);
  assert.deepEqual(difference, { step: 2, kind: "tool", name: "list_files" });
  assert.deepEqual(trials.map((it: { passed: boolean }) => it.passed), [true]);
  const said = await home.run(["bisect", found.json().good, found.json().bad, ...by]);
  assert.match(
    said.stdout,
    /The configuration is not the cause[^\n]*\nThe runs differ first at step 2, tool list_files/,
  );
});

Deno.test("bisect says in one line why it cannot search", async () => {
  await using bench = await open();
  const bad = await runWith(bench, { instructions: "You are careless." });
  const refused = async (good: Run, other: Run, by: { check?: string; scorer?: string }, message: RegExp) => {
    await assert.rejects(bisect(bench, good, other, by), (error: Error) => {
      assert.match(error.message, message);
      assert.match(error.message, /^Cannot [^\n]+Try: [^\n]+$/);
      return true;
    });
  };
  const check = "grep -q 'sum is 3'";
  const before = (await bench.store.listRuns()).runs.length;
  await refused(bad, bench.original, { check }, /the good run fails the check/);
  await refused(bad, bench.original, { scorer: "numeric=3" }, /the good run fails: wanted 3, nearest is 4/);
  await refused(bench.original, bad, { check: "true" }, /the bad run passes the check/);
  await refused(bench.original, bad, { scorer: "completed" }, /the bad run passes: the run is completed/);
  await refused(bench.original, bench.original, { check }, /their configurations are the same/);
  await refused(bench.original, bad, { check: "no-such-command-here" }, /the command could not be run/);
  await refused(bench.original, bad, { scorer: "numerc=3" }, /there is no such scorer. Try: numeric/);
  await refused(bench.original, bad, {}, /nothing says what is good/);
  await refused(bench.original, bad, { check, scorer: "completed" }, /two things say what is good/);
  assert.equal((await bench.store.listRuns()).runs.length, before);
});

Deno.test("bisect --help names every scorer, and the command prints what it found", async () => {
  await using home = await CliHome.create();
  const help = await home.run(["bisect", "--help"]);
  const names = help.stdout.split("Scorers: ")[1]!.split("\n\n")[0]!.trim().split(/,\s+/);
  assert.deepEqual(names, (await loadScorers()).map((factory) => factory.name));
  await Deno.mkdir(join(home.path, "agents"));
  await Deno.writeTextFile(join(home.path, "agents/parrot.yaml"), "model: sim-echo\ninstructions: Answer.\n");
  const ask = ["run", "parrot", "Polly?", "--json"];
  const good = await home.run(ask);
  await home.run([...ask, "--set", "model=mistral-small-latest"]);
  const found = await home.run(["bisect", good.json().runId, "last", "--scorer", "exact=Polly?"]);
  assert.equal(found.code, 0, found.stderr);
  assert.match(
    found.stdout,
    /^✗ bad [^\n]* with 1 of 1 change [^\n]*\nmodel makes it bad:\n {2}- sim-echo\n {2}\+ mistral-small-latest\n/,
  );
});

Deno.test("BisectSearch.passes() needs more than half of the tries and stops as soon as it is decided", async () => {
  await using bench = await open();
  for (
    const [verdicts, repeat, passes, tries] of [
      [[true, true], 3, true, 2],
      [[false, true, false], 3, false, 3],
      [[false, false], 3, false, 2],
      [[true, false, true], 3, true, 3],
      [[true, false], 2, false, 2],
      [[false], 1, false, 1],
    ] as const
  ) {
    const answers = [...verdicts];
    const judge = () => Promise.resolve({ passed: answers.shift()! });
    const search = new BisectSearch(
      await bench.context.app.replayServices(),
      bench.original,
      () => configOf(bench),
      {
        judge: { judge, judgeAndKeep: judge },
        repeat,
        replay: {},
      },
    );
    assert.equal(await search.passes(1), passes);
    assert.equal(search.trials.length, tries);
  }
});

Deno.test("configEdits() law: taking over every edit gives the other configuration's instructions", async () => {
  const base = await parseAgentFile(AGENT, "agents/adder.yaml");
  const text = fc.array(fc.constantFrom("a", "b", "", "c d"), { maxLength: 8 }).map((it) => it.join("\n"));
  fc.assert(fc.property(text, text, (good, bad) => {
    const [left, right] = [{ ...base, instructions: good }, { ...base, instructions: bad }];
    const edits = configEdits(left, right);
    assert.deepEqual(applyConfigEdits(left, edits), right);
    assert.equal(edits.length === 0, good === bad);
  }));
});
