import type { PriceEntry } from "./price_table.ts";
import { UNITS } from "../core/mod.ts";

/** Monthly price and the characters it includes, a credit each, per plan (elevenlabs.io/pricing). */
const PLANS = {
  starter: { usdPerMonth: 5, characters: 30_000 },
  creator: { usdPerMonth: 22, characters: 100_000 },
  pro: { usdPerMonth: 99, characters: 500_000 },
  scale: { usdPerMonth: 330, characters: 2_000_000 },
  business: { usdPerMonth: 1320, characters: 11_000_000 },
} as const;

export type ElevenLabsPlan = keyof typeof PLANS;
export const ELEVENLABS_PLANS = Object.keys(PLANS) as readonly ElevenLabsPlan[];

export function isElevenLabsPlan(text: string): text is ElevenLabsPlan {
  return Object.hasOwn(PLANS, text);
}

/** Credits a character costs, by model. Speech-to-speech models are billed by time and newer ones are not known here. */
const CREDITS_PER_CHARACTER: Readonly<Record<string, number>> = {
  eleven_v3: 1,
  eleven_multilingual_v2: 1,
  eleven_multilingual_v1: 1,
  eleven_monolingual_v1: 1,
  eleven_flash_v2_5: 0.5,
  eleven_flash_v2: 0.5,
  eleven_turbo_v2_5: 0.5,
  eleven_turbo_v2: 0.5,
};

/** Credits that so many characters take, as the model's price is published; `undefined` for a model that is not known here. */
export function speechCredits(model: string, characters: number): number | undefined {
  const rate = Object.hasOwn(CREDITS_PER_CHARACTER, model) ? CREDITS_PER_CHARACTER[model]! : undefined;
  return rate === undefined ? undefined : Math.ceil(rate * characters);
}

/**
 * What a character of speech costs within a plan's allowance: the plan's monthly price divided by its characters. Beyond
 * the allowance ElevenLabs bills other rates, which a price overlay can state. A credit costs the same for every model.
 */
export function elevenLabsEntries(plan: ElevenLabsPlan): readonly PriceEntry[] {
  const { usdPerMonth, characters } = PLANS[plan];
  return Object.entries(CREDITS_PER_CHARACTER).map(([id, credits]) => ({
    id,
    // Credits are what a model's rate made of the characters: that rate is in them.
    usdPerMillion: {
      [UNITS.characters]: (usdPerMonth * 1e6 / characters) * credits,
      [UNITS.credits]: usdPerMonth * 1e6 / characters,
    },
    source: `elevenlabs.io plan prices (${plan}: $${usdPerMonth} / ${characters} characters)`,
    date: "2025-08-05",
  }));
}
