import type { RunDiff } from "./run_diff.ts";
import type { StepDiff } from "./step_diff.ts";

/** What differs between two runs, in a few words: `2 steps changed, another answer`. */
export function diffSummary(diff: RunDiff): string {
  const count = (op: StepDiff["op"]) => diff.steps.filter((step) => step.op === op).length;
  const parts = [
    [count("changed"), "changed"],
    [count("added"), "added"],
    [count("removed"), "removed"],
  ] as const;
  const steps = parts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${n === 1 ? "step" : "steps"} ${word}`);
  if (diff.output.unified !== "") steps.push("another answer");
  return steps.join(", ") || "another ending";
}
