import type { UsageInfo } from "@mistralai/mistralai/models/components/usageinfo.js";
import { isObject, type Usage } from "../core/mod.ts";
import { readCount } from "./wire_json.ts";

/**
 * Reads token counts. Cached and reasoning tokens are not in the SDK's types: servers send them as
 * `prompt_tokens_details.cached_tokens`, `num_cached_tokens` and `completion_tokens_details.reasoning_tokens`.
 * Returns `undefined` when the server counted nothing.
 */
export function toUsage(info: UsageInfo | undefined): Usage | undefined {
  if (!info) return undefined;
  const inputTokens = count(info.promptTokens);
  const outputTokens = count(info.completionTokens);
  if (inputTokens + outputTokens === 0) return undefined;
  const extra: Readonly<Record<string, unknown>> = info;
  const cached =
    inner(extra, ["prompt_tokens_details", "promptTokensDetails"], ["cached_tokens", "cachedTokens"]) ??
      extra["num_cached_tokens"] ?? extra["numCachedTokens"];
  const reasoning = inner(extra, ["completion_tokens_details", "completionTokensDetails"], [
    "reasoning_tokens",
    "reasoningTokens",
  ]);
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: Math.min(count(cached), inputTokens),
    cacheWriteInputTokens: 0,
    reasoningTokens: Math.min(count(reasoning), outputTokens),
  };
}

function inner(
  from: Readonly<Record<string, unknown>>,
  groups: readonly string[],
  keys: readonly string[],
): unknown {
  for (const group of groups) {
    const details = from[group];
    if (!isObject(details)) continue;
    for (const key of keys) if (details[key] !== undefined) return details[key];
  }
  return undefined;
}

function count(value: unknown): number {
  return readCount(value) ?? 0;
}
