import assert from "node:assert/strict";
import fc from "fast-check";
import { NO_USAGE, type Usage } from "../../lib/core/mod.ts";
import {
  createPriceBook,
  ELEVENLABS_PLANS,
  type ElevenLabsPlan,
  loadPriceBook,
  MISTRAL_OVERLAY,
  parsePriceOverlay,
} from "../../lib/pricing/mod.ts";
import { receiptOf, usdOf } from "../../lib/analysis/mod.ts";
import { formatReceipt } from "../../lib/present/mod.ts";

const NOW = Date.UTC(2026, 10, 22);
const day = (text: string) => Date.parse(`${text}T12:00:00Z`);
const MILLION: Usage = { ...NO_USAGE, inputTokens: 1e6, outputTokens: 1e6 };
const book = createPriceBook();

/** USD for a million input tokens and for a million output tokens. */
function pair(model: string, atMs = NOW, from = book): readonly [number | null, number | null] {
  return [
    from.price({ model, atMs, usage: { ...NO_USAGE, inputTokens: 1e6 } }).usd,
    from.price({ model, atMs, usage: { ...NO_USAGE, outputTokens: 1e6 } }).usd,
  ];
}

Deno.test("price() knows the seven models of the original without the library", () => {
  const expected: Record<string, readonly [number, number]> = {
    "mistral-large-latest": [0.5, 1.5],
    "mistral-medium-latest": [1.5, 7.5],
    "mistral-small-latest": [0.15, 0.6],
    "open-mistral-7b": [0.25, 0.25],
    "open-mixtral-8x7b": [0.7, 0.7],
    "open-mixtral-8x22b": [2, 6],
    "codestral-latest": [0.3, 0.9],
  };
  for (const [model, prices] of Object.entries(expected)) assert.deepEqual(pair(model), prices, model);
});

Deno.test("price() follows names that moved and prices that changed", () => {
  assert.deepEqual(pair("mistral-medium-latest", day("2026-06-15")), [0.4, 2]);
  assert.deepEqual(pair("mistral-medium-latest", day("2026-06-16")), [1.5, 7.5]);
  assert.deepEqual(pair("mistral-medium-latest", day("2024-06-01")), [2.7, 8.1]);
  assert.deepEqual(pair("mistral-small-latest", day("2026-03-15")), [0.1, 0.3]);
  assert.deepEqual(pair("mistral-small-latest", day("2026-03-16")), [0.15, 0.6]);
  assert.deepEqual(pair("mistral-large-latest", day("2025-12-01")), [2, 6]);
  assert.deepEqual(pair("mistral-large-4", day("2026-10-19")), [0.68, 2.09]);
  assert.deepEqual(pair("mistral-large-4", day("2026-10-20")), [1.36, 4.18]);
  assert.deepEqual(pair("ministral-8b-latest", day("2025-12-01")), [0.1, 0.1]);
  assert.deepEqual(pair("voxtral-small-latest", day("2026-08-10")), [0.1, 0.3]);
  assert.deepEqual(pair("voxtral-small-latest", day("2026-08-11")), [0.1, 0.4]);
  const { tag } = book.price({ model: "mistral-medium-latest", atMs: day("2026-06-15"), usage: MILLION });
  assert.equal(tag?.model, "mistral-medium-2508");
});

Deno.test("price() knows what Mistral's API serves besides chat", () => {
  const usd = (model: string, quantities: Record<string, number>) =>
    book.price({ model, quantities, atMs: NOW }).usd;
  assert.equal(usd("mistral-ocr-latest", { pages: 1000 }), 4);
  assert.equal(usd("mistral-ocr-latest", { pages: 500, annotated_pages: 500 }), 4.5);
  assert.equal(usd("voxtral-mini-latest", { audio_seconds: 3600 }), 0.18);
  assert.equal(usd("voxtral-mini-realtime-latest", { audio_seconds: 60 }), 0.006);
  assert.equal(usd("voxtral-mini-tts-latest", { characters: 1e6 }), 16);
  assert.equal(pair("mistral-embed")[0], 0.1);
  assert.equal(pair("codestral-embed")[0], 0.15);
  assert.equal(pair("mistral-moderation-2603")[0], 0);
  assert.equal(pair("mistral-embed")[1], null, "an embedding has no output price");
});

