import { AgentOpError, type BudgetState, QUARTER_MS, wallTime } from "../core/mod.ts";
import { budgetName, money } from "../present/mod.ts";

/** A call would pass a budget that all runs share. Ends a run as `stopped` with `error.type` `budget`. */
export class SharedBudgetError extends AgentOpError {
  override readonly name = "SharedBudgetError";
  readonly budget: BudgetState;
  constructor(budget: BudgetState, wantedUsd: number | null, timeZone: string) {
    const within = `Cannot call the model within ${budgetName(budget)}`;
    super(
      wantedUsd === null
        ? `${within}: its price is unknown`
        : `${within}: it can cost ${money(wantedUsd)} with ${money(budget.spentUsd)} spent and ` +
          `${money(budget.reservedUsd)} reserved${untilText(budget, timeZone)}`,
      {
        remedy: wantedUsd === null
          ? "a price in a price file, or --unpriced assume=USD_PER_MILLION_TOKENS"
          : `agentop budget set ${budget.scope} USD --per ${budget.per}${
            budget.window ? ", or wait until it begins anew" : ""
          }`,
        exitCode: 3,
      },
    );
    this.budget = budget;
  }
}

/** What a person hears when a part of a budget is reached. */
export function reachedText(budget: BudgetState, percent: number, timeZone: string): string {
  return `${percent} % of ${budgetName(budget)} is spent or reserved: ${money(budget.spentUsd)} spent, ${
    money(budget.reservedUsd)
  } reserved${untilText(budget, timeZone)}`;
}

/** What a run waits for while money is set aside for calls of others. */
export function waitText(budget: BudgetState): string {
  return `Waits for ${budgetName(budget)}: ${money(budget.spentUsd)} spent, ${
    money(budget.reservedUsd)
  } set aside for calls under way`;
}

function untilText({ window }: BudgetState, timeZone: string): string {
  return window ? `, until ${wallTime(window.to * QUARTER_MS, timeZone).slice(0, 16)} (${timeZone})` : "";
}
