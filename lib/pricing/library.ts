import type { ModelPrice, TieredPrices } from "@pydantic/genai-prices";
import { MISTRAL_BATCH_FACTOR } from "./overlay.ts";
import type { PriceEntry } from "./price_table.ts";
import { UNITS } from "../core/mod.ts";

/** Looks a model up in the price library: prices of that day, for a call with that many input tokens. */
export type LibraryLookup = (model: string, atMs: number, inputTokens: number) => PriceEntry | undefined;

const VERSION = "0.1.8";
/** Day that version was published. */
const DATE = "2026-09-23";

/** The library's price keys, as our unit and how many of the library's prices make a price per million. */
const KEYS: Readonly<Record<string, readonly [unit: string, factor: number]>> = {
  input_mtok: [UNITS.input, 1],
  cache_read_mtok: [UNITS.cachedInput, 1],
  cache_write_mtok: [UNITS.cacheWriteInput, 1],
  output_mtok: [UNITS.output, 1],
  output_reasoning_mtok: [UNITS.reasoning, 1],
  input_mchars: [UNITS.characters, 1],
  input_document_kpages: [UNITS.pages, 1e3],
  input_annotated_document_kpages: [UNITS.annotatedPages, 1e3],
  input_audio_hours: [UNITS.audioSeconds, 1e6 / 3600],
  requests_kcount: [UNITS.requests, 1e3],
};

/** Tiers are cliffs: the call's whole input decides which price all of its tokens have. */
function priceAt(price: number | TieredPrices, inputTokens: number): number {
  if (typeof price === "number") return price;
  let best = price.base;
  for (const tier of [...price.tiers].sort((a, b) => a.start - b.start)) {
    if (inputTokens > tier.start) best = tier.price;
  }
  return best;
}

function unitPrices(prices: ModelPrice, inputTokens: number): Record<string, number> {
  const usdPerMillion: Record<string, number> = {};
  for (const [key, [unit, factor]] of Object.entries(KEYS)) {
    const price = prices[key];
    if (price !== undefined) usdPerMillion[unit] = priceAt(price, inputTokens) * factor;
  }
  return usdPerMillion;
}

/**
 * Imports `@pydantic/genai-prices` (30 ms, 5 MB, no network). Its own arithmetic is not used: it bills cached tokens in
 * full where it has no price for them, and shows no unit prices; only its tables and their dates are.
 */
export async function loadLibrary(): Promise<LibraryLookup> {
  const { calcPrice } = await import("@pydantic/genai-prices");
  return (model, atMs, inputTokens) => {
    let found: ReturnType<typeof calcPrice>;
    try {
      found = calcPrice({}, model, { timestamp: new Date(atMs) });
    } catch {
      return undefined; // A time it cannot read, or a table entry it rejects: no price.
    }
    if (!found) return undefined;
    const usdPerMillion = unitPrices(found.model_price, inputTokens);
    const isMistral = found.provider.id === "mistral";
    return {
      id: found.model.id,
      usdPerMillion,
      ...(isMistral ? { batchFactor: MISTRAL_BATCH_FACTOR } : {}),
      source: `genai-prices ${VERSION} (${found.provider.id})`,
      date: DATE,
    };
  };
}
