import type { RaisedLimit } from "../core/mod.ts";
import type { AgentLimits } from "./agent_config.ts";
import { BudgetExceededError } from "./budget.ts";
import { MAX_REPEATS } from "./loop_guard.ts";

/** The limit that a run which `error` stopped needs to go on: twice what it was, or what the next call needs. */
export function limitToGoOn(
  type: string | undefined,
  limits: AgentLimits,
  error: unknown,
): RaisedLimit | undefined {
  switch (type) {
    case "max_steps":
      return { limit: "maxSteps", value: 2 * limits.maxSteps };
    case "timeout":
      return { limit: "timeoutSeconds", value: 2 * limits.timeoutSeconds };
    case "loop":
      return { limit: "maxRepeats", value: 2 * (limits.maxRepeats ?? MAX_REPEATS) };
    case "budget":
      return error instanceof BudgetExceededError ? budgetFor(error, limits.budgetUsd) : undefined;
  }
  return undefined;
}

/** Nothing where the price is unknown, or where it is the budget of the run that handed the work over. */
function budgetFor(
  { limitUsd, spentUsd, reservedUsd, wantedUsd }: BudgetExceededError,
  ownLimitUsd: number | undefined,
): RaisedLimit | undefined {
  if (wantedUsd === null || ownLimitUsd === undefined || limitUsd !== ownLimitUsd) return undefined;
  return { limit: "budgetUsd", value: roundedUp(Math.max(2 * limitUsd, spentUsd + reservedUsd + wantedUsd)) };
}

/** To two digits that count. */
function roundedUp(usd: number): number {
  const step = 10 ** (Math.floor(Math.log10(usd)) - 1);
  return Number((Math.ceil(Number((usd / step).toPrecision(12))) * step).toPrecision(3));
}
