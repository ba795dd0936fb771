/**
 * What money was spent on, and what might be saved: forecasts, dear prompts, requests paid twice. Pure, and the only definition of
 * each. Loaded by whoever needs it.
 *
 * @module
 */
export { dearPrompts } from "./dear_prompts.ts";
export { DuplicateCollector, isPaid, mayBeDuplicates } from "./duplicates.ts";
export { FORECAST_DAYS, forecastMonth } from "./forecast.ts";
export { requestKey } from "./request_key.ts";
