import { knownCost } from "./money.ts";
import { grouped } from "./numbers.ts";

/** How far an estimate of what a cache missed can be trusted. */
export const CACHE_NOTE =
  "Lost: an estimate of what could have come from a cache, in blocks of 64 tokens; bytes are of tools and messages as text.";

interface CacheSums {
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly savedUsd: number;
  readonly lostUsd: number;
  readonly lostTokens: number;
  /** Calls without a known price: neither saved nor lost is known whole. */
  readonly unpricedCalls: number;
}

/** `62 % of 12,040 input tokens came from a cache, which saved $0.0012; nothing was lost`. */
export function cacheSummary(it: CacheSums): string {
  return `${cacheRateText(it)} of ${grouped(it.inputTokens)} input tokens came from a cache, which saved ${
    knownCost(it.savedUsd, it.cachedTokens > 0 ? it.unpricedCalls : 0)
  }; ${
    it.lostTokens === 0
      ? "nothing was lost"
      : `about ${cacheLostText(it)} was lost (${grouped(it.lostTokens)} tokens)`
  }`;
}

export function cacheLostText(it: Pick<CacheSums, "lostUsd" | "lostTokens" | "unpricedCalls">): string {
  return knownCost(it.lostUsd, it.lostTokens > 0 ? it.unpricedCalls : 0);
}

export function cacheRateText(
  { inputTokens, cachedTokens }: Pick<CacheSums, "inputTokens" | "cachedTokens">,
): string {
  return `${inputTokens === 0 ? 0 : Math.round(100 * cachedTokens / inputTokens)} %`;
}
