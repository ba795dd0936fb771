import assert from "node:assert/strict";
import { carriedInterval } from "../../lib/analysis/mod.ts";
import {
  compareVariants,
  gateOf,
  type GateRules,
  SPENDING_SCORERS,
} from "../../lib/analysis/experiments/mod.ts";
import { type CaseResult, NO_USAGE } from "../../lib/core/mod.ts";
import { SCORER_NAMES } from "../../lib/scorers/mod.ts";
import { loadStatistics } from "../../lib/analysis/mod.ts";
import { graded } from "../support/experiments.ts";

/** A result of one try for each value; `undefined` is an error. */
function results(
  values: readonly (number | undefined)[],
  { scorer = "x", prefix = "case" } = {},
): CaseResult[] {
  return values.map((value, at) => ({
    caseId: `${prefix} ${at}`,
    variant: "small",
    repeat: 1,
    runId: `run ${at}`,
    status: "completed",
    durationMs: 10,
    spent: { usage: NO_USAGE, costUsd: 0.001, unknownCostCalls: 0 },
    scores: [value === undefined ? { scorer, error: "broke" } : graded(scorer, value)],
  }));
}

const side = (experimentId: string, results: readonly CaseResult[]) => ({
  experimentId,
  variant: "small",
  suite: "s",
  suiteHash: "h",
  cases: [],
  results,
});

function gated(after: readonly CaseResult[], rules: GateRules, before?: readonly CaseResult[]) {
  const comparison = before && {
    scorers: compareVariants(side("a", before), side("b", after)).scorers,
    baselineResults: before,
  };
  return gateOf(
    [{ name: "small", results: after, ...(comparison ? { comparison } : {}) }],
    rules,
    before ? "a" : null,
  );
}

Deno.test("gateOf() passes nothing that was not compared with the baseline that was asked for", () => {
  const mine = results([1, 1, 0, 1]);
  const noVariant = gateOf([{ name: "small", results: mine }], {}, "a");
  assert.deepEqual([noVariant.verdict, noVariant.reason], [
    "inconclusive",
    "the baseline has no variant small",
  ]);
  // What is above the least mean is still not compared.
  assert.equal(gateOf([{ name: "small", results: mine }], { failBelow: 0.1 }, "a").verdict, "inconclusive");
  assert.equal(gated(mine, {}, results([1, 1], { prefix: "other" })).verdict, "inconclusive");
  assert.equal(gated(mine, {}, results([1, 1, 0, 1], { scorer: "y" })).reason, "the baseline has no x");
});

Deno.test("gateOf() tells a pass, a regression, and what the numbers cannot carry", () => {
  const good = results(Array.from({ length: 40 }, (_, at) => at % 10 === 0 ? 0 : 1));
  const bad = results(Array.from({ length: 40 }, (_, at) => at % 2));
  assert.equal(gated(good, {}).verdict, "none");
  assert.equal(gated(good, { failBelow: 0.8 }).verdict, "pass");
  assert.equal(gated(bad, { failBelow: 0.8 }).verdict, "regression");
  assert.equal(gated(good, {}, good).verdict, "pass");
  assert.equal(gated(bad, {}, good).verdict, "regression");
  const few = gated(results([1, 0, 1]), { failBelow: 0.8 });
  assert.equal(few.verdict, "inconclusive");
  assert(few.moreCasesNeeded! > 0);
  const broken = gated(results([1, 1, 1, undefined]), { failBelow: 0.5 });
  assert.match(broken.reason, /^25 % of the scores of x are errors/);
  assert.equal(broken.verdict, "inconclusive");
});

Deno.test("a few equal scores prove neither a pass nor a regression: Wilson's interval stands in for one without width", async () => {
  const { summarizeScores } = await loadStatistics();
  const of = (values: readonly number[]) =>
    summarizeScores(values.map((value, at) => ({
      scorer: "x",
      caseId: `${at}`,
      value,
      passed: value >= 0.5,
    })))[0]!;
  assert.deepEqual(of([0, 0, 0]).ci95, [0, 0]);
  const [low, high] = carriedInterval(of([0, 0, 0]))!;
  assert(low === 0 && Math.abs(high - 0.5615) < 1e-4, `${high}`);
  assert.deepEqual(carriedInterval(of([0, 1, 1])), of([0, 1, 1]).ci95);
  const [least, most] = carriedInterval(of([0.7, 0.7]))!;
  assert(least < 0.3 && most > 0.9, "two scores prove nothing by being alike");
  const rated = { ...of([0.7, 0.7]), mean: 8, ci95: [8, 8] } as const;
  assert.equal(carriedInterval(rated), null, "ratings have no such bound");
  assert.equal(gated(results([0, 0, 0]), { failBelow: 0.3 }).verdict, "inconclusive");
  assert.equal(gated(results([0, 0, 0]), { failBelow: 0.9 }).verdict, "regression");
});

Deno.test("gateOf() asks the least mean of what says how good a run is, and says of which scorers", () => {
  const both = results([1, 1, 1, 1, 1, 1, 1, 1]).map((it) => ({
    ...it,
    scores: [...it.scores, graded("latency", 0.1)],
  }));
  const quality = gated(both, { failBelow: 0.6 });
  assert.deepEqual([quality.verdict, quality.scorer], ["pass", "x"]);
  assert.match(quality.reason, /; at least 0\.6 was asked of x, not of latency$/);
  assert.equal(gated(both, { failBelow: 0.6, scorer: "latency" }).verdict, "regression");
  const none = gated(results([1, 1], { scorer: "cost" }), { failBelow: 0.6 });
  assert.deepEqual([none.verdict, none.reason], [
    "inconclusive",
    "no scorer says how good it is: cost say what it took, and are judged where the gate names one",
  ]);
  const alike = results([0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], { scorer: "latency" });
  assert.equal(gated(alike, { failBelow: 0.6 }, alike).verdict, "inconclusive", "nobody was asked");
  // Slower than the baseline is still worse.
  const slow = results([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], { scorer: "latency" });
  const fast = results([0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], { scorer: "latency" });
  assert.equal(gated(slow, { failBelow: 0.05 }, fast).verdict, "regression");
});

Deno.test("what is no matter of quality are scorers that there are", () => {
  for (const name of SPENDING_SCORERS) assert.ok(SCORER_NAMES.includes(name), name);
});
