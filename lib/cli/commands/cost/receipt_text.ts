import { type PricedSpan, receiptSum } from "../../../analysis/mod.ts";
import { type Run, shortRunId, type TreeTotals } from "../../../core/mod.ts";
import { cell, costWordsOf, formatReceipt, freeCallsText, treeCostWords } from "../../../present/mod.ts";
import type { Look } from "../../output/look.ts";

/** Usage × price of every call of a run that was billed, and where else to look: recordings, hand-offs. */
export function formatRunReceipt(
  run: Run,
  priced: readonly PricedSpan[],
  { children, tree }: { readonly children: readonly Run[]; readonly tree: TreeTotals },
  look: Look,
): string {
  const billed = priced.filter((it) => !it.isFree).map(({ receipt }) => receipt);
  const freeCount = priced.length - billed.length;
  return [
    `${look.paint("bold", cell(run.agent))} ${look.paint("dim", cell(run.runId))}`,
    billed.length === 0 ? "No call of this run was billed." : formatReceipt(billed, receiptSum(billed)),
    ...(freeCount === 0 ? [] : [look.paint("dim", freeCallsText(freeCount))]),
    ...children.map((child) =>
      look.paint(
        "dim",
        `handed to ${cell(child.agent)}: ${costWordsOf(child.totals)} (agentop cost ${
          shortRunId(child.runId)
        })`,
      )
    ),
    ...(tree.runs > 1 ? [`with all hand-offs: ${treeCostWords(tree)}`] : []),
  ].join("\n");
}
