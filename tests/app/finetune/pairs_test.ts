import assert from "node:assert/strict";
import { join } from "node:path";
import { reviewExperiments } from "../../../lib/app/mod.ts";
import {
  exportFinetune,
  type FinetuneExportOptions,
  lineProblem,
  loadSchemaCheck,
} from "../../../lib/app/finetune/mod.ts";
import type { DpoLine, SftLine } from "../../../lib/app/finetune/training_line.ts";
import type { Approver } from "../../../lib/agent/mod.ts";
import { systemHost, type Tool } from "../../../lib/core/mod.ts";
import { loadedTrace } from "../../../lib/app/finetune/chosen_runs.ts";
import { scoreByHand } from "../../../lib/evals/mod.ts";
import { EvalBench } from "../../support/eval_bench.ts";
import { TestAgency } from "../../support/test_agency.ts";

const BASE = {
  minScores: {},
  labels: {},
  against: ["none"],
  validation: 0,
  signal: new AbortController().signal,
} satisfies Partial<FinetuneExportOptions>;

const VARIANTS = `
agent: ./echo.yaml
variants:
  - { name: small, set: { model: mistral-small-latest } }
  - { name: large, set: { model: mistral-large-latest } }
cases:
  - { id: bread, prompt: "Say something true about bread." }
  - { id: moon, prompt: "What do you know of the moon and its phases?" }
`;

async function exported<T>(bench: EvalBench, options: Partial<FinetuneExportOptions>) {
  const out = join(bench.folder, crypto.randomUUID());
  const report = await exportFinetune(bench.context.app, { ...BASE, ...options, out });
  const read = async (name: string) =>
    (await Deno.readTextFile(join(out, name))).split("\n").filter((it) => it !== "").map((it) =>
      JSON.parse(it)
    );
  return {
    report,
    lines: await read("train.jsonl") as readonly T[],
    lineage: await read("lineage.jsonl") as readonly Readonly<Record<string, unknown>>[],
  };
}

Deno.test("exportFinetune() pairs variants of a case by their scores, and a person's review outweighs those", async () => {
  await using bench = await EvalBench.open();
  const { experimentId } = await bench.evaluate(`${VARIANTS}scorers: [{ contains: "It is" }]\n`);
  const { report, lines, lineage } = await exported<DpoLine>(bench, { format: "dpo" });
  assert.equal(lines.length, 2);
  const check = await loadSchemaCheck();
  for (const line of lines) {
    assert.equal(lineProblem(line, check), undefined);
    assert.deepEqual(line.prompt.map(({ role }) => role), ["system", "user"]);
    assert.match(line.chosen[0]!.content!, /^It is /);
    assert.equal(line.rejected[0]!.content, "wrong");
    assert(!("weight" in line.chosen[0]!));
  }
  assert.deepEqual(lineage.map(({ why }) => why), [["better by contains"], ["better by contains"]]);
  assert.equal(report.train.isEstimate, true, "no server counted a pair");
  for (const { runId, rejectedRunId } of lineage) {
    assert.notEqual(runId, rejectedRunId);
    assert.equal((await bench.store.resolveRun(String(rejectedRunId))).output, "wrong");
  }

  // What both scorers and a person say of the loser keeps it out of what is learned.
  const sft = await exported<SftLine>(bench, {});
  assert.deepEqual(sft.report.leftOut, [{ reason: "failed contains", count: 2 }]);
  await reviewExperiments(bench.context.app, experimentId, undefined, {
    ask: ({ caseId, a }) =>
      Promise.resolve(
        caseId === "moon" ? { says: a.text === "wrong" ? "a" : "b", comment: "shorter" } : { says: "skip" },
      ),
  });
  const reviewed = await exported<DpoLine>(bench, { format: "dpo" });
  assert.deepEqual(reviewed.lines.map((it) => it.chosen[0]!.content), [
    "It is Say something true about bread..",
  ]);
  assert.deepEqual(reviewed.report.leftOut, [{ reason: "the better of two: failed contains", count: 1 }]);
});

Deno.test("exportFinetune() makes no pair of runs whose contexts differ", async () => {
  await using bench = await EvalBench.open();
  await bench.evaluate(
    VARIANTS.replace(
      "{ model: mistral-large-latest }",
      '{ model: mistral-large-latest, instructions: "Be wrong." }',
    ) +
      'scorers: [{ contains: "It is" }]\n',
  );
  await assert.rejects(
    exported(bench, { format: "dpo" }),
    /none of 4 runs gives a pair: 2 × the contexts of both runs differ before their answers do\. Try: agentop review/,
  );
});

