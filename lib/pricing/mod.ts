/**
 * What calls cost: a price book over dated tables (the user's, a built-in one for Mistral, the genai-prices library), and
 * receipts that show the arithmetic. Money is never guessed: what has no known price costs `null`.
 *
 * @module
 */
export { createPriceBook, type LoadedPriceBook, loadPriceBook, type PriceBookOptions } from "./price_book.ts";
export { namesOf, type PriceAlias, type PriceEntry, type PriceOverlay } from "./price_table.ts";
export { isBuiltInModel, modelsOnSale, pricedModels } from "./price_list.ts";
export { MISTRAL_OVERLAY } from "./overlay.ts";
export { parsePriceOverlay, priceFileSchema } from "./user_overlay.ts";
export { ELEVENLABS_PLANS, type ElevenLabsPlan, isElevenLabsPlan, speechCredits } from "./elevenlabs.ts";
export { type WorstCaseCall, worstCaseUsd } from "./worst_case.ts";
