import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { App, chartOf, costReport, drawChart } from "../../lib/app/mod.ts";
import type { RunSummary } from "../../lib/core/mod.ts";
import { openStudio } from "../../lib/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { readConfig } from "../../lib/cli/mod.ts";
import { CliHome } from "../support/cli.ts";

/** Two runs and what SQL makes of the older one. */
async function damaged(home: CliHome, ...statements: readonly string[]): Promise<string> {
  const [older] = await home.seed({ agent: "a" }, { agent: "b" });
  using database = new DatabaseSync(home.storePath);
  database.exec("pragma foreign_keys = off");
  const { id } = database.prepare("select id from run where run_id = ?").get(older!) as { id: number };
  for (const statement of statements) database.prepare(statement).run({ id });
  return older!;
}

const USAGE = "update run_usage set";

Deno.test("figures that cannot be are left out of sums and counted beside them", async () => {
  for (
    const change of [
      `${USAGE} input_tokens = 9000000000000000000 where run_no = $id`,
      `${USAGE} cost_usd = 9e999 where run_no = $id`,
      `${USAGE} cost_usd = -1 where run_no = $id`,
      `${USAGE} quarter = 9000000000000 where run_no = $id`,
      `${USAGE} llm_calls = -4 where run_no = $id`,
    ]
  ) {
    await using home = await CliHome.create();
    await damaged(home, change);
    await using store = await openStore(home.storePath);
    for (const by of ["model", "day", "run"] as const) {
      const { rows, total } = await costReport(store, by, {}, "Europe/Paris");
      assert.deepEqual(rows.map((row) => row.damagedRows), [undefined, 1], `${change} by ${by}`);
      assert.equal(total.damagedRows, 1);
      assert(total.costUsd > 0 && total.costUsd < 1, String(total.costUsd));
    }
    const facts = await store.usageFacts();
    assert.deepEqual([facts.usage.length, facts.damagedRows], [1, 1], change);
  }
});

Deno.test("a run whose figures cannot be is counted among the runs, and its figures in no sum of them", async () => {
  for (const set of ["cost_usd = 9e999", "input_tokens = -7", "status = 'x'", "retry_wait_ms = -1e9"]) {
    await using home = await CliHome.create();
    await damaged(home, `update run set ${set} where id = $id`);
    await using store = await openStore(home.storePath);
    const summary: RunSummary = await store.summarizeRuns();
    assert.deepEqual([summary.runs, summary.damagedRuns], [2, 1], set);
    assert(summary.costUsd > 0 && summary.costUsd < 1 && summary.tokens > 0 && summary.retryWaitMs >= 0, set);
  }
});

Deno.test("exports, charts, tables of the library and the command say how many rows they leave out", async () => {
  await using home = await CliHome.create();
  await damaged(
    home,
    "update span set kind = 'x' where run_no = $id and kind = 'llm'",
    `${USAGE} cost_usd = -1 where run_no = $id`,
  );
  await using app = new App({
    ...readConfig({ home: home.path, store: home.storePath }),
    useSimulator: true,
  });
  const drawing = await drawChart(app, await chartOf("cost"));
  assert(
    "subtitle" in drawing && /1 damaged row not counted/.test(drawing.subtitle),
    JSON.stringify(drawing),
  );
  await using studio = await openStudio({ home: home.path, store: home.storePath, simulator: true });
  for (const table of [await studio.spans(), await studio.costs("model")]) {
    const shown = JSON.stringify(await (table as unknown as Shown)[DISPLAY]());
    assert.match(shown, /\d damaged rows? not counted/);
  }
  const told = await home.run(["cost"]);
  assert.match(told.stderr, /^1 damaged row not counted\. Try: agentop db verify$/m);
});

const DISPLAY = Symbol.for("Jupyter.display");

interface Shown {
  readonly [DISPLAY]: () => Promise<unknown>;
}
