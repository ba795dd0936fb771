import type { RunDiff } from "../analysis/mod.ts";
import type { Baseline, Run } from "../core/mod.ts";
import { isoTime } from "../present/mod.ts";
import { diffDocument } from "./diff_shape.ts";

/** One of `baseline list --json`. */
export function baselineShape(
  { name, runId, createdAtUs, run, isDamaged = false }: Baseline & { readonly run?: Run },
) {
  return {
    name,
    runId: isDamaged ? null : runId,
    createdAt: isDamaged ? null : isoTime(createdAtUs),
    isDeleted: run === undefined && !isDamaged,
    isDamaged,
    agent: run?.agent ?? null,
    prompt: run?.prompt ?? null,
  };
}

/** A run that was held to another one. */
export interface HeldRun {
  readonly baseline: Pick<Run, "runId">;
  readonly run: Pick<Run, "runId">;
  readonly passed: boolean;
  readonly findings: readonly {
    readonly check: string;
    readonly passed: boolean;
    readonly explanation: string;
  }[];
  readonly diff: RunDiff;
}

/** `baseline check NAME RUN --json`; the baseline is the left side of `diff`. */
export function baselineDocument(name: string, { baseline, run, passed, findings, diff }: HeldRun) {
  return {
    name,
    baselineRunId: baseline.runId,
    runId: run.runId,
    passed,
    checks: findings.map(({ check, passed, explanation }) => ({ check, passed, explanation })),
    diff: diffDocument(diff),
  };
}
