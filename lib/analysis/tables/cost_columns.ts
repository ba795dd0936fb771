import { type CostRow, roundUsd, totalTokens, type Usage } from "../../core/mod.ts";
import { boolean, type ColumnsFor, integer, number, orNull } from "./column.ts";

/** What every row with tokens says of them. */
type TokenCells = Readonly<
  Record<"inputTokens" | "outputTokens" | "cachedInputTokens" | "reasoningTokens" | "totalTokens", number>
>;

/** And of money. */
interface CostCells {
  readonly costUsd: number | null;
  readonly costKnown: boolean;
  readonly unknownCostCalls: number;
  readonly estimatedCostUsd: number | null;
}

export const TOKEN_COLUMNS: ColumnsFor<TokenCells> = {
  inputTokens: integer("tokens of the prompts, cached ones included", "tokens"),
  outputTokens: integer("tokens of the answers, reasoning included", "tokens"),
  cachedInputTokens: integer("part of inputTokens that came from a prompt cache", "tokens"),
  reasoningTokens: integer("part of outputTokens that was spent on thinking", "tokens"),
  totalTokens: integer("in and out together", "tokens"),
};

export const COST_COLUMNS: ColumnsFor<CostCells> = {
  costUsd: orNull(number("the known costs together; null when none is known", "USD")),
  costKnown: boolean("nothing is missing in costUsd"),
  unknownCostCalls: integer("calls whose cost is unknown", "calls"),
  estimatedCostUsd: orNull(
    number("what lost attempts may have cost, not in costUsd; null: nothing is estimated", "USD"),
  ),
};

export function tokenCells(usage: Usage): TokenCells {
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } = usage;
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens,
    reasoningTokens,
    totalTokens: totalTokens(usage),
  };
}

export function costCells(
  { costUsd, unknownCostCalls, estimatedCostUsd }: Pick<
    CostRow,
    "costUsd" | "unknownCostCalls" | "estimatedCostUsd"
  >,
): CostCells {
  return {
    costUsd: unknownCostCalls > 0 && costUsd === 0 ? null : roundUsd(costUsd),
    costKnown: unknownCostCalls === 0,
    unknownCostCalls,
    estimatedCostUsd: estimatedCostUsd === undefined ? null : roundUsd(estimatedCostUsd),
  };
}
