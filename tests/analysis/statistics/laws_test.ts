import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cohenKappa,
  compareScores,
  errorShare,
  holm,
  mcNemarExact,
  permutationTest,
  type ScoredTry,
  summarizeScores,
  wilsonInterval,
} from "../../../lib/analysis/statistics/mod.ts";
import { near } from "./reference.ts";

const score = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const tries: fc.Arbitrary<readonly ScoredTry[]> = fc.array(
  fc.record({
    scorer: fc.constantFrom("numeric", "judge", "contains"),
    caseId: fc.integer({ min: 1, max: 12 }).map(String),
    value: fc.option(score, { freq: 6 }),
  }).map((it) => ({
    ...it,
    passed: it.value === null ? null : it.value >= 0.5,
    error: it.value === null ? "no answer" : null,
  })),
  { maxLength: 60 },
);
const numRuns = 60;
const flat = { size: "small" } as const;

Deno.test("compareScores() law: an experiment never differs from itself", () => {
  fc.assert(
    fc.property(tries, (all) => {
      for (const row of compareScores(all, all)) {
        assert.equal(row.verdict, "no difference shown");
        if (row.pairs === 0) continue;
        assert.equal(row.difference, 0);
        assert.equal(row.pValue, 1);
        assert.equal(row.moreCasesNeeded, null);
        assert.deepEqual(row.changed, []);
      }
    }),
    { numRuns },
  );
});

Deno.test("compareScores() law: swapping the sides swaps signs and verdicts, and nothing else", () => {
  const swapped = { better: "worse", worse: "better", "no difference shown": "no difference shown" } as const;
  fc.assert(
    fc.property(tries, tries, (left, right) => {
      const back = new Map(compareScores(right, left).map((row) => [row.scorer, row]));
      for (const row of compareScores(left, right)) {
        const other = back.get(row.scorer)!;
        assert.equal(other.pairs, row.pairs);
        assert.equal(other.left, row.right);
        assert.equal(other.verdict, swapped[row.verdict]);
        if (row.pairs === 0) continue;
        near(other.difference, -row.difference!);
        near(other.pValue, row.pValue!);
        near(other.pHolm, row.pHolm!);
        assert.equal(other.moreCasesNeeded, row.moreCasesNeeded);
        assert.equal(other.changed.length, row.changed.length);
        if (row.ci95) near(other.ci95![0], -row.ci95[1]);
      }
    }),
    { numRuns },
  );
});

Deno.test("scores law: an error changes no figure but the number of errors", () => {
  fc.assert(
    fc.property(tries, tries, (left, right) => {
      const scored = left.filter((it) => it.error === null);
      const [all, clean] = [summarizeScores(left), summarizeScores(scored)];
      for (const row of clean) {
        const { errors: _, ...figures } = all.find((it) => it.scorer === row.scorer)!;
        const { errors: none, ...wanted } = row;
        assert.equal(none, 0);
        assert.deepEqual(figures, wanted);
      }
      const names = new Set(clean.map((it) => it.scorer));
      const figures = (rows: ReturnType<typeof compareScores>) =>
        rows.filter((it) => it.pairs > 0 && names.has(it.scorer)).map(({ errors: _, ...row }) => row)
          .sort((a, b) => a.scorer < b.scorer ? -1 : 1)
          .map((row) => ({ ...row, changed: row.changed.length }));
      assert.deepEqual(figures(compareScores(left, right)), figures(compareScores(scored, right)));
    }),
    { numRuns },
  );
});

Deno.test("summarizeScores() law: means, rates and intervals are shares, around what they are of", () => {
  fc.assert(
    fc.property(tries, (all) => {
      for (const row of summarizeScores(all, { ks: [1, 2, 3] })) {
        const share = (it: number) => assert(it >= 0 && it <= 1 + 1e-12, `${it}`);
        for (const it of [...Object.values(row.passAt), ...Object.values(row.passHat)]) share(it);
        if (row.passRate !== null) share(row.passRate);
        if (row.ci95) assert(row.ci95[0] <= row.mean! && row.mean! <= row.ci95[1]);
        if (row.passAt["2"] !== undefined) assert(row.passAt["2"] >= row.passHat["2"]! - 1e-12);
        share(errorShare(row));
      }
    }),
    { numRuns },
  );
});

Deno.test("wilsonInterval() law: within [0, 1] and around the share", () => {
  fc.assert(fc.property(fc.nat(5_000), fc.nat(5_000), (passed, failed) => {
    const n = passed + failed;
    if (n === 0) return;
    const [low, high] = wilsonInterval(passed, n)!;
    assert(0 <= low && low <= passed / n && passed / n <= high && high <= 1);
  }));
});

Deno.test("holm() law: no smaller than given, in the same order, and for one p-value the same", () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (ps) => {
    const corrected = holm(ps);
    for (const [i, p] of ps.entries()) {
      assert(corrected[i]! >= p && corrected[i]! <= 1);
      for (const [j, other] of ps.entries()) if (p < other) assert(corrected[i]! <= corrected[j]!);
    }
    assert.deepEqual(holm([ps[0]!]), [ps[0]!]);
  }));
});

Deno.test("permutationTest() law: of passes and fails it is McNemar's exact test", () => {
  const sides = fc.array(fc.constantFrom(-1, 0, 1), { maxLength: 16, ...flat });
  fc.assert(
    fc.property(sides, (differences) => {
      const b = differences.filter((it) => it < 0).length;
      const c = differences.filter((it) => it > 0).length;
      near(permutationTest(differences), mcNemarExact(b, c));
    }),
    { numRuns },
  );
});

Deno.test("cohenKappa() law: 1 for equal labels, the same the other way round, at most 1", () => {
  const label = fc.constantFrom("a", "b", "c");
  fc.assert(fc.property(fc.array(fc.tuple(label, label), { minLength: 1 }), (pairs) => {
    const [a, b] = [pairs.map(([it]) => it), pairs.map(([, it]) => it)];
    for (const weights of ["none", "linear"] as const) {
      const same = cohenKappa(a, a, { weights }).kappa;
      assert(same === null || Math.abs(same - 1) < 1e-9);
      const { kappa, standardError } = cohenKappa(a, b, { weights });
      if (kappa === null) continue;
      assert(kappa <= 1 && standardError! >= 0);
      near(cohenKappa(b, a, { weights }).kappa, kappa);
    }
  }));
});
