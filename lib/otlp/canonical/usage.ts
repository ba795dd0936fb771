import { isObject, type Usage } from "../../core/mod.ts";
import { numberOf, type SpanReader } from "./span_reader.ts";

/** More than anybody used in one call: a number beyond it is no count. */
const TOKENS_MAX = 1e12;
const USD_MAX = 1e9;

type Details = Readonly<Record<string, unknown>>;

/** A count of tokens; whatever is none is unknown. */
function count(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && number >= 0 && number <= TOKENS_MAX ? Math.round(number) : undefined;
}

function within(details: Details, name: string): Details {
  const value = details[name];
  return isObject(value) ? value : {};
}

/**
 * Langfuse names its buckets freely, and they may or may not lie inside one another: when all that is called input and all that is
 * called output are the total together, they do not.
 */
function langfuseUsage(details: Details) {
  const sum = (fits: (name: string) => boolean) =>
    Object.entries(details).reduce((total, [name, value]) => total + (fits(name) ? count(value) ?? 0 : 0), 0);
  const allInput = sum((name) => /^input(_|$)/.test(name) || name.startsWith("cache_"));
  const allOutput = sum((name) => /^output(_|$)/.test(name));
  const total = count(details["total"]);
  const input = count(details["input"] ?? details["prompt_tokens"] ?? details["input_tokens"]);
  const output = count(details["output"] ?? details["completion_tokens"] ?? details["output_tokens"]);
  const areApart = total !== undefined && allInput + allOutput === total && allInput > 0;
  return {
    input: areApart ? allInput : input,
    output: areApart ? allOutput : output,
    cached: count(
      details["cache_read_input_tokens"] ?? details["input_cached_tokens"] ?? details["input_cache_read"],
    ),
    written: count(details["cache_creation_input_tokens"] ?? details["input_cache_creation"]),
    reasoning: count(details["output_reasoning_tokens"] ?? details["output_reasoning"]),
  };
}

function langsmithUsage(details: Details) {
  const input = within(details, "input_token_details");
  return {
    input: count(details["input_tokens"]),
    output: count(details["output_tokens"]),
    cached: count(input["cache_read"]),
    written: count(input["cache_creation"]),
    reasoning: count(within(details, "output_token_details")["reasoning"]),
  };
}

/** What a span says that it used; one value for each figure, whichever convention says it. `undefined`: it says nothing. */
export function usageOf(span: SpanReader): Usage | undefined {
  const langfuse = langfuseUsage(span.object("langfuse.observation.usage_details"));
  const langsmith = langsmithUsage(span.object("langsmith.usage_metadata"));
  const first = (names: readonly string[], ...others: readonly (number | undefined)[]) =>
    names.map((name) => count(span.attributes[name])).find((it) => it !== undefined) ??
      others.find((it) => it !== undefined);
  const input = first(INPUT, langfuse.input, langsmith.input);
  const output = first(OUTPUT, langfuse.output, langsmith.output);
  if (input === undefined && output === undefined) return undefined;
  const cached = first(CACHED, langfuse.cached, langsmith.cached) ?? 0;
  const written = first(WRITTEN, langfuse.written, langsmith.written) ?? 0;
  const reasoning = first(REASONING, langfuse.reasoning, langsmith.reasoning) ?? 0;
  // Some count the cached ones apart: then there are more of them than there is input. This program does not.
  const isOwn = span.attributes["agentop.span.kind"] !== undefined;
  const inputTokens = !isOwn && (input ?? 0) < cached + written
    ? (input ?? 0) + cached + written
    : input ?? 0;
  return {
    inputTokens,
    outputTokens: Math.max(output ?? 0, reasoning),
    cachedInputTokens: cached,
    cacheWriteInputTokens: written,
    reasoningTokens: reasoning,
  };
}

/** What a span says that it cost, USD. */
export function costUsdOf(span: SpanReader): number | undefined {
  const details = span.object("langfuse.observation.cost_details");
  const parts = Object.values(details).map(numberOf).filter((it) => it !== undefined);
  const usd = span.number("agentop.cost.usd", "gen_ai.usage.cost", "llm.cost.total", "operation.cost") ??
    numberOf(details["total"]) ??
    (parts.length > 0 ? parts.reduce((sum, part) => sum + part, 0) : undefined);
  return usd !== undefined && usd >= 0 && usd <= USD_MAX ? usd : undefined;
}

const INPUT = [
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.prompt_tokens",
  "llm.token_count.prompt",
  "llm.usage.prompt_tokens",
  "ai.usage.inputTokens",
  "ai.usage.promptTokens",
  "ai.usage.tokens",
];
const OUTPUT = [
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.completion_tokens",
  "llm.token_count.completion",
  "llm.usage.completion_tokens",
  "ai.usage.outputTokens",
  "ai.usage.completionTokens",
];
const CACHED = [
  "gen_ai.usage.cache_read.input_tokens",
  "gen_ai.usage.cache_read_input_tokens",
  "gen_ai.usage.details.cache_read_tokens",
  "llm.token_count.prompt_details.cache_read",
  "ai.usage.cachedInputTokens",
  "ai.usage.inputTokenDetails.cacheReadTokens",
];
const WRITTEN = [
  "gen_ai.usage.cache_write.input_tokens",
  "gen_ai.usage.cache_creation.input_tokens",
  "gen_ai.usage.cache_creation_input_tokens",
  "gen_ai.usage.details.cache_write_tokens",
  "llm.token_count.prompt_details.cache_write",
  "ai.usage.inputTokenDetails.cacheWriteTokens",
];
const REASONING = [
  "gen_ai.usage.reasoning.output_tokens",
  "gen_ai.usage.reasoning_tokens",
  "gen_ai.usage.details.reasoning_tokens",
  "llm.token_count.completion_details.reasoning",
  "ai.usage.reasoningTokens",
  "ai.usage.outputTokenDetails.reasoningTokens",
];
