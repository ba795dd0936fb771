import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseScenarios, type Simulator, startSimulator } from "../../../lib/simulator/mod.ts";
import { CliHome } from "../../support/cli.ts";

const SCENARIO = `
name: wrong
match: { model: "*large*", prompt: "[3-9]" }
steps: [{ text: "wrong" }]
---
name: echo
steps: [{ text: "It is {{prompt}}." }]
`;
const SUITE = `
name: digits
agent: ../echo.yaml
cases: [{ file: cases.csv }]
scorers: [{ contains: "It is {{prompt}}" }, completed]
gate: { scorer: contains, failBelow: 0.9 }
`;

class EvalHome implements AsyncDisposable {
  private constructor(readonly home: CliHome, readonly simulator: Simulator) {}

  static async open(suite = SUITE): Promise<EvalHome> {
    const home = await CliHome.create();
    const scenarios = await parseScenarios(SCENARIO, "test.yaml");
    const opened = new EvalHome(home, await startSimulator({ scenarios }));
    await Deno.mkdir(join(home.path, "evals"));
    await opened.write("echo.yaml", "model: mistral-small-latest\ninstructions: You repeat.\n");
    await opened.write("evals/digits.yaml", suite);
    await opened.write(
      "evals/cases.csv",
      `id,prompt\n${[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `c${n},${n}`).join("\n")}\n`,
    );
    return opened;
  }

  async write(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(join(this.home.path, name), text);
  }

  get env() {
    return { MISTRAL_SERVER_URL: this.simulator.url, MISTRAL_API_KEY: "test" };
  }

  run(...args: readonly string[]) {
    return this.home.run(args, { env: this.env });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.simulator.close();
    await this.home[Symbol.asyncDispose]();
  }
}

Deno.test("eval runs a suite, gates it, reports it elsewhere, and compares it with an earlier one", async () => {
  await using eval_ = await EvalHome.open();
  const good = await eval_.run(
    "eval",
    "digits",
    "--json",
    "--junit",
    "scores.xml",
    "--markdown",
    "scores.md",
  );
  assert.equal(good.code, 0, good.stderr);
  assert.equal(good.stderr, "");
  const document = good.json();
  assert.deepEqual(
    [document.suite, document.status, document.results.length, document.gate.verdict],
    ["digits", "completed", 10, "pass"],
  );
  const [variant] = document.variants;
  assert.deepEqual(
    [
      variant.name,
      variant.cases,
      variant.repeats,
      variant.runs,
      variant.scores[0].mean,
      variant.scores[0].ci95,
    ],
    ["../echo.yaml", 10, 1, 10, 1, [1, 1]],
  );
  assert.match(
    await Deno.readTextFile(join(eval_.home.path, "scores.xml")),
    /<testsuite name="digits\/[^"]*" tests="10" failures="0" errors="0"/,
  );
  assert.match(await Deno.readTextFile(join(eval_.home.path, "scores.md")), /✅ digits: pass/);

  const bad = await eval_.run(
    "eval",
    "digits",
    "--set",
    "model=mistral-large-latest",
    "--baseline",
    "last",
    "--json",
  );
  assert.equal(bad.code, 1, bad.stderr);
  assert.equal(bad.json().gate.verdict, "regression");
  assert.equal(bad.json().gate.baseline, document.experimentId);

  const compared = await eval_.run("compare", "last~1", "last", "--json");
  assert.equal(compared.code, 1);
  const { scorers, pairs } = compared.json();
  assert.equal(pairs, 10);
  const contains = scorers.find((it: { scorer: string }) => it.scorer === "contains");
  assert.deepEqual([contains.difference, contains.verdict, contains.changed.length], [-0.7, "worse", 7]);
  const [{ leftRunId, rightRunId }] = contains.changed;
  const diff = await eval_.run("diff", leftRunId, rightRunId);
  assert.equal(diff.code, 1);

  const listed = (await eval_.run("experiments", "--json")).json();
  assert.deepEqual(listed.map((it: { passed: number }) => it.passed), [3, 10]);
  const text = await eval_.run("experiments", "last");
  assert.match(text.stdout, /contains +0\.3 /);
  assert.match(text.stdout, /✗ c9 .*contains 0: /);
  assert.match(text.stdout, /RESULTS, THE WORST FIRST\n✗ [^]*✓ /);
  const failed = await eval_.run("experiments", "last", "--failed", "--limit", "2");
  assert.match(failed.stdout, /NOT PASSED\n✗ .*\n✗ .*\n5 more/);

  using database = new DatabaseSync(eval_.home.storePath);
  database.exec("update experiment set done = -1 where id = 1");
  const rest = await eval_.run("experiments");
  assert.match(rest.stderr, /1 experiment damaged and left out\. Try: agentop db verify/);
  assert.equal(rest.stdout.trim().split("\n").length, 2);
});

