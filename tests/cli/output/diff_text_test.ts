import assert from "node:assert/strict";
import { formatDiff } from "../../../lib/cli/output/diff_text.ts";
import type { Look } from "../../../lib/cli/output/look.ts";
import { applyEvent, type Trace } from "../../../lib/core/mod.ts";
import { diffRuns } from "../../../lib/analysis/mod.ts";
import { sampleEvents, type SampleOptions } from "../../support/sample_run.ts";

const PLAIN: Look = { color: false, columns: 80, tableColumns: 80, paint: (_, text) => text };

function traceOf(options: SampleOptions, output: string): Trace {
  let trace: Trace | undefined;
  for (const event of sampleEvents(options)) trace = applyEvent(trace, event);
  return { ...trace!, run: { ...trace!.run, output } };
}

const diffOf = async (left: Trace, right: Trace) => await formatDiff(await diffRuns(left, right), PLAIN);

Deno.test("formatDiff() names the first step that differs and shows the place where long texts part", async () => {
  const long = "the same words again and again ".repeat(40);
  const left = traceOf({ rounds: 2, text: (round) => round === 1 ? `${long}left` : "x" }, "a");
  const right = traceOf({ rounds: 2, text: (round) => round === 1 ? `${long}right` : "x" }, "a");
  const text = await diffOf(left, right);
  assert.match(text, /~ 2 steps changed, first at step 3/);
  assert.match(text, /- …[^\n]*again left\n/);
  assert.match(text, /\+ …[^\n]*again right\n/);
  assert(text.split("\n").every((line) => line.length <= 80), text);
});

Deno.test("formatDiff() folds what long answers share and says what an added step said", async () => {
  const lines = Array.from({ length: 200 }, (_, n) => `line ${n}`);
  const left = traceOf({ rounds: 1 }, lines.join("\n"));
  const right = traceOf({ rounds: 2 }, lines.with(100, "another line").join("\n"));
  const text = await diffOf(left, right);
  assert.match(text, /… 98 equal lines\n {2}line 98\n {2}line 99\n {2}\[-line-\]\{\+another\+\}/);
  assert.match(text, /line 101\n {2}line 102\n {2}… 97 equal lines\n\n/);
  assert.match(text, /\+ 3 llm chat {2}1: x+/);
  assert.match(text, /\+ 4 tool read_file/);
  const [head] = (await diffOf(left, left)).split("\n");
  assert.match(head!, /= the same$/);
});

Deno.test("formatDiff() shows other prompts, and an unknown price as unknown", async () => {
  const left = traceOf({ rounds: 1, prompt: "How many rows?" }, "a");
  const right = traceOf({ rounds: 1, prompt: "How many columns?" }, "a");
  assert.match(await diffOf(left, right), /Prompt\n {2}How many \[-rows-\]\{\+columns\+\}\?\n/);
  assert.doesNotMatch(await diffOf(left, left), /Prompt/);
  const { run } = right;
  const unpriced = (costUsd: number) => ({
    ...right,
    run: { ...run, totals: { ...run.totals, costUsd, unknownCostCalls: 1 } },
  });
  assert.match(await diffOf(left, unpriced(left.run.totals.costUsd)), /cost +unknown\n/);
  assert.match(await diffOf(left, unpriced(1)), /cost +\+\$1\.0000, and calls of unknown price\n/);
  assert.equal((await diffRuns(left, unpriced(1))).costKnown, false);
});
