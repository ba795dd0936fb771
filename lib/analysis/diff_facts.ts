import { AgentOpError, isLive, type Run } from "../core/mod.ts";
import type { JsonChange } from "./json_diff.ts";
import type { RunDiff } from "./run_diff.ts";
import type { StepDiff } from "./step_diff.ts";

/** How many steps are what, and the number of the first that is not the same. */
export interface StepCounts {
  readonly identical: number;
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
  /** On the left side, where there is one. */
  readonly firstDivergence: number | null;
}

export function stepCounts({ steps }: Pick<RunDiff, "steps">): StepCounts {
  const count = (op: StepDiff["op"]) => steps.filter((step) => step.op === op).length;
  const first = steps.find((step) => step.op !== "same");
  return {
    identical: count("same"),
    changed: count("changed"),
    added: count("added"),
    removed: count("removed"),
    firstDivergence: first ? first.left ?? first.right : null,
  };
}

/** What differs between two runs, in a few words: `2 steps changed, another answer`; `undefined` when nothing does. */
export function diffSummary(diff: RunDiff): string | undefined {
  const counts = stepCounts(diff);
  const steps = (["changed", "added", "removed"] as const).filter((op) => counts[op] > 0)
    .map((op) => `${counts[op]} ${counts[op] === 1 ? "step" : "steps"} ${op}`);
  const { prompt, output, status } = diff;
  const parts = [
    ...(prompt.left === prompt.right ? [] : ["another prompt"]),
    ...steps,
    ...(output.left === output.right ? [] : ["another answer"]),
    ...(status.left === status.right ? [] : ["another ending"]),
  ];
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** What differs between the agents' configurations. Where an agent's folder is says nothing about a run. */
export function configChanges({ config }: Pick<RunDiff, "config">): readonly JsonChange[] {
  return config.filter(({ path }) => path !== "/baseDir");
}

/** Where a step stands: its number, or `3→4` where the sides count differently. */
export function stepPlace({ left, right }: Pick<StepDiff, "left" | "right">, arrow = "→"): string {
  if (left === null || right === null || left === right) return String(left ?? right);
  return `${left}${arrow}${right}`;
}

/** Only what has ended can be compared. Throws `AgentOpError`, with `remedy`. */
export function checkComparable({ runId, status }: Run, remedy?: string): void {
  if (!isLive(status) && status !== "queued") return;
  throw new AgentOpError(`Cannot compare ${runId}: it is ${status}, not finished`, {
    remedy: remedy ?? `agentop ${status === "paused" || status === "queued" ? "resume" : "watch"} ${runId}`,
  });
}