Deno.test("price() bills cached input at a tenth and counts it once", () => {
  const usage = {
    ...NO_USAGE,
    inputTokens: 1000,
    cachedInputTokens: 600,
    outputTokens: 100,
    reasoningTokens: 40,
  };
  const cost = book.price({ model: "mistral-small-2603", usage, atMs: NOW });
  assert.deepEqual(cost.quantities, { input_tokens: 400, cached_input_tokens: 600, output_tokens: 100 });
  assert.equal(cost.usd, 0.00006 + 0.000009 + 0.00006);
  assert.equal(cost.tag?.usdPerMillion.cached_input_tokens, 0.015);
});

Deno.test("price() of a batch call is half, and says so", () => {
  const call = { model: "mistral-large-2512", usage: MILLION, atMs: NOW };
  assert.equal(book.price(call).tag?.factor, undefined);
  const cost = book.price({ ...call, batch: true });
  assert.equal(cost.usd, 1);
  assert.equal(cost.tag?.factor, 0.5);
});

Deno.test("price() is null for what is unknown, never a part of the sum", () => {
  const at = { atMs: NOW, usage: MILLION };
  for (
    const model of [
      "ft:mistral-small-2603:acme",
      "gpt-unheard-of",
      "",
      "__proto__",
      "constructor",
      "m".repeat(1e4),
    ]
  ) {
    const cost = book.price({ model, ...at });
    assert.deepEqual([model.slice(0, 20), cost.usd, cost.tag], [model.slice(0, 20), null, undefined]);
  }
  const partly = book.price({ model: "mistral-small-2603", ...at, quantities: { pages: 2 } });
  assert.equal(partly.usd, null);
  assert.deepEqual(partly.quantities, { input_tokens: 1e6, output_tokens: 1e6, pages: 2 });
  assert.equal(partly.tag?.model, "mistral-small-2603");
});

Deno.test("price() does not ask a price for a quantity of 0", () => {
  const cost = book.price({
    model: "mistral-small-2603",
    usage: NO_USAGE,
    quantities: { pages: 0 },
    atMs: NOW,
  });
  assert.deepEqual([cost.usd, cost.quantities], [0, {}]);
});

Deno.test("price() is null when nothing was measured or a number is no amount", () => {
  const model = "mistral-small-2603";
  assert.equal(book.price({ model, atMs: NOW }).usd, null);
  assert.equal(book.price({ model, atMs: NaN, usage: MILLION }).usd, null);
  assert.equal(book.price({ model, atMs: 1e300, usage: MILLION }).usd, null);
  for (const inputTokens of [NaN, Infinity, -1]) {
    assert.equal(book.price({ model, atMs: NOW, usage: { ...NO_USAGE, inputTokens } }).usd, null);
  }
  const impossible = { ...NO_USAGE, inputTokens: 10, cachedInputTokens: 11 };
  assert.equal(book.price({ model, atMs: NOW, usage: impossible }).usd, null);
  const hostile = JSON.parse('{"__proto__": 5}') as Record<string, number>;
  assert.equal(book.price({ model, atMs: NOW, usage: MILLION, quantities: hostile }).usd, null);
});

Deno.test("price() takes the prefix that gateways put before Mistral's models", () => {
  assert.deepEqual(pair("mistralai/mistral-large-2512"), [0.5, 1.5]);
  assert.deepEqual(pair("mistral/Codestral-Latest"), [0.3, 0.9]);
  assert.deepEqual(pair("acme/mistral-large-2512"), [null, null]);
});

Deno.test("law: usd is the sum of quantity × price × factor, whatever the order of the keys", () => {
  const models = MISTRAL_OVERLAY.models.map((entry) => entry.id);
  const count = fc.integer({ min: 0, max: 5_000_000 });
  fc.assert(fc.property(
    fc.constantFrom(...models),
    fc.record({ input: count, cached: count, output: count, pages: count, seconds: count }),
    fc.boolean(),
    fc.integer({ min: day("2025-01-01"), max: day("2027-01-01") }),
    (model, use, batch, atMs) => {
      const usage = {
        ...NO_USAGE,
        inputTokens: use.input + use.cached,
        cachedInputTokens: use.cached,
        outputTokens: use.output,
      };
      const quantities = { pages: use.pages, audio_seconds: use.seconds };
      const cost = book.price({ model, usage, quantities, batch, atMs });
      if (!cost.tag) return; // outside the days the entry holds
      const reversed = Object.fromEntries(Object.entries(cost.quantities).reverse());
      assert.equal(usdOf(reversed, cost.tag.usdPerMillion, cost.tag.factor), cost.usd);
      const priced = Object.keys(cost.quantities).every((unit) => unit in cost.tag!.usdPerMillion);
      assert.equal(cost.usd !== null, priced);
      if (cost.usd === null) return;
      // The same sum in integers: prices have at most nine decimals, except those per second of audio.
      const terms = Object.entries(cost.quantities).map(([unit, n]) => n * cost.tag!.usdPerMillion[unit]!);
      const plain = terms.reduce((sum, term) => sum + term, 0) / 1e6 * (batch ? 0.5 : 1);
      assert.ok(Math.abs(plain - cost.usd) <= 1e-12 + plain * 1e-12, `${plain} ${cost.usd}`);
    },
  ));
});

