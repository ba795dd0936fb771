import assert from "node:assert/strict";
import type { Shown } from "../../lib/app/mod.ts";
import { AgentOpError } from "../../lib/core/mod.ts";
import { Bench } from "./bench.ts";
import { assertGolden } from "./golden.ts";
import { costlyMonth, richRun, SERVICES } from "./screens_scenario.ts";

const SIZE = [100, 30] as const;
const RUNS = /▶ ✓ done/;

Deno.test("w adds the run, its step, a difference and the cost table to the notebook that is named", async () => {
  const asked: (readonly [string, Shown])[] = [];
  const addToNotebook = (name: string, shown: Shown) => {
    asked.push([name, shown]);
    if (name === "no/x") {
      const remedy = "a folder you may write to";
      return Promise.reject(new AgentOpError("Cannot write no/x.ipynb: there is no folder no", { remedy }));
    }
    return Promise.resolve({ path: name, isNew: asked.length === 1, cells: 4 });
  };
  await using bench = await Bench.open(SIZE, richRun, { ...SERVICES, addToNotebook });
  await bench.see(RUNS);
  bench.press("j", "enter");
  await bench.see(/There are 1,204 rows/);
  bench.press("w");
  await bench.see(/add to notebook runs\.ipynb/);
  await assertGolden("notebook_100x30", await bench.steady());
  bench.press("enter");
  await bench.see(/Wrote runs\.ipynb: 4 cells/);
  bench.press("2.", "w");
  await bench.see(/add to notebook runs\.ipynb/);
  bench.press(..."runs.ipynb".split("").map(() => "backspace"), "no/x", "enter");
  await bench.see(/there is no folder no/);
  bench.press("backspace", "backspace", "backspace", "backspace", "mine.ipynb", "enter");
  await bench.see(/Added 4 cells to mine\.ipynb/);
  bench.press("4");
  await bench.see(/total/);
  bench.press("w");
  // What was written to last is offered.
  await bench.see(/add to notebook mine\.ipynb/);
  bench.press("escape");
  await bench.see(/⏎ runs/);
  bench.press("w", "enter");
  await bench.see(/total/);
  await bench.steady();
  assert.deepEqual(asked.map(([name]) => name), ["runs.ipynb", "no/x", "mine.ipynb", "mine.ipynb"]);
  assert.equal(asked[0]![1].kind, "run");
  assert.deepEqual(asked[2]![1], { kind: "step", runId: (asked[0]![1] as { runId: string }).runId, step: 2 });
  assert.deepEqual(asked[3]![1], { kind: "costs", by: "model", search: "since:30d" });
});

Deno.test("the chart of Costs says in words why there is none", async () => {
  await using bench = await Bench.open(SIZE, undefined, SERVICES);
  await bench.see(/No runs yet/);
  bench.press("4");
  await bench.see(/Cost over time[\s\S]*no model was called/);
});

Deno.test("the chart of Costs has the numbers of agentop cost --chart", async () => {
  await using bench = await Bench.open([160, 48], costlyMonth, SERVICES);
  await bench.see(RUNS);
  bench.press("4");
  await bench.see(/took 52 % of the cost[\s\S]*■ mistral-small-latest \$0\.1540/);
  // A model without a price is none that costs nothing.
  assert(!/modèle-local \$0/.test(await bench.steady()));
});
