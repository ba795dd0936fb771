import { roundUsd, type Run } from "../core/mod.ts";
import { type RunDiff, stepCounts } from "../analysis/mod.ts";
import { changesShape } from "./changes_shape.ts";
import { costFields, usageShape } from "./shapes.ts";

/** `agentop diff A B --json`. */
export function diffDocument(diff: RunDiff) {
  return {
    left: diff.left,
    right: diff.right,
    identical: diff.identical,
    status: diff.status,
    prompt: diff.prompt,
    config: changesShape(diff.config),
    steps: diff.steps.map((step) => ({ ...step, changes: changesShape(step.changes) })),
    output: diff.output,
    usageDelta: usageShape(diff.usageDelta),
    costDeltaUsd: costDelta(diff),
    costKnown: diff.costKnown,
    estimatedCostUsd: {
      left: usdOrNull(diff.estimatedCostUsd.left),
      right: usdOrNull(diff.estimatedCostUsd.right),
    },
    durationDeltaMs: roundMs(diff.durationDeltaMs),
    attemptsDelta: diff.attemptsDelta,
  };
}

function usdOrNull(usd: number | null): number | null {
  return usd === null ? null : roundUsd(usd);
}

/** Times are kept to a microsecond. */
function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** `null` when a run made calls of unknown cost: the difference of what is known is not that of the runs. */
function costDelta({ costDeltaUsd, costKnown }: RunDiff): number | null {
  return costKnown ? roundUsd(costDeltaUsd) : null;
}

/** What a replay gave. */
export interface ReplayOutcome {
  readonly original: Run;
  readonly run: Run;
  readonly mode: string;
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly diffId: string;
  readonly diff: RunDiff;
  /** USD that was not paid again; `null` when some of it is unknown. */
  readonly savedCostUsd: number | null;
  /** Where the replay left the recording. */
  readonly divergence: unknown;
}

/** `agentop replay RUN --json`. */
export function replayDocument({ original, run, mode, overrides, diffId, diff, ...rest }: ReplayOutcome) {
  return {
    runId: original.runId,
    newRunId: run.runId,
    mode,
    overrides,
    diffId,
    diff: diffDocument(diff),
    originalOutput: original.output ?? null,
    newOutput: run.output ?? null,
    status: run.status,
    error: run.error ?? null,
    finishReason: run.finishReason ?? null,
    warnings: run.warnings ?? [],
    steps: stepCounts(diff),
    divergence: rest.divergence ?? null,
    usageDelta: usageShape(diff.usageDelta),
    ...costFields(run.totals),
    costDeltaUsd: costDelta(diff),
    savedCostUsd: rest.savedCostUsd === null ? null : roundUsd(rest.savedCostUsd),
  };
}
