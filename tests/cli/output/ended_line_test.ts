import assert from "node:assert/strict";
import { warningLines } from "../../../lib/cli/output/ended_line.ts";
import { CliHome } from "../../support/cli.ts";
import { fakeHost } from "../../support/fake_host.ts";
import { sampleRun } from "../../support/sample_run.ts";

const WHY = /Cannot call sim-401 at [\w.:]+: 401: Unauthorized/;
const REMEDY = "check MISTRAL_API_KEY";

/** How often a person is told to try something. */
const tries = (text: string) => text.split("Try:").length - 1;

async function homeWith(name: string, yaml: string): Promise<CliHome> {
  const home = await CliHome.create();
  await Deno.mkdir(`${home.path}/agents`);
  await Deno.writeTextFile(`${home.path}/agents/${name}.yaml`, yaml);
  return home;
}

Deno.test("what a failed run ended with has its remedy as a field, and every command says it once", async () => {
  await using home = await homeWith("refused", "model: sim-401\n");
  const run = await home.run(["run", "refused", "hi"]);
  assert.equal(run.code, 1);
  assert.match(
    run.stderr,
    /^agentop: Cannot finish refused: Cannot call sim-401 at \S+: 401: Unauthorized\. Try: check MISTRAL_API_KEY$/m,
  );
  assert.equal(tries(run.stderr), 1);

  const { run: document, spans } = (await home.run(["show", "last", "--json"])).json();
  assert.deepEqual(Object.keys(document.error), ["type", "message", "remedy"]);
  assert.equal(document.error.remedy, REMEDY);
  assert.match(document.error.message, new RegExp(`${WHY.source}$`));
  const messages = spans.flatMap((span: { errorMessage?: string | null }) => span.errorMessage ?? []);
  assert(messages.length > 0 && messages.every((text: string) => tries(text) === 0), "spans keep the reason");

  const shown = await home.run(["show", "last"]);
  assert.match(shown.stdout, new RegExp(`${WHY.source}\\. Try: ${REMEDY}`));
  assert.equal(tries(shown.stdout), 1);

  const page = `${home.path}/run.html`;
  assert.equal((await home.run(["export", "html", "last", "--out", page])).code, 0);
  assert.equal(tries(await Deno.readTextFile(page)), 1);
});

Deno.test("replays of a failed run end with the same remedy, said once", async () => {
  await using home = await homeWith("refused", "model: sim-401\n");
  const original = (await home.run(["run", "refused", "hi", "--json"])).json();
  assert.equal(original.error.remedy, REMEDY);
  for (const mode of ["recorded", "live"]) {
    const replay = await home.run(["replay", original.runId, "--mode", mode]);
    const { run } = (await home.run(["show", "last", "--json"])).json();
    assert.notEqual(run.runId, original.runId);
    assert.equal(run.error.remedy, REMEDY, mode);
    assert.match(run.error.message, WHY);
    if (mode === "recorded") {
      assert.equal(run.error.message, original.error.message);
      assert.equal(replay.stderr, "", "nothing is wrong with a replay that ends as its original did");
    } else {
      assert.match(replay.stderr, /^agentop: Cannot finish the replay: .*\. Try: check MISTRAL_API_KEY$/m);
      assert.equal(tries(replay.stderr), 1);
    }
  }
});

Deno.test("a run stopped by its budget says what its budget needs, and nothing twice", async () => {
  await using home = await homeWith("poor", "model: mistral-small-latest\n");
  const run = await home.run(["run", "poor", "hi", "--budget", "0.0000001"]);
  assert.equal(run.code, 3);
  assert.match(run.stderr, /Stopped poor: .* reserved\. Try: agentop resume [\w-]+ --budget 0\.0013$/m);
  assert.equal(tries(run.stderr), 1);
});

Deno.test("a run stopped by its steps names the flag that lets it go on, and resume with it does", async () => {
  const yaml = "model: mistral-small-latest\ntools: [calculator]\nlimits: { maxSteps: 1 }\n";
  await using home = await homeWith("short", yaml);
  const prompt = "What is 17% of 240?";
  const { error, runId } = (await home.run(["run", "short", prompt, "--json"])).json();
  assert.deepEqual([error.type, error.remedy], ["max_steps", `agentop resume ${runId} --max-steps 2`]);
  const shown = await home.run(["show", runId]);
  assert.match(shown.stdout, /max_steps/);
  assert.equal(tries(shown.stdout), 1);
  const run = await home.run(["run", "short", prompt]);
  assert.match(run.stderr, /^agentop: Stopped short: .*\. Try: agentop resume [\w-]+ --max-steps 2$/m);
  assert.equal(tries(run.stderr), 1);
  const once = await home.run(["resume", runId, "--max-steps", "2"]);
  assert.match(once.stderr, /Stopped short: the limit of 2 steps .*--max-steps 4$/m);
  const done = await home.run(["resume", runId, "--max-steps", "4"]);
  assert.deepEqual([done.code, /40\.8/.test(done.stdout)], [0, true]);
  const replay = (await home.run(["replay", runId, "--mode", "recorded", "--json"])).json();
  assert.equal(replay.status, "completed");
});

Deno.test("warningLines() names each warning in one safe line", () => {
  const run = sampleRun(fakeHost());
  const warnings = [{ type: "parts_dropped", message: "images\nwere \x1b[2Jleft out" }];
  assert.deepEqual(warningLines({ ...run, warnings }), [
    "agentop: Warning: images were \\x1b[2Jleft out",
  ]);
  assert.deepEqual(warningLines(run), []);
});

Deno.test("a cut answer is a warning in every command, and with --strict a failure", async () => {
  await using home = await homeWith("short", "model: mistral-small-latest\nparameters: { maxTokens: 5 }\n");
  const warning = /^agentop: Warning: the answer was cut off by its limit of tokens \(maxTokens: 5\)$/m;
  const run = await home.run(["run", "short", "hello"]);
  assert.deepEqual([run.code, run.stdout.trim() !== ""], [0, true]);
  assert.match(run.stderr, warning);
  const document = (await home.run(["run", "short", "hello", "--json"])).json();
  assert.deepEqual([document.status, document.finishReason], ["completed", "length"]);
  assert.deepEqual(document.warnings.map((it: { type: string }) => it.type), ["cut_off"]);
  assert.match((await home.run(["runs"])).stdout, /✓ +\w+ +cut short +short/);
  assert.equal((await home.run(["runs", "--json"])).json()[0].warnings[0].type, "cut_off");
  assert.match((await home.run(["show", "last"])).stdout, /warning +cut_off the answer was cut off/);
  const [row] = (await home.run(["sql", "select finish_reason, warnings from runs limit 1", "--json"]))
    .json();
  assert.deepEqual([row.finish_reason, JSON.parse(row.warnings)[0].type], ["length", "cut_off"]);
  const page = `${home.path}/run.html`;
  assert.equal((await home.run(["export", "html", "last", "--out", page])).code, 0);
  assert.match(await Deno.readTextFile(page), /<b class="warn">cut_off<\/b> the answer was cut off/);

  const strict = await home.run(["run", "short", "hello", "--strict"]);
  assert.equal(strict.code, 1);
  assert.match(
    strict.stderr,
    /^agentop: Cannot finish short: the answer was cut off .*\. Try: --set maxTokens=10$/m,
  );
});
