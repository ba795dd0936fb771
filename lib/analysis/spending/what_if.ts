import { type CostRow, roundUsd, totalTokens, type Usage } from "../../core/mod.ts";
import { costTotal } from "../cost_rows.ts";

/** What is assumed to be otherwise. */
export interface WhatIf {
  /** Whose prices; absent: those of the model that was called. */
  readonly model?: string;
  /** The part of the prompts that comes from a cache, 0 to 1; absent: as it was. */
  readonly cachedShare?: number;
}

/** What was spent, and what the same tokens would have cost. */
export interface WhatIfRow {
  readonly row: CostRow;
  /** USD; `null`: nobody knows, because no price is known or nothing was billed by tokens. */
  readonly usd: number | null;
  /** Of rows together: those of which nobody knows are not in `usd`. */
  readonly isPart?: true;
}

/** By how much it differs from what was paid. */
export interface Change {
  /** USD, signed. */
  readonly usd: number;
  /** Of what was paid: 1 is the same, 0.5 half of it. */
  readonly factor: number;
}

/** Tokens with another part of the prompts from a cache. Nothing is written to one then: that is paid once. */
export function whatIfUsage(usage: Usage, { cachedShare }: WhatIf): Usage {
  if (cachedShare === undefined) return usage;
  return {
    ...usage,
    cachedInputTokens: Math.round(usage.inputTokens * cachedShare),
    cacheWriteInputTokens: 0,
  };
}

/** What a row would have cost, given what its tokens would. What was not billed by tokens has no other price. */
export function whatIfUsd({ usage }: Pick<CostRow, "usage">, usd: number | null | undefined): number | null {
  return totalTokens(usage) === 0 ? null : usd ?? null;
}

/** All rows together: the known ones added up, `null` when none is. */
export function whatIfTotal(rows: readonly WhatIfRow[]): WhatIfRow {
  const known = rows.flatMap(({ usd }) => usd ?? []);
  return {
    row: costTotal(rows.map(({ row }) => row)),
    usd: known.length === 0 ? null : roundUsd(known.reduce((a, b) => a + b, 0)),
    ...(known.length === rows.length ? {} : { isPart: true as const }),
  };
}

/** `undefined` where one side is not wholly known, or nothing was paid. */
export function changeOf({ row, usd, isPart }: WhatIfRow): Change | undefined {
  if (usd === null || isPart || row.unknownCostCalls > 0 || row.costUsd === 0) return undefined;
  return { usd: roundUsd(usd - row.costUsd), factor: usd / row.costUsd };
}
