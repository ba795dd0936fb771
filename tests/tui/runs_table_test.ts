import assert from "node:assert/strict";
import type { DeletionPlan } from "../../lib/app/mod.ts";
import { deletePlanned, planDeletion } from "../../lib/app/mod.ts";
import { COLUMN_NAMES, menuOf, readChoice, shifted, switched } from "../../lib/tui/screens/runs/columns.ts";
import { sortedBy } from "../../lib/tui/screens/runs/sorting.ts";
import { tableColumns } from "../../lib/tui/screens/runs/table.ts";
import { type Evaluation, newTraceId, nowUs, type Store } from "../../lib/core/mod.ts";
import { scoreCell } from "../../lib/tui/screens/runs/score_cell.ts";
import { graded, keepExperiment } from "../support/experiments.ts";
import type { FakeHost } from "../support/fake_host.ts";
import { Bench } from "./bench.ts";
import { everyState, finishedRun, type Story } from "./scenario.ts";

const SIZE = [100, 30] as const;
const WIDE = [160, 48] as const;

Deno.test("a wider table has every column that a narrower one has, and at last all", () => {
  let before: readonly string[] = [];
  for (let columns = 20; columns <= 220; columns++) {
    const names = tableColumns(columns).map(({ name }) => name);
    for (const name of before) {
      assert.ok(names.includes(name as typeof names[number]), `${name} at ${columns}`);
    }
    assert.ok(tableColumns(columns).reduce((sum, it) => sum + it.columns, 3) <= Math.max(columns, 22));
    before = names;
  }
  assert.deepEqual(before, COLUMN_NAMES);
});

Deno.test("a wider screen shows every column that a narrower one shows", async () => {
  let before: readonly string[] = [];
  for (
    const [columns, rows] of [[60, 24], [80, 24], [100, 30], [140, 40], [160, 48], [209, 50], [
      210,
      50,
    ]] as const
  ) {
    await using bench = await Bench.open([columns, rows], everyState);
    const screen = await bench.see(/▶ ● live/);
    const head = screen.split("\n").find((row) => row.includes("STATUS"))!;
    const names = head.match(/[A-Z]{2,}/g)!;
    assert.deepEqual(before.filter((name) => !names.includes(name)), [], `${columns}x${rows}: ${head}`);
    before = names;
  }
  for (const name of ["STEPS", "STARTED", "PROMPT", "ERROR"]) assert.ok(before.includes(name), name);
});

Deno.test("the list says by which column it is ordered, turns round, and follows a click on a head", async () => {
  await using bench = await Bench.open(WIDE, everyState);
  await bench.see(/▶ ● live[\s\S]*STARTED↓|STARTED↓[\s\S]*▶ ● live/);
  bench.press("s");
  await bench.see(/COST↓[\s\S]*▶ ■ budget/);
  bench.press("I");
  const screen = await bench.see(/by cost, least first[\s\S]*COST↑[\s\S]*▶ (?!■)/);
  const rows = screen.split("\n");
  const y = rows.findIndex((row) => row.includes("COST↑"));
  bench.click(rows[y]!.indexOf("TOKENS") + 2, y);
  await bench.see(/by tokens[\s\S]*TOKENS↓[\s\S]*▶ ■ budget/);
  bench.click(rows[y]!.indexOf("TOKENS") + 2, y);
  await bench.see(/TOKENS↑/);
  bench.press("G");
  await bench.see(/▶ ■ budget/);
});

Deno.test("columns are chosen, ordered and remembered", async () => {
  let kept: unknown;
  {
    await using bench = await Bench.open(WIDE, everyState, {
      saveState: (state) => Promise.resolve(void (kept = state)),
    });
    await bench.see(/MODEL/);
    bench.press("C");
    await bench.see(/Columns[\s\S]*\[x\] model/);
    bench.press("j", "j", "j", "space");
    await bench.see(/\[ \] model/);
    bench.press("j", "K", "K", "escape");
    const head = (await bench.until((screen) => !/\[x\]/.test(screen), "closed")).split("\n")[4]!;
    assert.match(head, /STATUS +ID +STEPS +AGENT +TOKENS/);
    bench.press("q");
    await bench.until(() => bench.exitCode !== undefined, "left");
  }
  assert.deepEqual((kept as { screens: { runs: { columns: string[] } } }).screens.runs.columns.slice(0, 4), [
    "status",
    "id",
    "steps",
    "agent",
  ]);
  await using again = await Bench.open(WIDE, everyState, { loadState: () => Promise.resolve(kept) });
  const screen = await again.see(/▶ ● live/);
  assert.match(screen, /STATUS +ID +STEPS +AGENT +TOKENS/);
  assert.doesNotMatch(screen.split("\n")[4]!, /MODEL/);
});

