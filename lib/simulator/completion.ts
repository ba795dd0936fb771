import type { ChatBody } from "./chat_body.ts";
import type { CalledTool } from "./chat_messages.ts";
import { canonicalJson } from "../core/mod.ts";
import { alphanumericId, hexId } from "./hash.ts";
import type { Reply } from "./reply.ts";
import { countCall, countMessage, countTools } from "./prompt_tokens.ts";
import { tokenize } from "./tokens.ts";

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

export interface CompletionOptions {
  /** What the client began the answer with. */
  readonly prefix: string;
  readonly seed: number;
  /** Tokens of the prompt that were read from the cache. */
  readonly cachedTokens: number;
}

/** Applies `stop` and `max_tokens`, gives ids, counts tokens. */
export function complete(
  body: ChatBody,
  reply: Reply,
  { prefix, seed, cachedTokens }: CompletionOptions,
): Completion {
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
    const cost = countCall(call);
    if (cost > left) break;
    left -= cost;
    toolCalls.push({ id: alphanumericId(`${identity} ${i}`, seed, 9), ...call });
  }
  const cutShort = thinking.length < thinkTokens.length || said.length < textTokens.length ||
    toolCalls.length < calls.length || left === 0 && body.maxTokens === 0;
  const spent = thinking.length + said.length + toolCalls.reduce((sum, call) => sum + countCall(call), 0);
  return {
    id: hexId(identity, seed),
    model: body.model,
    thinking,
    text: said,
    toolCalls,
    finishReason: cutShort ? "length" : reply.finishReason ?? (toolCalls.length > 0 ? "tool_calls" : "stop"),
    usage: usageOf(body, reply, spent, cachedTokens),
  };
}

function cutAtStop(text: string, stops: readonly string[]): string {
  const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

function usageOf(body: ChatBody, reply: Reply, spent: number, cachedTokens: number): WireUsage {
  const prompt = reply.usage?.promptTokens ??
    countTools(body.tools) + body.messages.reduce((sum, message) => sum + countMessage(message), 0);
  const completion = reply.usage?.completionTokens ?? spent;
  const cached = reply.usage?.cachedTokens ?? cachedTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: Math.min(cached, prompt) },
  };
}
