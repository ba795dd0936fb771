import { hashText } from "../core/mod.ts";
import type { ChatBody } from "./chat_body.ts";
import { countMessage, countTools } from "./prompt_tokens.ts";

/** Mistral caches prompts in blocks of this size. */
const BLOCK_TOKENS = 64;
/** Beginnings that nobody sent for this long are forgotten. Mistral does not say how long it keeps them. */
const EXPIRY_MS = 5 * 60_000;
/** Beginnings remembered; the one sent least recently goes first. */
const BEGINNINGS_MAX = 20_000;

/**
 * Which beginnings of prompts were read before: per model and `prompt_cache_key`, ending with the tools or with a message. Requests
 * without a key share nothing, as if they always met another machine.
 */
export class PromptCache {
  readonly #seenMs = new Map<string, number>();

  /** The tokens of the longest beginning that is known, in whole blocks; from now on all of this prompt is. */
  read({ model, promptCacheKey, tools, messages }: ChatBody, nowMs: number): number {
    if (promptCacheKey === undefined) return 0;
    let tokens = countTools(tools);
    let hash = hashText(JSON.stringify([model, promptCacheKey, tools]));
    let known = this.#meet(hash, tokens, nowMs) ? tokens : 0;
    for (const message of messages) {
      tokens += countMessage(message);
      hash = hashText(JSON.stringify(message), hash % 2 ** 32);
      if (this.#meet(hash, tokens, nowMs)) known = tokens;
    }
    return known - known % BLOCK_TOKENS;
  }

  /** Whether this beginning was sent before; it was now. */
  #meet(hash: number, tokens: number, nowMs: number): boolean {
    const key = `${hash} ${tokens}`;
    const seenMs = this.#seenMs.get(key);
    this.#seenMs.delete(key);
    this.#seenMs.set(key, nowMs);
    if (this.#seenMs.size > BEGINNINGS_MAX) this.#seenMs.delete(this.#seenMs.keys().next().value!);
    return seenMs !== undefined && nowMs - seenMs < EXPIRY_MS;
  }
}
