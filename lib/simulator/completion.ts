import type { ChatBody } from "./chat_body.ts";
import type { CalledTool, ChatMessage } from "./chat_messages.ts";
import { canonicalJson } from "../core/mod.ts";
import { alphanumericId, hexId } from "./hash.ts";
import type { Reply } from "./reply.ts";
import { countTokens, tokenize } from "./tokens.ts";

/** A finished answer in tokens, ready to be sent whole or piece by piece. */
export interface Completion {
  readonly id: string;
  readonly model: string;
  readonly thinking: readonly string[];
  readonly text: readonly string[];
  readonly toolCalls: readonly CalledTool[];
  readonly finishReason: string;
  readonly usage: WireUsage;
}

export interface WireUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/** Fixed, so that equal requests have equal answers to the byte: 2026-01-01T00:00:00Z. */
export const CREATED_S = 1_767_225_600;
/** Mistral caches prompts in blocks of this size. */
const CACHE_BLOCK_TOKENS = 64;
const MESSAGE_OVERHEAD_TOKENS = 3;

/** Applies `stop` and `max_tokens`, gives ids, counts tokens. */
export function complete(body: ChatBody, reply: Reply, prefix: string, seed: number): Completion {
  const identity = canonicalJson([
    body.model,
    body.messages,
    body.randomSeed ?? null,
    body.tools.map((tool) => tool.name),
  ]);
  const written = reply.text ?? "";
  const whole = written.startsWith(prefix) ? written : prefix + written;
  const text = cutAtStop(whole, body.stop);
  let left = body.maxTokens ?? Infinity;
  const take = (tokens: readonly string[]) => {
    const taken = tokens.slice(0, left);
    left -= taken.length;
    return taken;
  };
  const thinkTokens = tokenize(reply.think ?? "");
  const textTokens = tokenize(text);
  const thinking = take(thinkTokens);
  const said = take(textTokens);
  const calls = text.length < whole.length ? [] : reply.toolCalls ?? [];
  const toolCalls: CalledTool[] = [];
  for (const [i, call] of calls.entries()) {
    const cost = callTokens(call);
    if (cost > left) break;
    left -= cost;
    toolCalls.push({ id: alphanumericId(`${identity} ${i}`, seed, 9), ...call });
  }
  const cutShort = thinking.length < thinkTokens.length || said.length < textTokens.length ||
    toolCalls.length < calls.length || left === 0 && body.maxTokens === 0;
  const spent = thinking.length + said.length + toolCalls.reduce((sum, call) => sum + callTokens(call), 0);
  return {
    id: hexId(identity, seed),
    model: body.model,
    thinking,
    text: said,
    toolCalls,
    finishReason: cutShort ? "length" : reply.finishReason ?? (toolCalls.length > 0 ? "tool_calls" : "stop"),
    usage: usageOf(body, reply, spent),
  };
}

function cutAtStop(text: string, stops: readonly string[]): string {
  const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

function callTokens(call: { readonly name: string; readonly arguments: string }): number {
  return countTokens(call.name) + countTokens(call.arguments);
}

function usageOf(body: ChatBody, reply: Reply, spent: number): WireUsage {
  const toolTokens = body.tools.reduce(
    (sum, tool) =>
      sum + countTokens(tool.name) + countTokens(tool.description) +
      countTokens(JSON.stringify(tool.parameters)),
    0,
  );
  const prompt = reply.usage?.promptTokens ?? toolTokens + countMessages(body.messages);
  const completion = reply.usage?.completionTokens ?? spent;
  const cached = reply.usage?.cachedTokens ?? cachedTokens(body.messages, toolTokens);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: Math.min(cached, prompt) },
  };
}

/**
 * The previous request of a conversation is this one without the last assistant message and what follows: that prefix is taken
 * to be in the cache. Nothing has to be remembered, so the figure does not depend on what else was asked, or when.
 */
function cachedTokens(messages: readonly ChatMessage[], toolTokens: number): number {
  const last = messages.at(-1)?.role === "assistant" ? messages.slice(0, -1) : messages;
  const before = last.findLastIndex((message) => message.role === "assistant");
  if (before <= 0) return 0;
  const tokens = toolTokens + countMessages(messages.slice(0, before));
  return tokens - tokens % CACHE_BLOCK_TOKENS;
}

function countMessages(messages: readonly ChatMessage[]): number {
  return messages.reduce(
    (sum, message) =>
      sum + MESSAGE_OVERHEAD_TOKENS + countTokens(message.text) +
      message.toolCalls.reduce((calls, call) => calls + callTokens(call), 0),
    0,
  );
}
