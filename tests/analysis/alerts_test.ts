import assert from "node:assert/strict";
import fc from "fast-check";
import type { AlertCondition, AlertMetric } from "../../lib/core/mod.ts";
import { alertVerdict, episodeStep, robustSpread } from "../../lib/analysis/mod.ts";

const ABOVE: AlertCondition = { kind: "above", value: 1 };

function kindOf(condition: AlertCondition, value: number, metric: AlertMetric = "cost"): string {
  return alertVerdict(metric, condition, 1, { value, runs: 1 }).kind;
}

Deno.test("alertVerdict() fires beyond a threshold, and is clear only when a value came back by a tenth", () => {
  assert.deepEqual([1.01, 1, 0.95, 0.9, 0].map((it) => kindOf(ABOVE, it)), [
    "over",
    "near",
    "near",
    "clear",
    "clear",
  ]);
  const below: AlertCondition = { kind: "below", value: 0.7 };
  assert.deepEqual([0.69, 0.7, 0.76, 0.78].map((it) => kindOf(below, it, "score")), [
    "over",
    "near",
    "near",
    "clear",
  ]);
  assert.equal(kindOf({ kind: "above", value: 0 }, 0, "retries"), "clear");
  assert.equal(kindOf({ kind: "below", value: 1 }, 1, "score"), "clear", "a full score can come back");
});

Deno.test("alertVerdict() gives no verdict with fewer runs than it needs, and says how many there are", () => {
  const spike: AlertCondition = { kind: "spike", value: 5 };
  const verdict = alertVerdict("latency", spike, 20, { value: 9e9, runs: 1, sample: [1, 2, 3] });
  assert.deepEqual(verdict, { kind: "none", reason: "3 of the 20 runs that a verdict needs" });
  assert.equal(alertVerdict("cost", ABOVE, 5, { value: 9, runs: 4 }).kind, "none");
});

Deno.test("a spike is so many deviations from the median: by hand, and one wild run before changes nothing", () => {
  // Median 3; deviations from it 2 1 0 1 97: median 1, times 1.4826.
  assert.deepEqual(robustSpread([1, 2, 3, 4, 100]), { median: 3, deviation: 1.4826 });
  assert.deepEqual(robustSpread([1, 3]), { median: 2, deviation: 1.4826 });
  assert.equal(robustSpread([]), undefined);
  const spike: AlertCondition = { kind: "spike", value: 5 };
  const sample = [1, 2, 3, 4, 100];
  const at = (value: number) => alertVerdict("tokens", spike, 5, { value, runs: 1, sample });
  assert.equal(at(10.5).kind, "over"); // 3 + 5 × 1.4826 = 10.413
  assert.equal(at(10.4).kind, "near");
  assert.equal(at(9).kind, "clear");
});

Deno.test("runs that are all alike do not make a spike of the next small difference; a score spikes downwards", () => {
  const spike: AlertCondition = { kind: "spike", value: 5 };
  const alike = Array.from({ length: 20 }, () => 100);
  const at = (metric: AlertMetric, value: number, sample: readonly number[]) =>
    alertVerdict(metric, spike, 20, { value, runs: 1, sample }).kind;
  assert.equal(at("tokens", 101, alike), "clear");
  assert.equal(at("tokens", 151, alike), "over");
  assert.equal(at("score", 0.1, alike.map(() => 0.9)), "over");
  assert.equal(at("score", 1, alike.map(() => 0.9)), "clear");
  assert.equal(at("retries", 2, alike.map(() => 0)), "clear");
  assert.equal(at("retries", 3, alike.map(() => 0)), "over");
});

Deno.test("between two alerts of a rule a value came back clearly: values that swing around a threshold are one episode", () => {
  const value = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(
      fc.constantFrom<AlertCondition["kind"]>("above", "below", "spike"),
      fc.constantFrom<AlertMetric>("cost", "score", "retries"),
      value,
      fc.array(value, { maxLength: 60 }),
      (kind, metric, threshold, values) => {
        const condition = { kind, value: kind === "spike" ? Math.abs(threshold) + 0.1 : threshold };
        const sample = [0.2, 0.4, 0.6, 0.8];
        let isOpen = false;
        let cameBack = true;
        for (const it of values) {
          const verdict = alertVerdict(metric, condition, 1, { value: it, runs: 1, sample });
          const step = episodeStep(isOpen, verdict);
          if (step === "begin") {
            assert.ok(cameBack, "a second alert in one episode");
            assert.ok(!isOpen);
            cameBack = false;
          }
          if (verdict.kind === "clear") cameBack = true;
          isOpen = step === "begin" || isOpen && step !== "end";
          assert.equal(isOpen, isOpen && !cameBack);
        }
      },
    ),
  );
});
