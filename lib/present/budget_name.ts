import type { BudgetState } from "../core/mod.ts";
import { money } from "./money.ts";

/** `the budget of $5.00 per day for agent:researcher`. */
export function budgetName(
  { scope, per, limitUsd }: Pick<BudgetState, "scope" | "per" | "limitUsd">,
): string {
  return `the budget of ${money(limitUsd)} per ${per} for ${scope === "all" ? "all runs" : scope}`;
}
