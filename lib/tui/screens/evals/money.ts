import type { SpentTotals } from "../../../core/mod.ts";
import { knownCost } from "../../../present/mod.ts";

/** Before an amount: some of it is estimated. */
const ABOUT = "~";

/** What was spent: `$0.0120`; `+` where calls of unknown price are not in it, `~` where an estimate of such calls is. */
export function knownMoney(
  { costUsd, unknownCostCalls, estimatedCostUsd = 0 }: Pick<
    SpentTotals,
    "costUsd" | "unknownCostCalls" | "estimatedCostUsd"
  >,
): string {
  if (estimatedCostUsd > 0) return ABOUT + knownCost(costUsd + estimatedCostUsd, unknownCostCalls);
  return knownCost(costUsd, unknownCostCalls);
}