Deno.test("MISTRAL_OVERLAY states a source, a day and sane prices for every entry", () => {
  for (const entry of MISTRAL_OVERLAY.models) {
    assert.ok(entry.source.length > 0 && /^20\d\d-\d\d-\d\d$/.test(entry.date), entry.id);
    for (const price of Object.values(entry.usdPerMillion)) {
      assert.ok(price >= 0 && price <= 10_000, entry.id);
    }
    const { input_tokens: input, cached_input_tokens: cached } = entry.usdPerMillion;
    if (input !== undefined && cached !== undefined) assert.ok(cached <= input, entry.id);
  }
});

Deno.test("MISTRAL_OVERLAY never prices one name twice on one day", () => {
  const days = [
    "2024-06-01",
    "2025-06-01",
    "2025-12-02",
    "2026-03-16",
    "2026-06-16",
    "2026-07-31",
    "2026-11-22",
  ];
  for (const at of days) {
    const seen = new Map<string, string>();
    for (const entry of MISTRAL_OVERLAY.models) {
      const holds = (period: { from?: string; to?: string }) =>
        (period.from ?? at) <= at && at <= (period.to ?? at);
      for (const alias of [{ name: entry.id }, ...(entry.aliases ?? [])]) {
        if (!holds(entry) || !holds(alias)) continue;
        assert.equal(seen.get(alias.name), undefined, `${alias.name} on ${at}`);
        seen.set(alias.name, entry.id);
      }
    }
  }
});

Deno.test("price() lets the user's overlay win, by name and by what a name stands for", async () => {
  const overlay = await parsePriceOverlay(
    `
models:
  - { id: mistral-small-2603, inputPerMillion: 9, outputPerMillion: 10, source: contract, from: 2026-05-01 }
  - { id: "ft:mistral-small-2603:acme", inputPerMillion: 1, outputPerMillion: 2, source: contract }
  - { id: my-local, aliases: [tiny-local], inputPerMillion: 0, outputPerMillion: 0, source: own machine }
`,
    "prices.yaml",
  );
  const own = createPriceBook({ overlay });
  assert.deepEqual(pair("mistral-small-2603", NOW, own), [9, 10]);
  assert.deepEqual(pair("mistral-small-latest", NOW, own), [9, 10]);
  assert.deepEqual(pair("mistral-small-2603", day("2026-04-30"), own), [0.15, 0.6]);
  assert.deepEqual(pair("ft:mistral-small-2603:acme", NOW, own), [1, 2]);
  assert.deepEqual(pair("tiny-local", NOW, own), [0, 0]);
  const cached = own.price({ model: "my-local", atMs: NOW, usage: { ...MILLION, cachedInputTokens: 5 } });
  assert.equal(cached.usd, 0, "cached input costs what input does");
});

Deno.test("names() gives all names of a model on a day, whichever of them is asked for", () => {
  const small = ["mistral-small-2603", "mistral-small-latest"];
  for (const name of small) {
    assert.deepEqual(small.filter((it) => !book.names(name, NOW).includes(it)), [], name);
  }
  assert.deepEqual(
    book.names("mistral-small-2506", NOW),
    ["mistral-small-2506"],
    "the latest is another by now",
  );
  assert.deepEqual(
    book.names("mistral-small-latest", day("2026-01-10")).toSorted(),
    ["mistral-small-2506", "mistral-small-latest"],
  );
  assert.deepEqual(book.names("nobody-knows", NOW), ["nobody-knows"]);
  const models = [{ ...ownVoice, id: "mine-1", aliases: [{ name: "mine" }] }];
  assert.deepEqual(createPriceBook({ overlay: { models } }).names("mine", NOW), ["mine", "mine-1"]);
});

