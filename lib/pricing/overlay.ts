import type { PriceAlias, PriceEntry, PriceOverlay } from "./price_table.ts";
import { UNITS } from "../core/mod.ts";

/*
 * Mistral's prices as published, so that the common models need no price library at all. Sources, and which one wins:
 *
 * - CARDS: the model cards of docs.mistral.ai (their data files name prices and API names, and are dated). They win.
 * - LIBRARY: genai-prices 0.1.8, for retired models whose cards no longer carry prices, and for dated price changes.
 * - The pricing page has shown $0.10 / $0.30 for Mistral Small 4 where the card and resellers say $0.15 / $0.60: the
 *   card wins. The library still prices `mistral-large-latest` as Large 2 ($2 / $6); the card says Large 3.
 * - Names that moved (`-latest`) were checked against the API's own list of models on the days given below.
 *
 * Cached input costs a tenth of the input price by Mistral's page on prompt caching, but not every model has a cache: it has a
 * price only where a source gives one for that very model, which is LIBRARY unless the entry's own source does.
 *
 * What no source gives is absent, and then costs `null`: `ft:` models, Voxtral 3, Eleven v4, cached input of Magistral, ...
 */
const CARDS = { source: "docs.mistral.ai model cards", date: "2026-06-11" } as const;
const LIBRARY = { source: "genai-prices 0.1.8", date: "2026-09-23" } as const;
const LISTED = "docs.mistral.ai model cards, names as in GET /v1/models";
const MODEL_LIST = { source: LISTED, date: "2026-09-25" } as const;

/** Batch calls cost half (Mistral's pricing page). */
export const MISTRAL_BATCH_FACTOR = 0.5;

type Source = Pick<PriceEntry, "source" | "date">;
type Period = Pick<PriceEntry, "from" | "to">;

const since = (from: string, name: string): PriceAlias => ({ name, from });
const until = (to: string, name: string): PriceAlias => ({ name, to });
const during = (from: string, to: string, name: string): PriceAlias => ({ name, from, to });

/** USD per million input and output tokens; the third is what LIBRARY says of cached input. */
function chat(
  id: string,
  [input, output, cached]: readonly [number, number, number?],
  aliases: readonly (string | PriceAlias)[],
  source: Source,
  options: Period & { cachedInput?: number; more?: Record<string, number> } = {},
): PriceEntry {
  const { cachedInput = cached, more, ...period } = options;
  return {
    id,
    aliases: aliases.map((alias) => typeof alias === "string" ? { name: alias } : alias),
    usdPerMillion: {
      [UNITS.input]: input,
      ...(cachedInput === undefined ? {} : { [UNITS.cachedInput]: cachedInput }),
      [UNITS.output]: output,
      ...more,
    },
    batchFactor: MISTRAL_BATCH_FACTOR,
    ...(cached === undefined ? {} : { cachedInputFrom: `${LIBRARY.source}, ${LIBRARY.date}` }),
    ...period,
    ...source,
  };
}

/** Anything billed in units other than chat tokens. */
function units(
  id: string,
  usdPerMillion: Record<string, number>,
  aliases: readonly (string | PriceAlias)[],
  source: Source,
  period: Period = {},
): PriceEntry {
  return {
    id,
    aliases: aliases.map((alias) => typeof alias === "string" ? { name: alias } : alias),
    usdPerMillion,
    batchFactor: MISTRAL_BATCH_FACTOR,
    ...period,
    ...source,
  };
}

const pages = (plainPer1k: number, annotatedPer1k?: number): Record<string, number> => ({
  [UNITS.pages]: plainPer1k * 1000,
  ...(annotatedPer1k === undefined ? {} : { [UNITS.annotatedPages]: annotatedPer1k * 1000 }),
});
const audioMinute = (usd: number): Record<string, number> => ({ [UNITS.audioSeconds]: (usd * 1e6) / 60 });

const LARGE: readonly PriceEntry[] = [
  // Public preview at half price; resellers say the promotion had ended by 2026-10-20. No `-latest` name points here
  // as of 2026-10-08.
  chat("mistral-large-4-0", [0.68, 2.09], ["mistral-large-4", "mistral-large-2610"], {
    source: "docs.mistral.ai model card (preview price)",
    date: "2026-10-06",
  }, { to: "2026-10-19", cachedInput: 0.07 }),
  chat("mistral-large-4-0", [1.36, 4.18], ["mistral-large-4", "mistral-large-2610"], {
    source: "docs.mistral.ai model card (list price)",
    date: "2026-10-20",
  }, { from: "2026-10-20", cachedInput: 0.14 }),
  chat("mistral-large-2512", [0.5, 1.5, 0.05], [since("2025-12-02", "mistral-large-latest")], {
    source: LISTED,
    date: "2026-10-08",
  }),
  chat("mistral-large-2411", [2, 6], [until("2025-12-01", "mistral-large-latest")], CARDS),
  chat("mistral-large-2407", [2, 6], [], LIBRARY),
];