Deno.test("exportFinetune() learns what a person wrote in a fork, and not what the model had said", async () => {
  await using bench = await EvalBench.open();
  const { app } = bench.context;
  await bench.evaluate(`${VARIANTS.replace(/variants:[^]*?cases/, "cases")}scorers: [completed]\n`);
  const { runs } = await bench.store.listRuns();
  const original = runs.find(({ prompt }) => prompt.includes("bread"))!;
  const { run: fork } = await app.replay(original.runId, {
    mode: "hybrid",
    from: 1,
    edits: new Map([[1, "Bread is made of flour and water."]]),
    overrides: {},
    tools: "recorded",
  });
  assert.equal(fork.output, "Bread is made of flour and water.");
  const dpo = await exported<DpoLine>(bench, { format: "dpo" });
  assert.deepEqual(
    dpo.lines.map(({ chosen, rejected }) => [chosen[0]!.content, rejected[0]!.content]),
    [["Bread is made of flour and water.", "It is Say something true about bread.."]],
  );
  assert.deepEqual(dpo.lineage[0]!.why, ["edited answer"]);
  assert.equal(dpo.lineage[0]!.rejectedRunId, original.runId);
  const sft = await exported<SftLine>(bench, {});
  assert.deepEqual(sft.report.leftOut, [{ reason: "a person rewrote an answer of it in a fork", count: 1 }]);
  assert(sft.lines.some(({ messages }) => messages.at(-1)!.content === "Bread is made of flour and water."));
  assert(!JSON.stringify(sft.lines).includes("It is Say something"));
});

Deno.test("exportFinetune() pairs a run with what repeats it by what people say of both, and tells of runs that are gone", async () => {
  await using bench = await EvalBench.open();
  const { app } = bench.context;
  await bench.evaluate(`${VARIANTS.replace(/variants:[^]*?cases/, "cases")}scorers: [completed]\n`);
  const { runs } = await bench.store.listRuns();
  const original = runs.find(({ prompt }) => prompt.includes("bread"))!;
  const { run: fork } = await app.replay(original.runId, {
    mode: "live",
    edits: new Map(),
    overrides: { model: "mistral-large-latest" },
    tools: "live",
  });
  assert.equal(fork.output, "wrong");
  const services = { store: bench.store, host: systemHost() };
  await scoreByHand(services, original, [{ name: "true", label: "fail" }]);
  await scoreByHand(services, fork, [{ name: "true", label: "pass" }], { comment: "It is short." });
  const { lines, lineage } = await exported<DpoLine>(bench, { format: "dpo" });
  assert.deepEqual(lines.map(({ chosen, rejected }) => [chosen[0]!.content, rejected[0]!.content]), [
    ["wrong", "It is Say something true about bread.."],
  ]);
  assert.deepEqual([lineage[0]!.why, lineage[0]!.rejectedRunId], [["better by true"], original.runId]);
  assert.match(JSON.stringify(lineage[0]!.scores), /It is short/);

  await bench.store.deleteRuns([original.runId]);
  await assert.rejects(exported(bench, { format: "dpo" }), /1 × the other run of a pair is gone/);
  assert.equal(await loadedTrace(bench.store, original.traceId), "deleted meanwhile");
});

const SAVE: Tool = {
  name: "save",
  description: "Saves.",
  parameters: { type: "object", properties: { path: { type: "string" } } },
  permissions: { read: [], write: ["."], net: [], run: false },
  idempotent: false,
  summary: () => "save",
  execute: (args) => Promise.resolve({ content: `saved ${JSON.stringify(args)}` }),
};

Deno.test("exportFinetune() learns the arguments that a person gave when approving, without the note to the model", async () => {
  await using bench = await EvalBench.open();
  const approver: Approver = () =>
    Promise.resolve({ decision: "allow", by: "tui", arguments: { path: "notes.txt" } });
  await using agency = await TestAgency.open({
    store: bench.store,
    approver,
    tools: { save: SAVE },
    scenarios: `
name: save
steps:
  - { toolCalls: [{ name: save, arguments: { path: "/etc/notes" } }] }
  - { text: "Saved." }
`,
  });
  const agent = await agency.agent("model: mistral-small-latest\napprove: ask\n");
  await agency.runner.run(agent, { prompt: "Save it." });
  const sft = await exported<SftLine>(bench, {});
  assert.equal(sft.report.corrections, 1);
  const [, call, result] = sft.lines[0]!.messages.filter(({ role }) => role !== "system");
  assert(call?.role === "assistant" && result?.role === "tool");
  assert.equal(call.tool_calls![0]!.function.arguments, '{"path":"notes.txt"}');
  assert.equal(call.weight, 1);
  assert.equal(result.content, 'saved {"path":"notes.txt"}');
  assert.deepEqual(sft.lineage[0]!.why, ["ended well", "edited approval"]);

  const dpo = await exported<DpoLine>(bench, { format: "dpo" });
  const pathOf = (side: "chosen" | "rejected") => dpo.lines[0]![side][0]!.tool_calls![0]!.function.arguments;
  assert.deepEqual([pathOf("chosen"), pathOf("rejected")], ['{"path":"notes.txt"}', '{"path":"/etc/notes"}']);

  const calls = await exported<SftLine>(bench, { per: "call" });
  assert.deepEqual(
    calls.lines.map(({ messages }) => messages.flatMap((it) => it.role === "assistant" ? [it.weight] : [])),
    [[1], [0, 1]],
  );
});
