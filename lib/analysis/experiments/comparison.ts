import type { CaseResult, ExperimentCase } from "../../core/mod.ts";
import { compareScores, type ScoreComparison } from "../statistics/compare_scores.ts";
import { triesOf } from "./summary.ts";

/** One side of a comparison: a variant of an experiment. */
export interface ComparedVariant {
  readonly experimentId: string;
  readonly variant: string;
  readonly suite: string;
  readonly suiteHash: string;
  readonly cases: readonly ExperimentCase[];
  /** Of this variant alone. */
  readonly results: readonly CaseResult[];
}

/** A case whose score differs, with the first run of either side. */
export interface ChangedCase {
  readonly caseId: string;
  readonly left: number;
  readonly right: number;
  readonly leftRunId: string | null;
  readonly rightRunId: string | null;
}

/** What differs between two variants, over the cases that both have. */
export interface ExperimentComparison {
  readonly left: Pick<ComparedVariant, "experimentId" | "variant">;
  readonly right: Pick<ComparedVariant, "experimentId" | "variant">;
  /** Cases that both have results of. */
  readonly pairs: number;
  /** Cases that only one side has results of. */
  readonly onlyLeft: number;
  readonly onlyRight: number;
  /** Cases that both have, of which the prompt, a column or a scorer has changed. */
  readonly changedCases: readonly string[];
  readonly scorers:
    readonly (Omit<ScoreComparison, "changed"> & { readonly changed: readonly ChangedCase[] })[];
  /** Of a run, on average over the shared cases: right − left, USD; `null` when some of it is unknown. */
  readonly costDeltaUsd: number | null;
  /** Of a run, on average over the shared cases: right − left, ms. */
  readonly durationDeltaMs: number | null;
}

/** Compares two variants case by case. */
export function compareVariants(left: ComparedVariant, right: ComparedVariant): ExperimentComparison {
  const [before, after] = [byCase(left.results), byCase(right.results)];
  const shared = new Set([...before.keys()].filter((id) => after.has(id)));
  const ofShared = (results: readonly CaseResult[]) => results.filter((it) => shared.has(it.caseId));
  const [leftShared, rightShared] = [ofShared(left.results), ofShared(right.results)];
  const firstRun = (cases: ReadonlyMap<string, readonly CaseResult[]>, id: string) =>
    cases.get(id)?.[0]?.runId ?? null;
  return {
    left: { experimentId: left.experimentId, variant: left.variant },
    right: { experimentId: right.experimentId, variant: right.variant },
    pairs: shared.size,
    onlyLeft: before.size - shared.size,
    onlyRight: after.size - shared.size,
    changedCases: changedCases(left, right, shared),
    scorers: compareScores(triesOf(leftShared), triesOf(rightShared)).map((row) => ({
      ...row,
      changed: row.changed.map((it) => ({
        ...it,
        leftRunId: firstRun(before, it.caseId),
        rightRunId: firstRun(after, it.caseId),
      })),
    })),
    costDeltaUsd: difference(meanCost(leftShared), meanCost(rightShared)),
    durationDeltaMs: difference(meanDuration(leftShared), meanDuration(rightShared)),
  };
}

function byCase(results: readonly CaseResult[]): ReadonlyMap<string, readonly CaseResult[]> {
  return Map.groupBy(results, (it) => it.caseId);
}

function changedCases(
  left: ComparedVariant,
  right: ComparedVariant,
  shared: ReadonlySet<string>,
): readonly string[] {
  if (left.suiteHash === right.suiteHash) return [];
  const hashes = new Map(left.cases.map((it) => [it.caseId, it.hash]));
  return right.cases.filter(({ caseId, hash }) => shared.has(caseId) && hashes.get(caseId) !== hash)
    .map((it) => it.caseId);
}

function meanCost(results: readonly CaseResult[]): number | null {
  if (results.length === 0 || results.some(({ spent }) => spent.unknownCostCalls > 0)) return null;
  return results.reduce((sum, { spent }) => sum + spent.costUsd, 0) / results.length;
}

function meanDuration(results: readonly CaseResult[]): number | null {
  return results.length === 0 ? null : results.reduce((sum, it) => sum + it.durationMs, 0) / results.length;
}

function difference(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : right - left;
}
