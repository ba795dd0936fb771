import assert from "node:assert/strict";
import type { Usage } from "../../lib/core/mod.ts";
import { createPriceBook } from "../../lib/pricing/mod.ts";

const MILLION: Usage = {
  inputTokens: 1_000_000,
  outputTokens: 1_000_000,
  cachedInputTokens: 0,
  cacheWriteInputTokens: 0,
  reasoningTokens: 0,
};
const AT_MS = Date.UTC(2026, 10, 28);

Deno.test("the price is that of the model that answered, when it is known", () => {
  const book = createPriceBook();
  const usd = (model: string, answeredBy: string) => {
    const { usd, tag } = book.price({ model, answeredBy, usage: MILLION, atMs: AT_MS });
    return [usd, tag?.model];
  };
  assert.deepEqual(usd("auto", "mistral-large-2411"), [8, "mistral-large-2411"]);
  assert.deepEqual(usd("mistral-medium-latest", "mistral-medium-2505"), [2.4, "mistral-medium-2505"]);
  assert.deepEqual(usd("mistral-small-latest", "/models/some.gguf"), [0.75, "mistral-small-2603"]);
  assert.deepEqual(usd("auto", "who-knows"), [null, undefined]);
});

Deno.test("the user's own price of the model asked for stands, whoever answered", () => {
  const overlay = {
    models: [{
      id: "auto",
      usdPerMillion: { input_tokens: 1, output_tokens: 1 },
      source: "me",
      date: "2026-01-01",
    }],
  };
  const { usd } = createPriceBook({ overlay }).price({
    model: "auto",
    answeredBy: "mistral-large-2411",
    usage: MILLION,
    atMs: AT_MS,
  });
  assert.equal(usd, 2);
});