Deno.test("price() bills ElevenLabs characters by plan, flash models at half", () => {
  const perThousand: Record<ElevenLabsPlan, number> = {
    starter: 0.166666666667,
    creator: 0.22,
    pro: 0.198,
    scale: 0.165,
    business: 0.12,
  };
  for (const plan of ELEVENLABS_PLANS) {
    const voices = createPriceBook({ elevenLabsPlan: plan });
    const usd = (model: string) => voices.price({ model, quantities: { characters: 1000 }, atMs: NOW }).usd;
    assert.equal(usd("eleven_multilingual_v2"), perThousand[plan], plan);
    assert.equal(usd("eleven_v3"), perThousand[plan], plan);
    assert.ok(Math.abs(usd("eleven_flash_v2_5")! - perThousand[plan] / 2) < 1e-11, plan);
    assert.equal(usd("eleven_unheard_of"), null);
    const said = voices.price({
      model: "eleven_flash_v2_5",
      quantities: { characters: 1000, credits: 500 },
      atMs: NOW,
    });
    assert.deepEqual(said.quantities, { credits: 500 }, "credits are half as many already");
    assert.equal(said.usd, usd("eleven_flash_v2_5"), plan);
  }
  assert.equal(
    book.price({ model: "eleven_v3", quantities: { characters: 1000 }, atMs: NOW }).usd,
    null,
    "no plan",
  );
  const overlay = { models: [{ ...ownVoice, id: "eleven_flash_v2_5" }] };
  const own = createPriceBook({ overlay, elevenLabsPlan: "creator" });
  const quantities = { characters: 1000, credits: 500 };
  assert.deepEqual(
    [own.price({ model: "eleven_flash_v2_5", quantities, atMs: NOW }).usd],
    [0.05],
    "a price by the character is one of characters",
  );
});

const ownVoice = { usdPerMillion: { characters: 50 }, source: "invoice", date: "2026-07-01" };

Deno.test("loadPriceBook() reads the library only for models that no overlay has", async () => {
  const model = "claude-sonnet-4-5";
  const light = await loadPriceBook({ models: ["mistral-small-latest", "mistralai/codestral-latest"] });
  assert.equal(light.knows(model, NOW), false);
  assert.equal(light.price({ model, usage: MILLION, atMs: NOW }).usd, null);
  await light.prepare([model]);
  assert.equal(light.knows(model, NOW), true);
  const small = light.price({
    model,
    usage: { ...NO_USAGE, inputTokens: 1000, outputTokens: 1000 },
    atMs: NOW,
  });
  assert.equal(small.usd, 0.018);
  assert.match(small.tag!.source, /^genai-prices \d+\.\d+\.\d+ \(anthropic\)$/);
  assert.equal(
    light.price({ model, usage: MILLION, atMs: NOW, batch: true }).usd,
    null,
    "no known batch price",
  );
});

Deno.test("price() of the library knows tiers by the size of the call", async () => {
  const full = await loadPriceBook();
  const per = (inputTokens: number) =>
    full.price({ model: "gemini-2.5-pro", usage: { ...NO_USAGE, inputTokens }, atMs: NOW }).tag!.usdPerMillion
      .input_tokens;
  assert.equal(per(200_000), 1.25);
  assert.equal(per(200_001), 2.5);
});

Deno.test("price() of the library has no price of cached input that the library does not state", async () => {
  const full = await loadPriceBook();
  const name = "mistral-small-3.2-24b-instruct"; // in the library, not in the overlay
  assert.equal(book.knows(name, NOW), false);
  const price = (usage: Usage) => full.price({ model: `mistralai/${name}`, usage, atMs: NOW });
  assert.ok(price(MILLION).usd! > 0);
  assert.equal(price({ ...MILLION, cachedInputTokens: 64 }).usd, null);
});

Deno.test("a price file without a price of cached input bills it like input, and the receipt says so", async () => {
  const overlay = await parsePriceOverlay(
    "models: [{ id: mine, inputPerMillion: 2, outputPerMillion: 4, source: contract, date: 2026-11-01 }]",
    "prices.yaml",
  );
  const own = createPriceBook({ overlay });
  const price = (cachedInputTokens: number) =>
    own.price({ model: "mine", atMs: NOW, usage: { ...MILLION, cachedInputTokens } });
  assert.equal(price(400_000).usd, 6);
  assert.equal(price(0).usd, 6);
  const said = (cachedInputTokens: number) =>
    formatReceipt([receiptOf({ cost: price(cachedInputTokens) })], { calls: 1, usd: 6, unknownCalls: 0 });
  assert.match(
    said(400_000),
    /price: contract, 2026-11-01; cached input: no price of its own is given, so the input price/,
  );
  assert.match(said(400_000), /prompt cache: 400,000 of 1,000,000 input tokens \(40%\)/);
  assert.doesNotMatch(said(0), /cache/);
});
