import assert from "node:assert/strict";
import fc from "fast-check";
import { NO_USAGE } from "../../lib/core/mod.ts";
import { createPriceBook, loadPriceBook, worstCaseUsd } from "../../lib/pricing/mod.ts";

const atMs = Date.UTC(2026, 10, 22);
const book = createPriceBook();

Deno.test("worstCaseUsd() is the prompt and the whole answer at full price", () => {
  const call = { model: "mistral-large-2512", maxInputTokens: 1e6, maxOutputTokens: 2e6, atMs };
  assert.equal(worstCaseUsd(book, call), 3.5);
});

Deno.test("worstCaseUsd() is null when a price or a maximum is unknown", () => {
  const call = { model: "mistral-large-2512", maxInputTokens: 10, maxOutputTokens: 10, atMs };
  assert.equal(worstCaseUsd(book, { ...call, model: "ft:x" }), null);
  assert.equal(worstCaseUsd(book, { ...call, maxInputTokens: Infinity }), null);
  assert.equal(worstCaseUsd(book, { ...call, model: "mistral-ocr-latest" }), null);
});

Deno.test("law: no call within the maxima costs more than worstCaseUsd()", async () => {
  const full = await loadPriceBook();
  const count = fc.integer({ min: 0, max: 150_000 });
  fc.assert(fc.property(
    fc.constantFrom("mistral-small-latest", "mistral-large-4", "zai-glm-5-3", "claude-sonnet-4-5", "gpt-4o"),
    fc.record({ plain: count, cached: count, written: count, output: count, slack: count }),
    (model, use) => {
      const inputTokens = use.plain + use.cached + use.written;
      const usage = {
        ...NO_USAGE,
        inputTokens,
        cachedInputTokens: use.cached,
        cacheWriteInputTokens: use.written,
        outputTokens: use.output,
      };
      const actual = full.price({ model, usage, atMs }).usd;
      const worst = worstCaseUsd(full, {
        model,
        atMs,
        maxInputTokens: inputTokens + use.slack,
        maxOutputTokens: use.output,
      });
      assert.ok(
        worst !== null && (actual === null || actual <= worst + 1e-12),
        `${model}: ${actual} > ${worst}`,
      );
    },
  ));
});
