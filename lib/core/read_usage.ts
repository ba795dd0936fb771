import { isObject } from "./json.ts";
import type { Usage } from "./span.ts";

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
const INPUT = ["prompt_tokens", "input_tokens"];
const OUTPUT = ["completion_tokens", "output_tokens"];
const REASONING = [
  "completion_tokens_details.reasoning_tokens",
  "completion_token_details.reasoning_tokens",
  "output_tokens_details.reasoning_tokens",
  "reasoning_tokens",
];

/**
 * Reads token counts. Every server has its own name for the cached ones, and those the model thought with; of
 * several names the largest count is meant, because those that are not kept up say 0. `undefined` when the server counted
 * nothing.
 */
export function readUsage(info: unknown): Usage | undefined {
  if (!isObject(info)) return undefined;
  const inputTokens = first(info, INPUT);
  const outputTokens = first(info, OUTPUT);
  if (inputTokens + outputTokens === 0) return undefined;
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: Math.min(largest(info, CACHED), inputTokens),
    cacheWriteInputTokens: 0,
    reasoningTokens: Math.min(largest(info, REASONING), outputTokens),
  };
}

/** Of the first name that is there. */
function first(info: Readonly<Record<string, unknown>>, names: readonly string[]): number {
  return count(names.map((name) => at(info, [name])).find((it) => it !== undefined && it !== null));
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

/** A count of tokens, however it is written: `12`, `"12"`, `12.0`. */
export function readCount(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !(number >= 0)) return undefined;
  const count = Math.round(number);
  return Number.isSafeInteger(count) ? count : undefined;
}
