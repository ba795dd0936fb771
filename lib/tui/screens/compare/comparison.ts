import type { Run, RunReader, Trace } from "../../../core/mod.ts";
import {
  checkComparable,
  comparedSteps,
  diffRuns,
  type RunDiff,
  runTookMs,
  type StepDocument,
  type TextPiece,
  unifiedDiff,
  wordDiff,
} from "../../../analysis/mod.ts";
import type { Pairing } from "../../contract/message.ts";

/** Two runs and everything that differs between them. */
export interface Comparison {
  readonly left: Run;
  readonly right: Run;
  readonly diff: RunDiff;
  /** With the steps that a fork began with, as the difference counts it. */
  readonly tookMs: { readonly left: number; readonly right: number };
  /** What each step says, by its number on its side. */
  readonly leftSteps: ReadonlyMap<number, StepDocument>;
  readonly rightSteps: ReadonlyMap<number, StepDocument>;
}

export interface TextPair {
  readonly left: string;
  readonly right: string;
}

/** How two texts differ, line by line and word by word. */
export interface TextDiff extends TextPair {
  readonly unified: string;
  readonly words: readonly TextPiece[];
}

/** Loads both runs and aligns them. Rejects while one of them is still running. */
export async function loadComparison(store: RunReader, { left, right }: Pairing): Promise<Comparison> {
  const [a, b] = [await finishedTrace(store, left), await finishedTrace(store, right)];
  return {
    left: a.run,
    right: b.run,
    diff: await diffRuns(a, b),
    tookMs: { left: runTookMs(a.run, 0) ?? 0, right: runTookMs(b.run, 0) ?? 0 },
    leftSteps: documentsOf(a),
    rightSteps: documentsOf(b),
  };
}

export async function textDiffs(pairs: readonly TextPair[]): Promise<readonly TextDiff[]> {
  const diffs: TextDiff[] = [];
  for (const { left, right } of pairs) {
    const unified = await unifiedDiff(left, right, { left: "left", right: "right" });
    diffs.push({ left, right, unified, words: await wordDiff(left, right) });
  }
  return diffs;
}

async function finishedTrace(store: RunReader, reference: string): Promise<Trace> {
  const run = await store.resolveRun(reference);
  checkComparable(run, "^r when it has ended");
  return await store.loadTrace(run.traceId);
}

function documentsOf(trace: Trace): ReadonlyMap<number, StepDocument> {
  return new Map(comparedSteps(trace).map(({ step, document }) => [step, document]));
}
