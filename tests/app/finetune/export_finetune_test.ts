import assert from "node:assert/strict";
import { join } from "node:path";
import { exportFinetune, lineProblem, loadSchemaCheck } from "../../../lib/app/finetune/mod.ts";
import type { FinetuneExportOptions } from "../../../lib/app/finetune/mod.ts";
import { systemHost } from "../../../lib/core/mod.ts";
import { scoreByHand } from "../../../lib/evals/mod.ts";
import { EvalBench } from "../../support/eval_bench.ts";

const TOPICS = [
  "bread",
  "the moon",
  "tax law",
  "violins",
  "rain in May",
  "old maps",
  "bees",
  "granite",
  "chess",
  "salt",
];
const SUITE = `
agent: ./echo.yaml
cases:
${
  TOPICS.map((it, n) => `  - { id: c${n}, prompt: "Say something true about ${it}, in a sentence." }`).join(
    "\n",
  )
}
scorers: [completed]
`;
const SCENARIO = `
name: sum
match: { prompt: "sum of 2 and 3" }
steps:
  - { text: "Let me see.", toolCalls: [{ name: calculator, arguments: { expression: "2 +" } }] }
  - { toolCalls: [{ name: calculator, arguments: { expression: "2+3" } }] }
  - { text: "It is 5." }
---
name: echo
steps: [{ text: "It is {{prompt}}." }]
`;
const AGENT = "model: mistral-small-latest\ninstructions: You repeat.\ntools: [calculator]\n";

const BASE = {
  minScores: {},
  labels: {},
  against: ["none"],
  signal: new AbortController().signal,
} satisfies Partial<FinetuneExportOptions>;

async function lines(path: string): Promise<readonly Record<string, unknown>[]> {
  const text = await Deno.readTextFile(path);
  return text.split("\n").filter((it) => it !== "").map((it) => JSON.parse(it));
}

async function bench() {
  const opened = await EvalBench.open({ scenario: SCENARIO, agent: AGENT });
  await opened.evaluate(SUITE);
  return opened;
}

Deno.test("exportFinetune() writes each kept run once, validated, split by case, with its lineage, always the same", async () => {
  await using it = await bench();
  const { app } = it.context;
  // The same cases once more, and a case with tool calls, one of which fails.
  await it.evaluate(SUITE);
  await it.evaluate(`
agent: ./echo.yaml
cases: [{ id: sum, prompt: "What is the sum of 2 and 3?" }]
scorers: [completed]
`);
  const out = join(it.folder, "data");
  const report = await exportFinetune(app, { ...BASE, out, validation: 0.3, usdPerMillion: 2 });
  assert.equal(report.runs, 21);
  assert.equal(report.train.lines + report.validation.lines, 11);
  assert.deepEqual(report.leftOut, [{ reason: "the same line is there already", count: 10 }]);
  assert(report.validation.lines > 0 && report.train.lines > report.validation.lines);
  assert.equal(report.costUsd, report.train.tokens * 3 * 2 / 1e6);

  const check = await loadSchemaCheck();
  const train = await lines(report.train.path);
  const all = [...train, ...await lines(report.validation.path)] as never[];
  for (const line of all) assert.equal(lineProblem(line, check), undefined);
  const lineage = await lines(join(out, "lineage.jsonl"));
  assert.equal(lineage.length, 11);
  for (const { file, line, runId } of lineage) {
    const written = (file === "train.jsonl" ? train : await lines(report.validation.path))[Number(line) - 1]!;
    const run = await it.store.resolveRun(String(runId));
    assert(JSON.stringify(written).includes(JSON.stringify(run.prompt)), run.prompt);
  }

  const sum = all.find((line) => JSON.stringify(line).includes("sum of 2 and 3")) as never as {
    readonly messages: readonly {
      readonly role: string;
      readonly weight?: number;
      readonly content?: string;
    }[];
    readonly tools: readonly { readonly function: { readonly name: string } }[];
  };
  assert.deepEqual(sum.messages.map(({ role, weight }) => [role, weight]), [
    ["system", undefined],
    ["user", undefined],
    ["assistant", 0], // its call was wrong
    ["tool", undefined],
    ["assistant", 1],
    ["tool", undefined],
    ["assistant", 1],
  ]);
  assert.deepEqual(sum.tools.map((tool) => tool.function.name), ["calculator"]);
  assert.equal(report.textsLeftOut, 1);

  const again = join(it.folder, "again");
  await exportFinetune(app, { ...BASE, out: again, validation: 0.3, usdPerMillion: 2 });
  for (const name of ["train.jsonl", "validation.jsonl", "lineage.jsonl", "report.json"]) {
    assert.equal(await Deno.readTextFile(join(again, name)), await Deno.readTextFile(join(out, name)), name);
  }
});

