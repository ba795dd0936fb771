import { type BudgetState, QUARTER_MS, roundUsd } from "../core/mod.ts";
import { isoTime } from "../present/mod.ts";

/** One of `budget list --json`. Of one per run nothing is spent yet: each run begins anew. */
export function budgetShape({ scope, per, limitUsd, spentUsd, reservedUsd, window }: BudgetState) {
  const timeOf = (quarter: number) => isoTime(quarter * QUARTER_MS * 1000);
  return {
    scope,
    per,
    limitUsd,
    spentUsd: window ? spentUsd : null,
    reservedUsd: window ? reservedUsd : null,
    leftUsd: window ? Math.max(0, roundUsd(limitUsd - spentUsd - reservedUsd)) : null,
    windowStart: window ? timeOf(window.from) : null,
    windowEnd: window ? timeOf(window.to) : null,
  };
}