const MEDIUM_3_5_DAY = "2026-06-16";
const MEDIUM: readonly PriceEntry[] = [
  chat("mistral-medium-3-5", [1.5, 7.5, 0.15], [
    "mistral-medium-3.5",
    "mistral-medium-3",
    "mistral-medium-2604",
    since(MEDIUM_3_5_DAY, "mistral-medium-latest"),
    since(MEDIUM_3_5_DAY, "mistral-medium"),
    // Magistral Medium 1.2 retired on 2026-07-31; its name then answers with Medium 3.5.
    since("2026-08-01", "magistral-medium-latest"),
    since("2026-09-25", "mistral-vibe-cli-latest"),
    since("2026-09-25", "mistral-vibe-cli-with-tools"),
  ], MODEL_LIST),
  chat("mistral-medium-2508", [0.4, 2, 0.04], [
    during("2025-05-07", "2026-06-15", "mistral-medium-latest"),
    during("2025-05-07", "2026-06-15", "mistral-medium"),
  ], CARDS),
  chat("mistral-medium-2505", [0.4, 2, 0.04], [], CARDS),
  chat("mistral-medium-2312", [2.7, 8.1], [
    until("2025-05-06", "mistral-medium-latest"),
    until("2025-05-06", "mistral-medium"),
  ], LIBRARY),
];

const SMALL_4_DAY = "2026-03-16";
const SMALL: readonly PriceEntry[] = [
  chat("mistral-small-2603", [0.15, 0.6, 0.015], [
    since(SMALL_4_DAY, "mistral-small-latest"),
    // Folded into Small 4: seen on 2026-07-01.
    since("2026-07-01", "magistral-small-latest"),
    since("2026-09-25", "mistral-vibe-cli-fast"),
  ], MODEL_LIST),
  chat("mistral-small-2506", [0.1, 0.3], [until("2026-03-15", "mistral-small-latest")], CARDS),
  chat("mistral-small-2503", [0.1, 0.3], [], CARDS),
  chat("mistral-small-2501", [0.1, 0.3], [], CARDS),
  chat("mistral-small-2409", [0.1, 0.3], [], CARDS),
  chat("labs-mistral-small-creative", [0.1, 0.3], [], CARDS),
];

const MINISTRAL_3_DAY = "2025-12-02";
const MINISTRAL: readonly PriceEntry[] = [
  chat("ministral-14b-2512", [0.2, 0.2, 0.02], ["ministral-14b-latest"], CARDS),
  chat("ministral-8b-2512", [0.15, 0.15, 0.015], [since(MINISTRAL_3_DAY, "ministral-8b-latest")], CARDS),
  chat("ministral-3b-2512", [0.1, 0.1, 0.01], [since(MINISTRAL_3_DAY, "ministral-3b-latest")], CARDS),
  chat("ministral-8b-2410", [0.1, 0.1], ["ministral-8b", until("2025-12-01", "ministral-8b-latest")], CARDS),
  chat(
    "ministral-3b-2410",
    [0.04, 0.04],
    ["ministral-3b", until("2025-12-01", "ministral-3b-latest")],
    CARDS,
  ),
];

const REASONING: readonly PriceEntry[] = [
  chat("magistral-medium-2509", [2, 5], [until("2026-07-31", "magistral-medium-latest")], CARDS),
  chat("magistral-medium-2507", [2, 5], [], CARDS),
  chat("magistral-medium-2506", [2, 5], [], CARDS),
  chat("magistral-small-2509", [0.5, 1.5], [until("2026-06-30", "magistral-small-latest")], CARDS),
  chat("magistral-small-2507", [0.5, 1.5], [], CARDS),
  chat("magistral-small-2506", [0.5, 1.5], [], CARDS),
  chat("labs-leanstral-2603", [0, 0], [], CARDS, { cachedInput: 0 }),
  chat("labs-leanstral-1-5", [0, 0], ["labs-leanstral-1-5-1"], CARDS, { cachedInput: 0 }),
];

const CODE: readonly PriceEntry[] = [
  chat("codestral-2508", [0.3, 0.9, 0.03], [
    "codestral-latest",
    since("2026-09-25", "mistral-code-latest"),
    since("2026-09-25", "mistral-code-fim-latest"),
  ], MODEL_LIST),
  chat("codestral-2501", [0.3, 0.9], [], CARDS),
  // Devstral 2 retired on 2026-07-31 and its names with it; they keep their last published meaning.
  chat("devstral-2512", [0.4, 2, 0.04], ["devstral-latest", "devstral-medium-latest"], CARDS),
  chat("devstral-medium-2507", [0.4, 2], [], CARDS),
  chat("labs-devstral-small-2512", [0.1, 0.3], ["devstral-small-2512", "devstral-small-latest"], CARDS),
  chat("devstral-small-2507", [0.1, 0.3], [], CARDS),
  chat("devstral-small-2505", [0.1, 0.3], ["devstral-small"], CARDS),
];

