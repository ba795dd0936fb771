import { checkSchedules } from "../../tests/support/budget_schedules.ts";
import type { SoakResult } from "./check.ts";

const SCHEDULES = 1_000;

/** New random schedules each time: eight runs that reserve, are answered, lose calls and ask again, under three budgets. */
export async function budgets(): Promise<SoakResult> {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const begun = performance.now();
  const problems: string[] = [];
  try {
    await checkSchedules(SCHEDULES, seed);
  } catch (error) {
    problems.push(`seed ${seed}: ${error instanceof Error ? error.message : error}`);
  }
  return {
    check: "budgets",
    tried: `${SCHEDULES} schedules of 8 runs from seed ${seed}`,
    problems,
    worst: `${((performance.now() - begun) / 1000).toFixed(1)} s in all`,
    promise: "never over the cap",
  };
}