Deno.test("a choice of columns is never empty, and a file may hold anything", () => {
  assert.deepEqual(switched(menuOf(["id"]), ["id"]), ["id"]);
  assert.deepEqual(shifted(menuOf(["id", "cost"]), ["id", "cost"], 1).choice, ["cost", "id"]);
  for (const saved of [undefined, 7, [], ["nothing"], { length: 2 }]) {
    assert.deepEqual(readChoice(saved), COLUMN_NAMES);
  }
  assert.deepEqual(readChoice(["cost", "nothing", "id", "cost"]), ["cost", "id"]);
  assert.equal(sortedBy("agent", { sort: "cost", isReversed: false }), undefined);
});

Deno.test("marked runs are deleted once a person has seen what goes; work handed over goes along", async () => {
  let stays: Story | undefined;
  const plans: DeletionPlan[] = [];
  const opened: Bench[] = [];
  await using bench = await Bench.open(SIZE, async (store, host) => {
    stays = await finishedRun(store, host, { agent: "stays" });
    const parent = await finishedRun(store, host, { agent: "parent" });
    await finishedRun(store, host, { agent: "child", parentRunId: parent.run.runId });
    await finishedRun(store, host, { agent: "other" });
  }, {
    planDeletion: (ids) => planDeletion(opened[0]!.store, ids),
    deletePlanned: (plan) => (plans.push(plan), deletePlanned(opened[0]!.store, plan)),
  });
  opened.push(bench);
  await bench.see(/▸ parent \+1/);
  bench.press("j", "right");
  await bench.see(/▾ parent[\s\S]*└ child/);
  bench.press("k", "space", "j", "V");
  await bench.see(/3 marked/);
  bench.press("D");
  await bench.see(/Delete 3 runs\?[\s\S]*for good/);
  bench.press("n");
  await bench.see(/3 marked/);
  assert.equal(plans.length, 0);
  bench.press("D");
  await bench.see(/Delete 3 runs\?/);
  bench.press("y");
  await bench.see(/Deleted 3 runs/);
  await bench.see(/▶ ✓ done .*stays[\s\S]*1 of 1/);
  const left = await bench.store.listRuns();
  assert.deepEqual(left.runs.map((run) => run.runId), [stays!.run.runId]);
});

Deno.test("what cannot be deleted or exported is said, and nothing changes", async () => {
  const exports: unknown[] = [];
  const opened: Bench[] = [];
  await using bench = await Bench.open(SIZE, everyState, {
    planDeletion: (ids) => planDeletion(opened[0]!.store, ids),
    exportRuns: (format, ids) => (exports.push([format, ids.length]), Promise.resolve("agentop-runs.csv")),
  });
  opened.push(bench);
  await bench.see(/▶ ● live/);
  bench.press("D");
  await bench.see(/Cannot delete run [\s\S]*running\. Try/);
  bench.press("space", "space", "space", "x");
  await bench.see(/Export 3 runs/);
  bench.press("h");
  await bench.see(/Cannot put 3 runs on a page/);
  bench.press("x", "c");
  await bench.see(/Wrote agentop-runs\.csv/);
  assert.deepEqual(exports, [["csv", 3]]);
});

Deno.test(". starts what was started last once more", async () => {
  await using bench = await Bench.open(SIZE, (store, host) => finishedRun(store, host));
  await bench.see(/▶ ✓ done/);
  bench.press(".");
  await bench.see(/Nothing was started here yet/);
  bench.press("l");
  await bench.see(/▶ researcher/);
  bench.press("enter", "Count again.", "ctrl+s");
  await bench.see(/Starting \S+/);
  bench.press("escape", "escape", "escape");
  await bench.see(/▶ ✓ done/);
  bench.press(".");
  await bench.see(/Starting \S+/);
  assert.deepEqual(bench.launches.map(({ prompt }) => prompt), ["Count again.", "Count again."]);
});

/** A run that handed work over twice deep, an experiment of six cases, and a run alone. */
async function families(store: Store, host: FakeHost): Promise<void> {
  const parent = await finishedRun(store, host, { agent: "parent" });
  const child = await finishedRun(store, host, { agent: "child", parentRunId: parent.run.runId });
  await finishedRun(store, host, { agent: "grandchild", parentRunId: child.run.runId });
  await keepExperiment(store, host, {
    suite: "sales",
    variants: ["small", "large"],
    cases: ["one", "two", "three"],
    scorers: ["numeric"],
    result: (variant) => ({ scores: [graded("numeric", variant === "large" ? 1 : 0)] }),
  });
  const alone = await finishedRun(store, host, { agent: "alone" });
  for (const [name, value, source] of [["latency", 0.4, "scorer"], ["exact", 0.834, "scorer"]] as const) {
    await store.write([{
      type: "evaluation",
      evaluation: {
        evalId: newTraceId(host),
        traceId: alone.run.traceId,
        name,
        value,
        source,
        createdAtUs: nowUs(host),
      },
    }]);
  }
}

