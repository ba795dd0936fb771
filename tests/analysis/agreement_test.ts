import assert from "node:assert/strict";
import { verdictAgreement } from "../../lib/analysis/experiments/mod.ts";
import { type CaseResult, NO_USAGE } from "../../lib/core/mod.ts";
import { agreementText } from "../../lib/present/mod.ts";
import { graded } from "../support/experiments.ts";

/** What the judge and a person said of one run after the other. */
function agreed(pairs: readonly (readonly [judge: boolean, person: boolean])[]) {
  const results = pairs.map(([judge], at): CaseResult => ({
    caseId: `${at}`,
    variant: "v",
    repeat: 1,
    runId: `${at}`,
    status: "completed",
    durationMs: 1,
    spent: { usage: NO_USAGE, costUsd: 0, unknownCostCalls: 0 },
    scores: [graded("judge", judge ? 1 : 0)],
  }));
  const said = pairs.map(([, passed], at) => ({ runId: `${at}`, name: "kind", passed }));
  return verdictAgreement(results, said)[0]!;
}

const times = (n: number, judge: boolean, person: boolean) =>
  Array.from({ length: n }, () => [judge, person] as const);

Deno.test("verdictAgreement() compares people and scorers over the runs that both judged", () => {
  const found = agreed([
    ...times(20, true, true),
    ...times(15, false, false),
    ...times(5, true, false),
    ...times(10, false, true),
  ]);
  // (0.7 − 0.5) / (1 − 0.5): 25 of 50 pass by the judge, 30 by the person.
  assert.ok(Math.abs(found.kappa! - 0.4) < 1e-12);
  assert.deepEqual([found.human, found.scorer, found.n, found.isEnough], ["kind", "judge", 50, true]);
  assert.match(agreementText(found), /κ 0\.40, 95 % 0\.\d\d – 0\.\d\d/);
});

Deno.test("one who hardly says anything else proves no agreement: there is no interval", () => {
  for (
    const pairs of [[...times(20, true, true), ...times(10, true, false)], [
      ...times(29, true, true),
      [false, false] as const,
    ]]
  ) {
    const found = agreed(pairs);
    assert.equal(found.ci95, null);
    assert.match(agreementText(found), /no interval: they vary too little/);
  }
});
