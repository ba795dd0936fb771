import type { PricedSpan } from "../../../analysis/mod.ts";
import { type Run, shortRunId } from "../../../core/mod.ts";
import { cell, costOf, formatReceipt, plural } from "../../../present/mod.ts";
import type { Look } from "../../output/look.ts";

/** Usage × price of every call of a run that was billed, and where else to look: recordings, hand-offs. */
export function formatRunReceipt(
  run: Run,
  priced: readonly PricedSpan[],
  children: readonly Run[],
  look: Look,
): string {
  const billed = priced.filter((it) => !it.isFree);
  const freeCount = priced.length - billed.length;
  return [
    `${look.paint("bold", cell(run.agent))} ${look.paint("dim", cell(run.runId))}`,
    billed.length === 0
      ? "No call of this run was billed."
      : formatReceipt(billed.map(({ receipt }) => receipt)),
    ...(freeCount === 0
      ? []
      : [look.paint("dim", `${plural(freeCount, "call")} answered from a recording: nothing to pay`)]),
    ...children.map((child) =>
      look.paint(
        "dim",
        `handed to ${cell(child.agent)}: ${costOf(child.totals)} (agentop cost ${shortRunId(child.runId)})`,
      )
    ),
  ].join("\n");
}
