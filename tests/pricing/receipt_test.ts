import assert from "node:assert/strict";
import { type Cost, NO_USAGE, type Receipt } from "../../lib/core/mod.ts";
import { createPriceBook } from "../../lib/pricing/mod.ts";
import * as present from "../../lib/present/mod.ts";
import { receiptOf, receiptSum } from "../../lib/analysis/mod.ts";

const formatReceipt = (receipts: readonly Receipt[]) => present.formatReceipt(receipts, receiptSum(receipts));
const NOW = Date.UTC(2026, 10, 22);
const book = createPriceBook({ elevenLabsPlan: "pro" });
const usage = { ...NO_USAGE, inputTokens: 2_428, cachedInputTokens: 1_224, outputTokens: 312 };

Deno.test("receiptOf() lists each unit with its price, and the stored total", () => {
  const cost = book.price({ model: "mistral-small-latest", usage, atMs: NOW });
  const receipt = receiptOf({ usage, cost, requestModel: "mistral-small-latest" });
  assert.deepEqual(receipt.lines, [
    { unit: "input_tokens", quantity: 1204, usdPerMillion: 0.15, usd: 0.0001806 },
    { unit: "cached_input_tokens", quantity: 1224, usdPerMillion: 0.015, usd: 0.00001836 },
    { unit: "output_tokens", quantity: 312, usdPerMillion: 0.6, usd: 0.0001872 },
  ]);
  assert.deepEqual([receipt.totalUsd, receipt.pricedAs, receipt.adds], [
    0.00038616,
    "mistral-small-2603",
    true,
  ]);
});

Deno.test("receiptOf() notices a stored total that its lines do not add up to", () => {
  const cost = book.price({ model: "mistral-small-latest", usage, atMs: NOW });
  const forged: Cost = { ...cost, usd: 0.1 };
  const receipt = receiptOf({ cost: forged, requestModel: "m" });
  assert.equal(receipt.adds, false);
  assert.match(formatReceipt([receipt]), /the stored total is not what these lines add up to/);
});

Deno.test("formatReceipt() shows the arithmetic, the source and what is unknown", () => {
  const price = (model: string, more: { batch?: boolean; quantities?: Record<string, number> } = {}) =>
    receiptOf({ cost: book.price({ model, usage, atMs: NOW, ...more }), requestModel: model });
  const speech = receiptOf({
    cost: book.price({ model: "eleven_v3", quantities: { characters: 1 }, atMs: NOW }),
    requestModel: "eleven_v3",
  });
  const text = formatReceipt([
    price("mistral-small-latest"),
    price("mistral-large-2512", { batch: true }),
    speech,
    price("codestral-latest", { quantities: { pages: 2 } }),
    price("ft:secret"),
    receiptOf({ requestModel: "never-priced", usage }),
  ]);
  assert.equal(
    text,
    `\
1. mistral-small-latest, priced as mistral-small-2603
   1,204 input tokens × $0.15 / 1M         = $0.0001806
   1,224 cached input tokens × $0.015 / 1M = $0.00001836
   312 output tokens × $0.60 / 1M          = $0.0001872
   total                                   = $0.00038616
   price: docs.mistral.ai model cards, names as in GET /v1/models, 2026-09-25; cached input: genai-prices 0.1.8, 2026-09-23
   prompt cache: 1,224 of 2,428 input tokens (50%)
2. mistral-large-2512
   1,204 input tokens × $0.50 / 1M         = $0.000602
   1,224 cached input tokens × $0.05 / 1M  = $0.0000612
   312 output tokens × $1.50 / 1M          = $0.000468
   total × 0.5 (batch)                     = $0.0005656
   price: docs.mistral.ai model cards, names as in GET /v1/models, 2026-10-08; cached input: genai-prices 0.1.8, 2026-09-23
   prompt cache: 1,224 of 2,428 input tokens (50%)
3. eleven_v3
   1 character × $198.00 / 1M              = $0.000198
   total                                   = $0.000198
   price: elevenlabs.io plan prices (pro: $99 / 500000 characters), 2025-08-05
4. codestral-latest, priced as codestral-2508
   1,204 input tokens × $0.30 / 1M         = $0.0003612
   1,224 cached input tokens × $0.03 / 1M  = $0.00003672
   312 output tokens × $0.90 / 1M          = $0.0002808
   2 pages × unknown                       = unknown
   total                                   = unknown
   price: docs.mistral.ai model cards, names as in GET /v1/models, 2026-09-25; cached input: genai-prices 0.1.8, 2026-09-23
   prompt cache: 1,224 of 2,428 input tokens (50%)
5. ft:secret
   1,204 input tokens × unknown            = unknown
   1,224 cached input tokens × unknown     = unknown
   312 output tokens × unknown             = unknown
   total                                   = unknown
   no price is known for this model
   prompt cache: 1,224 of 2,428 input tokens (50%)
6. never-priced
   2,428 input tokens × unknown            = unknown
   312 output tokens × unknown             = unknown
   total                                   = unknown
   no price is known for this model
6 calls: $0.00114976 and 3 calls of unknown cost
prompt cache: 4,896 of 12,140 input tokens (40%)`,
  );
});

Deno.test("formatReceipt() escapes names that come from outside", () => {
  const text = formatReceipt([receiptOf({ requestModel: "evil\x1b[2J\u202emodel\nnext" })]);
  assert.ok(!text.includes("\x1b") && !text.includes("\u202e"));
  assert.equal(text.split("\n").length, 4);
});

Deno.test("a call that a kill cut off is not one whose model has no price", () => {
  const cost: Cost = { usd: null, quantities: { "usd/input": 1 } };
  const cut = receiptOf({ cost, requestModel: "mistral-small-latest", status: "interrupted" });
  assert.match(formatReceipt([cut]), /the call was cut off: what was billed is not known/);
  const other = receiptOf({ cost, requestModel: "never-priced", status: "ok" });
  assert.match(formatReceipt([other]), /no price is known for this model/);
});
