import assert from "node:assert/strict";
import {
  cohenKappa,
  effectSize,
  holm,
  mcNemarExact,
  meanInterval,
  moreCasesNeeded,
  pairedDifference,
  passAtK,
  passHatK,
  permutationTest,
  tQuantile,
  wilsonInterval,
} from "../../../lib/analysis/statistics/mod.ts";
import { HOLM, KAPPA, MCNEMAR, MEAN, near, PAIRED, SIGN_FLIPS, T_QUANTILES, WILSON } from "./reference.ts";

Deno.test("tQuantile() is SciPy's, and refuses what has none", () => {
  for (const [p, freedom, wanted] of T_QUANTILES) {
    near(tQuantile(p, freedom), wanted, `t(${p}, ${freedom})`);
    near(tQuantile(1 - p, freedom), -wanted, `t(${1 - p}, ${freedom})`);
  }
  assert.equal(tQuantile(0.5, 7), 0);
  for (const [p, freedom] of [[0, 3], [1, 3], [NaN, 3], [0.9, 0], [0.9, 1.5]] as const) {
    assert.throws(() => tQuantile(p, freedom), RangeError);
  }
});

Deno.test("intervals are those of SciPy and statsmodels", () => {
  for (const [passed, n, low, high] of WILSON) {
    const ci = wilsonInterval(passed, n)!;
    near(ci[0], low, `${passed} of ${n}`);
    near(ci[1], high, `${passed} of ${n}`);
  }
  const { mean, ci95, n } = meanInterval(PAIRED.a);
  near(mean, MEAN.mean);
  near(ci95![0], MEAN.ci95[0]);
  near(ci95![1], MEAN.ci95[1]);
  assert.equal(n, 8);
  assert.deepEqual(meanInterval([0.4]), { mean: 0.4, ci95: null, n: 1 });
  assert.deepEqual(meanInterval([]), { mean: null, ci95: null, n: 0 });
  assert.deepEqual(meanInterval([0, 1]).ci95, [0, 1], "cut to what a score can be");
  assert.equal(wilsonInterval(0, 0), null);
});

Deno.test("a paired comparison gives SciPy's difference, interval, effect and number of cases", () => {
  const { difference, ci95, n } = pairedDifference(PAIRED.a, PAIRED.b);
  near(difference, PAIRED.difference);
  near(ci95![0], PAIRED.ci95[0]);
  near(ci95![1], PAIRED.ci95[1]);
  assert.equal(n, 8);
  const differences = PAIRED.b.map((it, index) => it - PAIRED.a[index]!);
  near(effectSize(differences), PAIRED.effectSize);
  assert.equal(moreCasesNeeded(differences), Math.ceil(PAIRED.cases) - 8);
  assert.equal(moreCasesNeeded([0.5, 0.5, 0.5]), 0);
  assert.equal(moreCasesNeeded([0, 0]), null);
  assert.equal(effectSize([0.1, 0.1, 0.1]), null, "not a division by rounding");
  assert.throws(() => pairedDifference([1], [1, 2]), RangeError);
});

Deno.test("p-values are SciPy's exact ones", () => {
  for (const [b, c, wanted] of MCNEMAR) {
    near(mcNemarExact(b, c), wanted, `${b} and ${c}`);
    near(mcNemarExact(c, b), wanted, `${c} and ${b}`);
  }
  assert.equal(mcNemarExact(0, 0), 1);
  assert(
    mcNemarExact(0, 5_000) >= 0 && mcNemarExact(4_000, 5_000) > 0,
    "sums of what is too small for a number",
  );
  for (const [differences, wanted] of SIGN_FLIPS) near(permutationTest(differences), wanted);
  assert.equal(permutationTest([]), 1);
  assert.equal(permutationTest([0, 0, 0]), 1);
  for (const [index, corrected] of holm(HOLM.map(([p]) => p)).entries()) near(corrected, HOLM[index]![1]);
});

Deno.test("permutationTest() of many differences draws: near McNemar's exact figure, the same for the same seed", () => {
  for (const [plus, minus] of [[14, 3], [61, 40], [300, 240]] as const) {
    const differences = [...Array<number>(plus).fill(1), ...Array<number>(minus).fill(-1), 0, 0];
    const drawn = permutationTest(differences, 7);
    assert.equal(permutationTest(differences, 7), drawn);
    const exact = mcNemarExact(minus, plus);
    // Five standard errors of 100,000 draws.
    assert(Math.abs(drawn - exact) < 5 * Math.sqrt(exact / 100_000), `${drawn} and ${exact}`);
  }
  assert.notEqual(
    permutationTest(Array(40).fill(1).fill(-0.9, 15), 1),
    permutationTest(Array(40).fill(1).fill(-0.9, 15), 2),
  );
});

Deno.test("pass@k and pass^k are the published estimators", () => {
  near(passAtK([{ repeats: 10, passed: 3 }], 1), 0.3);
  near(passAtK([{ repeats: 10, passed: 3 }], 5), 11 / 12);
  near(passHatK([{ repeats: 10, passed: 7 }], 3), 7 / 24);
  const cases = [{ repeats: 2, passed: 2 }, { repeats: 4, passed: 1 }];
  near(passAtK(cases, 3), 0.75, "the case with two tries is left out");
  near(passHatK(cases, 2), 0.5);
  assert.equal(passAtK(cases, 5), null);
  assert.throws(() => passAtK(cases, 0), RangeError);
});

Deno.test("cohenKappa() gives statsmodels' κ and error, plain and with linear weights", () => {
  const labels = ["bad", "fair", "good"];
  const pairs = KAPPA.counts.flatMap((row, i) =>
    row.flatMap((count, j) => Array.from({ length: count }, () => [labels[i]!, labels[j]!] as const))
  );
  const [a, b] = [pairs.map(([it]) => it), pairs.map(([, it]) => it)];
  const plain = cohenKappa(a, b);
  near(plain.kappa, KAPPA.plain[0]);
  near(plain.standardError, KAPPA.plain[1]);
  near(plain.ci95![0], KAPPA.plain[0] - 1.959963984540054 * KAPPA.plain[1]);
  near(plain.agreement, 0.75);
  const linear = cohenKappa(a, b, { weights: "linear", labels });
  near(linear.kappa, KAPPA.linear[0]);
  near(linear.standardError, KAPPA.linear[1]);
  assert.equal(
    cohenKappa(["x"], ["x"]).kappa,
    null,
    "no agreement beyond chance can be shown with one label",
  );
  assert.equal(cohenKappa([], []).kappa, null);
  assert.throws(() => cohenKappa(["x"], []), RangeError);
  assert.throws(() => cohenKappa(["x"], ["y"], { labels: ["x"] }), RangeError);
});
