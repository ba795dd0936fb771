import assert from "node:assert/strict";
import { type LoadedExperiment, overviewOf } from "../../lib/analysis/experiments/mod.ts";
import { type CaseResult, NO_USAGE, type ResultScore } from "../../lib/core/mod.ts";

type Scores = Readonly<Record<string, Readonly<Record<string, readonly (number | "error")[]>>>>;

/** By variant and case, a score a try. */
function experiment(id: string, scores: Scores): LoadedExperiment {
  const variants = Object.keys(scores);
  const cases = [...new Set(variants.flatMap((it) => Object.keys(scores[it]!)))];
  const spent = { usage: NO_USAGE, costUsd: 0.001, unknownCostCalls: 0 };
  const results = variants.flatMap((variant) =>
    Object.entries(scores[variant]!).flatMap(([caseId, tries]) =>
      tries.map((value, at): CaseResult => ({
        caseId,
        variant,
        repeat: at + 1,
        runId: `${id}/${variant}/${caseId}/${at + 1}`,
        status: "completed",
        durationMs: 10,
        spent,
        scores: [score(value)],
      }))
    )
  );
  return {
    experiment: {
      experimentId: id,
      suite: "s",
      suiteHash: "h",
      status: "completed",
      startTimeUs: 0,
      variants,
      cases: cases.length,
      repeats: 1,
      planned: results.length,
      done: results.length,
      passed: 0,
      errors: 0,
      ...spent,
    },
    plan: {
      path: "s.yaml",
      variants: [],
      repeats: 1,
      source: "live",
      mode: "live",
      scorers: [{ name: "x", version: "1" }],
      set: {},
    },
    cases: cases.map((caseId) => ({ caseId, hash: "1" })),
    results,
  };
}

function score(value: number | "error"): ResultScore {
  return value === "error" ? { scorer: "x", error: "broke" } : { scorer: "x", value, passed: value >= 0.5 };
}

const TWO = experiment("e", {
  a: { one: [1], two: [0.2], three: [0.9], four: [0.6] },
  b: { one: [0.1], two: [0.3], three: ["error"], four: [0.6] },
});
const ids = (order: "worst" | "changed" | "suite") =>
  overviewOf([TWO], { experiments: ["e"], order }).cases.map((it) => it.caseId);

Deno.test("overviewOf() orders cases: errors and the lowest first, the most changed first, as in the suite", () => {
  assert.deepEqual(ids("worst"), ["three", "one", "two", "four"]);
  assert.deepEqual(ids("changed"), ["one", "two", "four", "three"]);
  assert.deepEqual(ids("suite"), ["one", "two", "three", "four"]);
  const cut = overviewOf([TWO], { experiments: ["e"], limit: 1 });
  assert.deepEqual([cut.cases.length, cut.casesTotal], [1, 4]);
});

Deno.test("overviewOf() counts errors apart, and says how means are spread", () => {
  const { sides } = overviewOf([TWO], { experiments: ["e"] });
  const [a, b] = sides.map((it) => it.scores[0]!);
  assert.deepEqual([a!.n, a!.errors, a!.mean?.toFixed(3)], [4, 0, "0.675"]);
  assert.deepEqual([b!.n, b!.errors, b!.mean?.toFixed(3)], [3, 1, "0.333"]);
  assert.deepEqual(a!.spread, [0, 0, 1, 0, 0, 0, 1, 0, 0, 2]);
});

Deno.test("overviewOf() has of each case the run to look at", () => {
  const tries = experiment("e", { a: { one: [1, "error", 0], two: [1, 0, 1], three: [1, 1] } });
  const { cases } = overviewOf([tries], { experiments: ["e"], order: "suite" });
  assert.deepEqual(cases.map((it) => it.cells[0]?.runId), ["e/a/one/2", "e/a/two/2", "e/a/three/1"]);
  const { passed, failed, errors, value } = cases[0]!.cells[0]!;
  assert.deepEqual([passed, failed, errors, value], [1, 1, 1, 0.5]);
});

Deno.test("overviewOf() pairs the variants of two experiments by name first", () => {
  const before = experiment("e", { a: { one: [0], two: [0] }, b: { one: [1] } });
  const after = experiment("f", { b: { one: [1] }, a: { one: [1], two: [1], extra: [1] } });
  const query = { experiments: ["e", "f"] } as const;
  const first = overviewOf([before, after], query);
  assert.deepEqual(first.pairs.slice(0, 2), [[0, 3], [1, 2]]);
  assert.deepEqual(first.difference?.left, { experimentId: "e", variant: "a" });
  assert.deepEqual(first.difference?.right, { experimentId: "f", variant: "a" });
  assert.deepEqual([first.difference?.pairs, first.difference?.onlyRight], [2, 1]);
  assert.equal(first.difference?.scorers[0]?.difference, 1);
  assert.equal(overviewOf([before, after], { ...query, pair: 5 }).pair, 1);
  assert.equal(
    overviewOf([experiment("e", { a: { one: [1] } })], { experiments: ["e"] }).difference,
    undefined,
  );
});
