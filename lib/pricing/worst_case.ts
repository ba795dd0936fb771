import type { PriceBook } from "../core/mod.ts";
import { usdOf } from "../analysis/mod.ts";
import { UNITS } from "../core/mod.ts";

export interface WorstCaseCall {
  readonly model: string;
  /** Must bound the prompt from above, see `estimatePromptTokensMax`. */
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
  readonly atMs: number;
}

/**
 * The most a chat call can cost: every token at the dearest price its kind has (input: plain, cached or written to the
 * cache; output: plain or reasoning). `null` when a price is unknown or a maximum is not finite.
 */
export function worstCaseUsd(book: PriceBook, call: WorstCaseCall): number | null {
  const { model, atMs, maxInputTokens, maxOutputTokens } = call;
  const usage = {
    inputTokens: maxInputTokens,
    outputTokens: maxOutputTokens,
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    reasoningTokens: 0,
  };
  const cost = book.price({ model, usage, atMs });
  if (cost.usd === null || !cost.tag) return null;
  const prices = cost.tag.usdPerMillion;
  const dearest = (...units: string[]) => Math.max(...units.map((unit) => prices[unit] ?? 0));
  return usdOf(cost.quantities, {
    ...prices,
    [UNITS.input]: dearest(UNITS.input, UNITS.cachedInput, UNITS.cacheWriteInput),
    [UNITS.output]: dearest(UNITS.output, UNITS.reasoning),
  }, cost.tag.factor);
}