const OPEN_AND_VISION: readonly PriceEntry[] = [
  chat("open-mistral-nemo", [0.15, 0.15], ["open-mistral-nemo-2407", "mistral-nemo"], CARDS),
  chat("open-mistral-7b", [0.25, 0.25], ["mistral-7b", "mistral-tiny", "mistral-tiny-2312"], LIBRARY),
  chat("open-mixtral-8x7b", [0.7, 0.7], [], LIBRARY),
  // The library has no price for it; two other tables agree.
  chat("open-mixtral-8x22b", [2, 6], ["open-mixtral-8x22b-2404"], {
    source: "tokenlens 1.3 and LiteLLM price tables",
    date: "2026-11-01",
  }),
  chat("pixtral-large-2411", [2, 6], ["pixtral-large-latest"], CARDS),
  chat("pixtral-12b-2409", [0.15, 0.15], ["pixtral-12b", "pixtral-12b-latest"], CARDS),
  chat("mistral-saba-2502", [0.2, 0.6], ["mistral-saba", "mistral-saba-latest"], LIBRARY),
];

const VOXTRAL_SMALL_NAMES = ["voxtral-small-latest", "voxtral-small-24b-2507"];
const AUDIO: readonly PriceEntry[] = [
  // Chat with audio: tokens, plus $0.004 a minute of audio. The output price rose on 2026-08-11.
  chat("voxtral-small-2507", [0.1, 0.3], VOXTRAL_SMALL_NAMES, CARDS, {
    to: "2026-08-10",
    more: audioMinute(0.004),
  }),
  chat("voxtral-small-2507", [0.1, 0.4, 0.01], VOXTRAL_SMALL_NAMES, LIBRARY, {
    from: "2026-08-11",
    more: audioMinute(0.004),
  }),
  // No price for its audio: $0.001 a minute in chat, $0.002 for transcriptions, under one name.
  chat("voxtral-mini-2507", [0.04, 0.04], [until("2026-02-03", "voxtral-mini-latest")], CARDS),
  units("voxtral-mini-2602", audioMinute(0.003), [since("2026-02-04", "voxtral-mini-latest")], MODEL_LIST),
  units("voxtral-mini-transcribe-realtime-2602", audioMinute(0.006), [
    "voxtral-mini-transcribe-realtime-latest",
    "voxtral-mini-realtime-2602",
    "voxtral-mini-realtime-latest",
  ], MODEL_LIST),
  units("voxtral-mini-tts-2603", { [UNITS.characters]: 16 }, ["voxtral-mini-tts-latest"], MODEL_LIST),
];

const EMBEDDING_AND_SAFETY: readonly PriceEntry[] = [
  units("mistral-embed", { [UNITS.input]: 0.1 }, ["mistral-embed-2312"], CARDS),
  units("codestral-embed", { [UNITS.input]: 0.15 }, ["codestral-embed-2505"], CARDS),
  units("mistral-moderation-2603", { [UNITS.input]: 0 }, [], CARDS),
  units("mistral-moderation-2411", { [UNITS.input]: 0.1 }, [
    until("2026-06-30", "mistral-moderation-latest"),
  ], CARDS),
];

const OCR_3_DAY = "2025-12-18";
const OCR_4_DAY = "2026-06-23";
const OCR: readonly PriceEntry[] = [
  units("mistral-ocr-4-1", pages(4, 5), [
    "mistral-ocr-4",
    since(OCR_4_DAY, "mistral-ocr-latest"),
  ], MODEL_LIST),
  units("mistral-ocr-4-0", pages(4, 5), [], MODEL_LIST),
  units("mistral-ocr-2512", pages(2, 3), [
    "mistral-ocr-3",
    "mistral-ocr-3-0",
    during(OCR_3_DAY, "2026-06-22", "mistral-ocr-latest"),
  ], CARDS),
  units("mistral-ocr-2505", pages(1, 3), [during("2025-05-22", "2025-12-17", "mistral-ocr-latest")], CARDS),
  units("mistral-ocr-2503", pages(1), [until("2025-05-21", "mistral-ocr-latest")], LIBRARY),
];

/** Other makers' models that Mistral's API serves; they state their own price of cached input. */
const GUIDE = { source: "docs.mistral.ai model selection guide", date: "2026-10-17" } as const;
const HOSTED: readonly PriceEntry[] = [
  chat("zai-glm-5-3", [1.4, 4.4], ["zai-glm-5", "zai-glm-latest"], GUIDE, { cachedInput: 0.14 }),
  chat("zai-glm-5-3-flash", [0.15, 0.5], [], GUIDE, { cachedInput: 0.03 }),
  chat("deepseek-v4-1-flash-1017", [0.3, 1.2], [], GUIDE, { cachedInput: 0.007 }),
];

/** The built-in prices. A user's own overlay wins over it, and it wins over the price library. */
export const MISTRAL_OVERLAY: PriceOverlay = {
  models: [
    ...LARGE,
    ...MEDIUM,
    ...SMALL,
    ...MINISTRAL,
    ...REASONING,
    ...CODE,
    ...OPEN_AND_VISION,
    ...AUDIO,
    ...EMBEDDING_AND_SAFETY,
    ...OCR,
    ...HOSTED,
  ],
};