Deno.test("work handed over is folded under its run, and runs under their experiment; sums say so", async () => {
  await using bench = await Bench.open(WIDE, families);
  const first = await bench.see(/3 rows of 10 runs[\s\S]*alone[\s\S]*▸ sales \+6[\s\S]*▸ parent \+1/);
  assert.match(first, /▸ parent \+1 .*Σ3\.7k +Σ\$0\.0063/);
  assert.match(first, /▸ sales \+6 .*2 variants .*Σ\$0\.0060 .*50% pass .*6 of 6, 3 passed/);
  assert.equal(first.match(/ child/), null);
  bench.press("G", "right");
  await bench.see(/▾ parent .* 1\.2k +\$0\.0021[\s\S]*└ ▸ child \+1 .*Σ2\.5k/);
  bench.press("j", "right");
  await bench.see(/▾ parent[\s\S]*└ ▾ child[\s\S]* {2}└ grandch[\s\S]*4 of 5/);
  bench.press("j", "left", "left", "left");
  await bench.see(/▶ .*▾ parent[\s\S]*└ ▸ child/);
  bench.press("k", "right");
  await bench.see(/▶ .*▾ sales[\s\S]*└ researcher[\s\S]*└ researcher/);
  bench.press("=");
  const flat = await bench.see(/10 runs[\s\S]*of 10/);
  assert.equal(flat.match(/sales \+6/), null);
  bench.press("-");
  await bench.see(/3 rows of 10 runs[\s\S]*▸ sales \+6/);
});

Deno.test("what is filtered or ordered otherwise is a row for each run, and fold all says so", async () => {
  await using bench = await Bench.open(WIDE, families);
  await bench.see(/3 rows of 10 runs/);
  bench.press("s");
  const screen = await bench.see(/by cost +10 runs/);
  assert.match(screen, /└ grandchild/);
  bench.press("-");
  await bench.see(/lists run by run/);
});

Deno.test("the list that is not folded stays so at the next start", async () => {
  let kept: unknown;
  const given = { saveState: (state: unknown) => Promise.resolve(void (kept = state)) };
  {
    await using bench = await Bench.open(WIDE, families, given);
    await bench.see(/3 rows of 10 runs/);
    bench.press("=");
    await bench.see(/ 10 runs/);
    bench.press("q");
    await bench.until(() => bench.exitCode !== undefined, "left");
  }
  await using bench = await Bench.open(WIDE, families, { loadState: () => Promise.resolve(kept) });
  assert.match(await bench.see(/ 10 runs[\s\S]*└ child/), /└ grandchild/);
});

Deno.test("an experiment opens in Evals, and its runs are unfolded above it where the list runs from its end", async () => {
  await using bench = await Bench.open(SIZE, families);
  await bench.see(/3 rows of 10 runs/);
  bench.press("I");
  await bench.see(/oldest first[\s\S]*▶ .*▸ parent[\s\S]*▸ sales/);
  bench.press("j", "right");
  await bench.see(/oldest first[\s\S]*▸ parent[\s\S]*▶ .*▾ sales[\s\S]*└ researcher/);
  bench.press("enter");
  await bench.see(/sales[\s\S]*numeric/);
});

Deno.test("SCORE says what one scorer says, who that is and how many more there are; unknown is a dash", async () => {
  await using bench = await Bench.open([220, 50], families);
  await bench.see(/SCORE[\s\S]*0\.83 \+1/);
  bench.press("z");
  const screen = await bench.see(/SCORE[\s\S]*0\.83 exact \+1/);
  assert.match(screen, /▸ parent.* – /);
  bench.press("z");
  assert.match(await bench.see(/scores +exact/), /exact 0\.834, latency 0\.4/);
  assert.deepEqual(scoreCell([], 12), ["  –", "dim"]);
});

Deno.test("scoreCell() puts people first and what a run took last, and cuts names, not figures", () => {
  const score = (name: string, more: Partial<Evaluation>): Evaluation => ({
    evalId: name,
    traceId: "t",
    name,
    source: "scorer",
    createdAtUs: 1,
    ...more,
  });
  const all = [score("cost", { value: 1 }), score("exact", { value: 0, passed: false })];
  assert.deepEqual(scoreCell(all, 20), ["  0 exact +1", "error"]);
  assert.deepEqual(scoreCell([...all, score("tone", { label: "friendly", source: "human" })], 24), [
    "  friendly tone +2",
    "text",
  ]);
  assert.deepEqual(scoreCell([score("a_very_long_name", { value: 0.5, passed: true })], 12), [
    "  0.5 a_ver…",
    "ok",
  ]);
  assert.deepEqual(scoreCell([score("judge", { error: "no verdict" })], 8), ["  error", "error"]);
});
