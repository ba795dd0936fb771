import type { Store } from "../../lib/core/mod.ts";
import { graded, keepExperiment } from "../support/experiments.ts";
import type { FakeHost } from "../support/fake_host.ts";

const CASES = Array.from({ length: 14 }, (_, at) => `case ${String(at + 1).padStart(2, "0")}`);

/** Experiments as people have them: two models by two scorers, an earlier one alone, one cut off, and one at work. */
export async function someExperiments(store: Store, host: FakeHost): Promise<void> {
  await keepExperiment(store, host, {
    suite: "sales",
    variants: ["small"],
    cases: CASES.slice(0, 12),
    scorers: ["numeric"],
    result: (_, caseId) => ({ scores: [graded("numeric", number(caseId) % 2)] }),
  });
  host.advance(3_600_000);
  await keepExperiment(store, host, {
    suite: "sales",
    variants: ["small", "large"],
    cases: CASES,
    repeats: 2,
    scorers: ["numeric", "judge"],
    result: (variant, caseId, repeat) => salesTry(variant, number(caseId), repeat),
  });
  host.advance(600_000);
  await keepExperiment(store, host, {
    suite: "letters, a suite with a name that goes on for longer than any column has room for it",
    variants: ["writer"],
    cases: ["thanks", "sorry", "翻訳"],
    scorers: ["judge"],
    status: "stopped",
    reason: "the budget of 0.05 USD does not allow another case",
    result: (_, caseId) => caseId === "thanks" ? { scores: [graded("judge", 0.75)], usd: null } : undefined,
  });
  host.advance(60_000);
  await keepExperiment(store, host, {
    suite: "triage",
    variants: ["v1", "v2", "v3"],
    cases: CASES.slice(0, 8),
    scorers: ["completed"],
    status: "running",
    result: (variant, caseId) =>
      variant === "v1" && number(caseId) <= 5 ? { scores: [graded("completed", 1)] } : undefined,
  });
  host.advance(5_000);
}

function number(caseId: string): number {
  return Number(caseId.replace("case ", ""));
}

function salesTry(variant: string, at: number, repeat: number) {
  const isLarge = variant === "large";
  const right = isLarge ? at % 7 !== 0 : at % 3 !== 0 || repeat === 2 && at % 2 === 0;
  const judged = { scorer: "judge", version: "2" };
  return {
    scores: [
      graded("numeric", right ? 1 : 0, right ? "it says 36034.8" : "wanted 36034.8, nearest is 12"),
      isLarge && at === 5
        ? { ...judged, error: "the judge answered no verdict twice" }
        : graded("judge", (isLarge ? 0.6 + at % 4 / 40 : 0.5) + at / 50, "It names the file."),
    ],
    output: `It is ${right ? "36,034.80" : "12"}, by ${variant}.`,
    usd: isLarge ? 0.0041 : at === 9 ? null : 0.0007,
  };
}