Deno.test("eval is undecided with few cases, and says how many more would do", async () => {
  await using eval_ = await EvalHome.open();
  const { code, stdout } = await eval_.run(
    "eval",
    "digits",
    "--set",
    "model=mistral-large-latest",
    "--only",
    "c2",
    "--only",
    "c3",
    "--fail-below",
    "0.6",
  );
  assert.equal(code, 3);
  assert.match(
    stdout,
    /gate: inconclusive: contains 0\.5 over 2 cases is below 0\.6, but .*: about \d+ more cases/,
  );
});

Deno.test("eval that was killed goes on without repeating a finished case, and not with another suite", async () => {
  await using eval_ = await EvalHome.open(`${SUITE}repeats: 20\nconcurrency: 2\n`);
  const child = eval_.home.start(["eval", "digits", "--json"], { env: eval_.env });
  const finished = async () => {
    try {
      const [one] = (await eval_.run("experiments", "--json")).json();
      return one?.done ?? 0;
    } catch {
      return 0; // the store is not there yet
    }
  };
  while (await finished() < 3);
  child.kill("SIGKILL");
  await child.status;
  await Promise.all([child.stdout.cancel(), child.stderr.cancel(), child.stdin.close().catch(() => {})]);
  const [cut] = (await eval_.run("experiments", "--json")).json();
  assert.equal(cut.status, "interrupted");
  const before = (await eval_.run("experiments", "last", "--json")).json().results;
  assert.equal(before.length, cut.done);
  const whole = await eval_.run("eval", "--resume", "last", "--json");
  assert.equal(whole.code, 0, whole.stderr);
  const { results, experimentId } = whole.json();
  assert.equal(results.length, 200);
  assert.equal(experimentId, cut.experimentId);
  const after = new Set(results.map((it: { runId: string }) => it.runId));
  assert(before.every((it: { runId: string }) => after.has(it.runId)));
  assert.equal(
    await eval_.home.withStore((store) => store.countRuns({ group: experimentId, status: ["completed"] })),
    200,
  );
});

Deno.test("baseline check says what no longer looks like the baseline, with the difference", async () => {
  await using eval_ = await EvalHome.open();
  for (const model of ["small", "small", "large"]) {
    const { code } = await eval_.run("run", "./echo.yaml", "say 7", "--set", `model=mistral-${model}-latest`);
    assert.equal(code, 0);
  }
  assert.equal((await eval_.run("baseline", "set", "seven", "last~2")).code, 0);
  assert.match((await eval_.run("baseline", "list")).stdout, /^seven /m);
  const alike = await eval_.run("baseline", "check", "seven", "last~1", "--ignore", "time", "--json");
  assert.equal(alike.code, 0, alike.stdout);
  assert.equal(alike.json().passed, true);
  const other = await eval_.run("baseline", "check", "seven", "last", "--ignore", "time");
  assert.equal(other.code, 1);
  assert.match(other.stdout, /✗ answer +similarity: /);
  assert.match(other.stdout, /✗ cost /);
  assert.match(other.stdout, /Answer\n/);
  const missing = await eval_.run("baseline", "check", "sevn", "last");
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /there is none of that name\. Try: seven/);
});

Deno.test("compare says that two experiments have no case in common", async () => {
  await using eval_ = await EvalHome.open();
  await eval_.run("eval", "digits", "--only", "c1");
  await eval_.run("eval", "digits", "--only", "c2");
  const { code, stderr } = await eval_.run("compare", "last~1", "last");
  assert.equal(code, 2);
  assert.match(stderr, /they have no case in common/);
});
