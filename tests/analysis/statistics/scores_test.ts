import assert from "node:assert/strict";
import {
  compareScores,
  errorShare,
  type ScoredTry,
  summarizeScores,
} from "../../../lib/analysis/statistics/mod.ts";
import { near } from "./reference.ts";

/** One try per character: `+` passed, `-` failed, `!` no score. */
function triesOf(cases: Readonly<Record<string, string>>, scorer = "numeric"): readonly ScoredTry[] {
  return Object.entries(cases).flatMap(([caseId, marks]) =>
    [...marks].map((mark) => ({
      scorer,
      caseId,
      value: mark === "!" ? null : mark === "+" ? 1 : 0,
      passed: mark === "!" ? null : mark === "+",
      error: mark === "!" ? "the judge gave no verdict" : null,
    }))
  );
}

Deno.test("summarizeScores() weighs cases alike and counts errors apart", () => {
  const [row, ...more] = summarizeScores(triesOf({ a: "+++", b: "+-!", c: "---", d: "!!!" }));
  assert.deepEqual(more, []);
  const { ci95, ...rest } = row!;
  assert.deepEqual(rest, {
    scorer: "numeric",
    n: 3,
    mean: 0.5,
    passed: 4,
    failed: 4,
    errors: 4,
    passRate: 0.5,
    passRateCi95: null,
    passAt: { 3: 0.5 },
    passHat: { 3: 0.5 },
  });
  assert.deepEqual(ci95, [0, 1]);
  near(errorShare(row!), 4 / 12);
});

Deno.test("summarizeScores() of one try each has Wilson's interval; of errors alone it has no figure", () => {
  const marks = [..."++++++++--"].map((mark, index) => [String(index), mark]);
  const [row] = summarizeScores(triesOf(Object.fromEntries(marks)));
  near(row!.passRateCi95![0], 0.49016247153664183);
  assert.deepEqual(row!.passAt, { 1: 0.8 });
  const [none] = summarizeScores(triesOf({ a: "!", b: "!" }));
  assert.deepEqual([none!.n, none!.mean, none!.passRate, none!.errors, none!.passAt], [0, null, null, 2, {}]);
  assert.equal(errorShare(none!), 1);
});

Deno.test("a value that is no number is an error, and a label alone is neither score nor error", () => {
  const [row] = summarizeScores([
    { scorer: "s", caseId: "a", value: NaN, passed: true },
    { scorer: "s", caseId: "a", value: null, passed: null },
    { scorer: "s", caseId: "a", value: 0.4, passed: null },
  ]);
  assert.deepEqual([row!.mean, row!.errors, row!.passed, row!.failed, row!.passRate], [0.4, 1, 0, 0, null]);
});

Deno.test("compareScores() pairs by case, tests pass or fail with McNemar, corrects over scorers", () => {
  const cases = "abcdefghijkl".split("");
  const all = (mark: string) => Object.fromEntries(cases.map((id) => [id, mark]));
  const left = [...triesOf({ ...all("-"), z: "+" }), ...triesOf(all("+-"), "judge")];
  const right = [
    ...triesOf({ ...all("+"), l: "-", k: "!" }),
    ...triesOf({ ...all("+-"), a: "++" }, "judge"),
    ...triesOf(all("+"), "only here"),
  ];
  const [numeric, judge, ...more] = compareScores(left, right);
  assert.deepEqual(more, []);
  assert.equal(numeric!.test, "mcnemar");
  assert.equal(numeric!.pairs, 11);
  near(numeric!.pValue, 2 / 2 ** 10);
  near(numeric!.pHolm, 4 / 2 ** 10);
  assert.equal(numeric!.verdict, "better");
  assert.equal(numeric!.moreCasesNeeded, null);
  assert.equal(numeric!.odds, null);
  assert.deepEqual(numeric!.errors, { left: 0, right: 1 });
  assert.deepEqual(numeric!.changed.map((it) => it.caseId), cases.slice(0, 10));
  assert.equal(judge!.test, "permutation");
  assert.deepEqual([judge!.pValue, judge!.pHolm, judge!.verdict], [1, 1, "no difference shown"]);
  // The formula by hand: d is 0.5 once and 0 eleven times.
  assert.equal(judge!.moreCasesNeeded, Math.ceil((2.8015852 * Math.sqrt(12)) ** 2) - 12);
  assert.deepEqual(judge!.changed, [{ caseId: "a", left: 0.5, right: 1 }]);
});

Deno.test("compareScores() says how many cases are missing even where all three agree", () => {
  const [row] = compareScores(triesOf({ a: "-", b: "-", c: "-" }), triesOf({ a: "+", b: "+", c: "+" }));
  assert.deepEqual([row!.ci95, row!.pValue, row!.verdict, row!.moreCasesNeeded, row!.effectSize], [
    [1, 1],
    0.25,
    "no difference shown",
    3,
    null,
  ]);
  const [none] = compareScores(triesOf({ a: "+" }), triesOf({ b: "+" }));
  assert.deepEqual([none!.pairs, none!.pValue, none!.pHolm, none!.moreCasesNeeded], [0, null, null, null]);
});
