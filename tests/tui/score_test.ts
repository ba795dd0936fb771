import assert from "node:assert/strict";
import { scoreAsTyped } from "../../lib/app/mod.ts";
import type { Store } from "../../lib/core/mod.ts";
import type { FakeHost } from "../support/fake_host.ts";
import { Bench } from "./bench.ts";
import { someExperiments } from "./evals_scenario.ts";
import { finishedRun } from "./scenario.ts";
import { SERVICES } from "./screens_scenario.ts";

const RUNS = /✓ done/;

/** A workbench that keeps scores as the program does. */
async function scoring(fill: (store: Store, host: FakeHost) => Promise<unknown>): Promise<Bench> {
  let world: { readonly store: Store; readonly host: FakeHost } | undefined;
  return await Bench.open([100, 30], async (store, host) => {
    world = { store, host };
    await fill(store, host);
  }, { ...SERVICES, score: (typed) => scoreAsTyped(world!, typed) });
}

Deno.test("e keeps what a person says of a run: several at once, with a word and why, or says what is wrong", async () => {
  await using bench = await scoring(finishedRun);
  await bench.see(RUNS);
  bench.press("e");
  await bench.see(/Score run .* researcher/);
  bench.press("helpful", "enter");
  await bench.see(/it is not NAME=VALUE/);
  bench.press("=0.8 correct=pass", "tab", "tab", "names its file", "enter");
  await bench.see(/Kept 2 scores of run/);
  const { runs: [run] } = await bench.store.listRuns({ limit: 1 });
  const { evaluations } = await bench.store.loadTrace(run!.traceId);
  assert.deepEqual(
    evaluations.map(({ name, value, passed, explanation, source, spanId }) => [
      name,
      value,
      passed,
      explanation,
      source,
      spanId,
    ]),
    [
      ["helpful", 0.8, undefined, "names its file", "human", undefined],
      ["correct", 1, true, "names its file", "human", undefined],
    ],
  );
  await bench.steady();
  bench.press("e");
  await bench.see(/said before[\s\S]*helpful 0\.8/);
});

Deno.test("e in a run scores the chosen step, and its tab of scores has it", async () => {
  await using bench = await scoring(finishedRun);
  await bench.see(RUNS);
  bench.press("enter");
  await bench.see(/There are 1,204 rows/);
  bench.press("2.", "e");
  await bench.see(/Score step 2 of/);
  bench.press("tone=very friendly", "enter");
  await bench.see(/Kept 1 score of step 2/);
  const { runs: [run] } = await bench.store.listRuns({ limit: 1 });
  const trace = await bench.store.loadTrace(run!.traceId);
  const [kept] = trace.evaluations;
  assert.equal(kept?.label, "very friendly");
  assert.equal(trace.spans.get(kept?.spanId ?? "")?.name, "execute_tool read_file");
});

Deno.test("e on a case scores the run that stands for it, and the case shows it", async () => {
  await using bench = await scoring(someExperiments);
  await bench.see(RUNS);
  bench.press("5");
  await bench.see(/triage/);
  await bench.steady();
  bench.press("G", "k", "enter");
  await bench.see(/case 03/);
  bench.press("e");
  await bench.see(/Score case 05 of large, run/);
  bench.press("human=0.25", "enter");
  await bench.see(/Kept 1 score of case 05/);
  await bench.see(/e human 0\.25 {2}a person/);
});
