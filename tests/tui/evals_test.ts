import assert from "node:assert/strict";
import { graded, keepExperiment, keepResult } from "../support/experiments.ts";
import { Bench } from "./bench.ts";
import { someExperiments } from "./evals_scenario.ts";
import { assertGolden } from "./golden.ts";

const SIZES = [[160, 48], [100, 30], [80, 24]] as const;
const RUNS = /✓ done/;
const LIST = /Experiments/;
const OPEN: readonly (readonly [RegExp, ...string[]])[] = [[RUNS, "5"], [LIST, "G", "k", "enter"]];

const FRAMES = [
  { name: "evals", steps: [[RUNS, "5"]], seen: /triage/ },
  { name: "evals_experiment", steps: OPEN, seen: /case 03/ },
  {
    name: "evals_compared",
    steps: [[RUNS, "5"], [LIST, "G", "space", "k", "d"]],
    seen: /small → /,
  },
] as const;

for (const { name, steps, seen } of FRAMES) {
  for (const size of SIZES) {
    Deno.test(`viewApp() draws ${name}_${size[0]}x${size[1]}`, async () => {
      await using bench = await Bench.open(size, someExperiments, {}, { color: "none" });
      for (const [wanted, ...keys] of steps) {
        await bench.see(wanted);
        await bench.steady();
        bench.press(...keys);
      }
      await bench.see(seen);
      await assertGolden(`${name}_${size[0]}x${size[1]}`, await bench.steady());
    });
  }
}

Deno.test("evals: without an experiment it says how to have one", async () => {
  await using bench = await Bench.open([80, 24]);
  bench.press("5");
  const screen = await bench.see(/No experiment yet/);
  assert.match(screen, /agentop init/);
  assert.match(screen, /agentop eval SUITE/);
});

Deno.test("evals: an experiment that another process runs is followed, with its pace and what is left", async () => {
  const cases = ["a", "b", "c", "d"];
  let id = "";
  await using bench = await Bench.open([120, 30], async (store, host) => {
    const { experimentId } = await keepExperiment(store, host, {
      suite: "live one",
      variants: ["v"],
      cases,
      scorers: ["s"],
      status: "running",
      result: (_, caseId) => caseId === "a" ? { scores: [graded("s", 1)] } : undefined,
    });
    id = experimentId;
  });
  bench.press("5");
  await bench.see(/live one[\s\S]*1\/4/);
  await keepResult(bench.store, bench.host, { experimentId: id, variant: "v", caseId: "b", repeat: 1 }, {
    scores: [graded("s", 0)],
  });
  await bench.see(/2\/4[^\n]*50%[\s\S]*0\.7\/s while you watch, 3\.0s left/);
  bench.press("enter");
  await bench.see(/0\.500 .*0\.00 – 1\.00/);
  await keepResult(bench.store, bench.host, { experimentId: id, variant: "v", caseId: "c", repeat: 1 }, {
    scores: [{ scorer: "s", error: "it broke" }],
  });
  await bench.see(/3 of 4 results[\s\S]*1 error[\s\S]*! +error/);
  await bench.store.endExperiment(id, { status: "cancelled", reason: "cancelled", atUs: 0 });
  await bench.see(/cancelled/);
});

Deno.test("evals: Enter opens the run of a case, d its two runs in Compare, and escape leads back", async () => {
  await using bench = await Bench.open([160, 48], someExperiments);
  await bench.see(RUNS);
  bench.press("5");
  await bench.see(/─ Experiments ─[\s\S]*triage/);
  await bench.steady();
  bench.press("G", "k", "enter");
  await bench.see(/Cases[\s\S]*lowest of all scorers · worst first/);
  await bench.see(/the judge answered no verdict twice|36034\.8/);
  bench.press("d");
  await bench.see(/It is (12|36,034\.80), by (small|large)/);
  bench.press("escape");
  await bench.see(/Cases[\s\S]*worst first/);
  bench.press("enter");
  await bench.see(/What is case \d\d/);
  bench.press("escape");
  await bench.see(/Cases[\s\S]*worst first/);
  bench.press("escape");
  await bench.see(/Experiments/);
});

Deno.test("evals: cases by one scorer and by change; what differs is said with its interval and no more", async () => {
  await using bench = await Bench.open([160, 48], someExperiments);
  await bench.see(RUNS);
  bench.press("5");
  await bench.see(/─ Experiments ─[\s\S]*triage/);
  await bench.steady();
  bench.press("G", "k", "enter");
  await bench.see(/small → large/);
  bench.press("shift+tab", "z");
  const screen = await bench.see(
    /numeric: no difference shown \(\+0\.\d+\): 95 % interval -0\.\d+ to \+0\.\d+, p 0\.\d+ over 14 cases; about \d+ more cases to show/,
  );
  assert.match(
    screen,
    /judge: large is better by 0\.\d+: 95 % interval \+0\.\d+ to \+0\.\d+, p 0\.\d+ over 13 cases/,
  );
  assert.match(screen, /2 tries gave no score/);
  bench.press("z", "tab", "]");
  await bench.see(/numeric · worst first/);
  bench.press("s");
  await bench.see(/numeric · most changed first/);
});

Deno.test("evals: two marked experiments are compared, the older one on the left", async () => {
  await using bench = await Bench.open([160, 48], someExperiments);
  await bench.see(RUNS);
  bench.press("5");
  await bench.see(/─ Experiments ─[\s\S]*triage/);
  await bench.steady();
  bench.press("G", "k", "space");
  await bench.see(/is marked: d compares/);
  bench.press("j", "d");
  await bench.see(/small →[^\n]*small[\s\S]*Not compared: 0 cases only on the left, 2 only on the right/);
  bench.press("v");
  await bench.see(/2 of 2/);
});

Deno.test("evals: nothing from outside reaches the terminal raw", async () => {
  const evil = "\x1b]0;owned\x07\x1b[31mX\u202eY\u200bZ\r";
  await using bench = await Bench.open([120, 40], async (store, host) => {
    await keepExperiment(store, host, {
      suite: evil,
      variants: [evil, `${evil}2`],
      cases: [evil],
      scorers: [evil],
      status: "stopped",
      reason: evil,
      result: () => ({ scores: [graded(evil, 0, evil)], output: evil }),
    });
  });
  bench.press("5");
  await bench.see(/Experiments[\s\S]*\\x1b\]0;owned/);
  await bench.steady();
  bench.press("enter");
  await bench.see(/Cases/);
  await bench.steady();
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(bench.terminal.raw ?? "", /\x1b\]0;owned|\u202e|\u200b/);
});

Deno.test("evals: = sets how many cases of a running experiment are done at a time; what is refused stays", async () => {
  const asked: unknown[] = [];
  await using bench = await Bench.open([100, 30], someExperiments, {
    operateExperiment: (_, concurrency) => {
      asked.push(concurrency);
      return concurrency === "0"
        ? Promise.reject(new Error("it is a whole number from 1 to 1000"))
        : Promise.resolve(`Set concurrency ${concurrency}`);
    },
  });
  await bench.see(RUNS);
  bench.press("5");
  await bench.see(/triage/);
  await bench.steady();
  const screen = await bench.steady();
  if (!/▶ \S+ +triage/.test(screen)) bench.press("g");
  bench.press("=");
  await bench.see(/at a time/);
  bench.press("0", "enter");
  await bench.see(/a whole number from 1 to 1000[\s\S]*|at a time 0/);
  bench.press("backspace", "1", "2", "enter");
  await bench.until((it) => /Set concurrency 12/.test(it) && !/at a time/.test(it), "set");
  assert.deepEqual(asked, ["0", "12"]);
});
