import { canonicalJson, type Message, toolCallsOf } from "../core/mod.ts";

/** The same call with the same result this often means that the model is going round in circles. */
export const MAX_REPEATS = 5;

/** Counts tool calls that bring nothing new: same name, same arguments, same result, and no other effect in between. */
export class LoopGuard {
  readonly #seen = new Map<string, { result: string; count: number }>();
  readonly maxRepeats: number;

  /** `maxRepeats`: how often is too often; 0 for never. */
  constructor(maxRepeats = MAX_REPEATS) {
    this.maxRepeats = maxRepeats;
  }

  /** True when making this call again would be once too often with nothing but the same result. */
  isLooping(name: string, args: unknown): boolean {
    return this.maxRepeats > 0 && (this.#seen.get(key(name, args))?.count ?? 0) >= this.maxRepeats - 1;
  }

  record(name: string, args: unknown, result: string): void {
    const call = key(name, args);
    const seen = this.#seen.get(call);
    this.#seen.set(call, { result, count: seen?.result === result ? seen.count + 1 : 1 });
  }

  /** A call had an effect: asking again what one asked before is work now (edit, test, edit, test), not a circle. */
  changed(name: string, args: unknown): void {
    const own = key(name, args);
    for (const call of this.#seen.keys()) if (call !== own) this.#seen.delete(call);
  }

  /** Counts the calls of a conversation that was had before. */
  recall(messages: readonly Message[]): void {
    const calls = new Map(messages.flatMap(toolCallsOf).map((call) => [call.id, call]));
    for (const part of messages.flatMap((message) => message.parts)) {
      const call = part.type === "tool_call_response" ? calls.get(part.id) : undefined;
      if (call && part.type === "tool_call_response") {
        this.record(call.name, call.arguments, String(part.response));
      }
    }
  }
}

function key(name: string, args: unknown): string {
  return `${name} ${canonicalJson(args ?? null)}`;
}
