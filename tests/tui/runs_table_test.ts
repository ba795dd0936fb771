import assert from "node:assert/strict";
import type { DeletionPlan } from "../../lib/app/mod.ts";
import { deletePlanned, planDeletion } from "../../lib/app/mod.ts";
import { COLUMN_NAMES, menuOf, readChoice, shifted, switched } from "../../lib/tui/screens/runs/columns.ts";
import { sortedBy } from "../../lib/tui/screens/runs/sorting.ts";
import { tableColumns } from "../../lib/tui/screens/runs/table.ts";
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
    const [columns, rows] of [[60, 24], [80, 24], [100, 30], [140, 40], [160, 48], [199, 50], [
      200,
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
  await bench.see(/└ child/);
  bench.press("space", "j", "V");
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
