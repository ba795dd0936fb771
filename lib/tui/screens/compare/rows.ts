import { configChanges, type StepDiff } from "../../../analysis/mod.ts";
import type { Comparison } from "./comparison.ts";

/** One row of the list. `key` names it whatever is folded. */
export type CompareRow =
  | { readonly kind: "config"; readonly key: "config"; readonly isChange: true }
  | { readonly kind: "prompt"; readonly key: "prompt"; readonly isChange: true }
  /** `count` equal steps from place `from` of the alignment on. */
  | {
    readonly kind: "fold";
    readonly key: string;
    readonly isChange: false;
    readonly from: number;
    readonly count: number;
    readonly isOpen: boolean;
  }
  | { readonly kind: "step"; readonly key: string; readonly isChange: boolean; readonly diff: StepDiff }
  | { readonly kind: "answer"; readonly key: "answer"; readonly isChange: boolean };

/** Fewer equal steps than this are not worth folding. */
const FOLD_STEPS_MIN = 2;

/** The rows of a comparison, equal steps folded but for those in `unfolded`. */
export function compareRows(
  comparison: Comparison,
  unfolded: ReadonlySet<string>,
): readonly CompareRow[] {
  const { steps, output } = comparison.diff;
  const rows: CompareRow[] = [];
  if (configChanges(comparison.diff).length > 0) rows.push({ kind: "config", key: "config", isChange: true });
  if (comparison.left.prompt !== comparison.right.prompt) {
    rows.push({ kind: "prompt", key: "prompt", isChange: true });
  }
  for (let at = 0; at < steps.length;) {
    let end = at;
    while (end < steps.length && steps[end]!.op === "same") end++;
    const count = end - at;
    if (count < FOLD_STEPS_MIN) {
      rows.push(stepRow(steps[at]!, at++));
      continue;
    }
    const key = `fold:${at}`;
    const isOpen = unfolded.has(key);
    rows.push({ kind: "fold", key, isChange: false, from: at, count, isOpen });
    for (; isOpen && at < end; at++) rows.push(stepRow(steps[at]!, at));
    at = end;
  }
  rows.push({ kind: "answer", key: "answer", isChange: output.left !== output.right });
  return rows;
}

function stepRow(diff: StepDiff, at: number): CompareRow {
  return { kind: "step", key: `step:${at}`, isChange: diff.op !== "same", diff };
}

/** The row of the next change after `index` (or before it), going on at the other end. */
export function nextChange(
  rows: readonly CompareRow[],
  index: number,
  direction: 1 | -1,
): number | undefined {
  for (let steps = 1; steps <= rows.length; steps++) {
    const at = (index + direction * steps + rows.length * 2) % rows.length;
    if (rows[at]?.isChange) return at;
  }
  return undefined;
}