Deno.test("exportFinetune() leaves out what people and scorers judged as bad, what a suite asks, and what is too long", async () => {
  await using it = await bench();
  const { app } = it.context;
  const { runs } = await it.store.listRuns({ sort: "oldest" });
  const by = (topic: string) => runs.find(({ prompt }) => prompt.includes(topic))!;
  const services = { store: it.store, host: systemHost() };
  await scoreByHand(services, by("bread"), [{ name: "true", label: "fail" }], { comment: "It is not." });
  for (const topic of ["bees", "chess"]) {
    await scoreByHand(services, by(topic), [{ name: "tone", value: 0.9, label: "friendly" }]);
  }
  const suite = await it.write(
    "held_out.yaml",
    `agent: ./echo.yaml\ncases: [{ prompt: "say something true about  VIOLINS, in a sentence" }]\nscorers: [completed]\n`,
  );
  const reasons = async (options: Partial<FinetuneExportOptions>) => {
    const report = await exportFinetune(app, {
      ...BASE,
      ...options,
      out: join(it.folder, crypto.randomUUID()),
    });
    return Object.fromEntries(report.leftOut.map(({ reason, count }) => [reason, count]));
  };
  assert.deepEqual(await reasons({ against: [suite] }), {
    "failed for a person": 1,
    "asks what a suite asks": 1,
  });
  assert.deepEqual(await reasons({ minScores: { tone: 0.8 } }), { "no score tone": 8 });
  assert.deepEqual(await reasons({ labels: { tone: "friendly" } }), { "tone is not friendly": 8 });
  await assert.rejects(
    reasons({ maxTokens: 3 }),
    /none of 10 runs can be learned from: 9 × longer than 3 tokens, 1 × failed for a person/,
  );
  await assert.rejects(reasons({ against: ["no-such-suite"] }), /Cannot find suite "no-such-suite"/);
});

Deno.test("exportFinetune() replaces only a folder of its own, and leaves nothing when it is stopped", async () => {
  await using it = await bench();
  const { app } = it.context;
  const out = join(it.folder, "data");
  await exportFinetune(app, { ...BASE, out });
  await assert.rejects(exportFinetune(app, { ...BASE, out }), /it exists\. Try: --force/);
  await exportFinetune(app, { ...BASE, out, force: true });
  const before = await Deno.readTextFile(join(out, "report.json"));
  const stop = new AbortController();
  const stopped = exportFinetune(app, { ...BASE, out, force: true, signal: stop.signal, validation: 0.9 });
  stop.abort();
  await assert.rejects(stopped, { name: "AbortError" });
  assert.equal(await Deno.readTextFile(join(out, "report.json")), before);
  await Deno.writeTextFile(join(out, "mine.txt"), "mine");
  await assert.rejects(exportFinetune(app, { ...BASE, out, force: true }), /holds something else/);
  const left = [...Deno.readDirSync(it.folder)].filter(({ name }) => /\.(part|old)$/.test(name));
  assert.deepEqual(left, []);
});

Deno.test("exportFinetune() leaves a folder whose files are called like its own and are another's", async () => {
  await using it = await bench();
  const { app } = it.context;
  const out = join(it.folder, "mine");
  await Deno.mkdir(out);
  for (const mine of ['{"mine":true}', '{"format":"sft"}', "no JSON", "[]"]) {
    await Deno.writeTextFile(join(out, "report.json"), mine);
    await assert.rejects(exportFinetune(app, { ...BASE, out, force: true }), /holds something else/);
    assert.equal(await Deno.readTextFile(join(out, "report.json")), mine);
  }
  await Deno.remove(join(out, "report.json"));
  await exportFinetune(app, { ...BASE, out });
});
