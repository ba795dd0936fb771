import type { UsageInfo } from "@mistralai/mistralai/models/components/usageinfo.js";
import { isObject, type Usage } from "../core/mod.ts";
import { readCount } from "./wire_json.ts";

/** Where servers put the tokens they read from their cache, and those the model thought with; a dot means inside. */
const CACHED = [
  "prompt_tokens_details.cached_tokens",
  "prompt_token_details.cached_tokens",
  "input_tokens_details.cached_tokens",
  "num_cached_tokens",
  "cached_tokens",
  "cached_prompt_tokens",
  "cached_input_tokens",
  "prompt_cache_hit_tokens",
  "cache_read_input_tokens",
];
const REASONING = [
  "completion_tokens_details.reasoning_tokens",
  "completion_token_details.reasoning_tokens",
  "output_tokens_details.reasoning_tokens",
  "reasoning_tokens",
];

/**
 * Reads token counts. Cached and reasoning tokens are not in the SDK's types, and every server has its own name for them; of
 * several names the largest count is meant, because those that are not kept up say 0. `undefined` when the server counted
 * nothing.
 */
export function toUsage(info: UsageInfo | undefined): Usage | undefined {
  if (!info) return undefined;
  const inputTokens = count(info.promptTokens);
  const outputTokens = count(info.completionTokens);
  if (inputTokens + outputTokens === 0) return undefined;
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: Math.min(largest(info, CACHED), inputTokens),
    cacheWriteInputTokens: 0,
    reasoningTokens: Math.min(largest(info, REASONING), outputTokens),
  };
}

function largest(info: Readonly<Record<string, unknown>>, paths: readonly string[]): number {
  return Math.max(...paths.map((path) => count(at(info, path.split(".")))));
}

/** Names count in both spellings: `cached_tokens`, `cachedTokens`. */
function at(from: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => {
    if (!isObject(value)) return undefined;
    return value[name] ?? value[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())];
  }, from);
}

function count(value: unknown): number {
  return readCount(value) ?? 0;
}
