import assert from "node:assert/strict";
import { readUsage } from "../../lib/core/mod.ts";

const usage = (extra: Record<string, unknown>) =>
  readUsage({ promptTokens: 1000, completionTokens: 10, totalTokens: 1010, ...extra })!;

Deno.test("readUsage() reads cached tokens under every name that servers have for them", () => {
  const cases: readonly Record<string, unknown>[] = [
    { prompt_tokens_details: { cached_tokens: 800 } },
    { prompt_token_details: { cached_tokens: 800 } },
    { promptTokensDetails: { cachedTokens: 800 } },
    { input_tokens_details: { cached_tokens: 800 } },
    { num_cached_tokens: 800 },
    { cached_tokens: "800" },
    { prompt_cache_hit_tokens: 800, prompt_cache_miss_tokens: 200 },
    { cache_read_input_tokens: 800 },
    { prompt_tokens_details: null, num_cached_tokens: 800 },
    { prompt_tokens_details: { cached_tokens: null }, num_cached_tokens: 800 },
    { prompt_tokens_details: { cached_tokens: 0 }, num_cached_tokens: 800 },
    { num_cached_tokens: null, prompt_tokens_details: { cached_tokens: 800 } },
  ];
  for (const extra of cases) assert.equal(usage(extra).cachedInputTokens, 800, JSON.stringify(extra));
  assert.equal(usage({}).cachedInputTokens, 0);
  assert.equal(usage({ cached_tokens: 5000 }).cachedInputTokens, 1000, "never more than there were");
});

Deno.test("readUsage() reads reasoning tokens under their names", () => {
  assert.equal(usage({ completion_tokens_details: { reasoning_tokens: 7 } }).reasoningTokens, 7);
  assert.equal(usage({ output_tokens_details: { reasoning_tokens: 7 } }).reasoningTokens, 7);
  assert.equal(usage({ reasoning_tokens: 70 }).reasoningTokens, 10);
});
