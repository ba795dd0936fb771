import { canonicalJson, type Message, toolCallsOf } from "../core/mod.ts";

/** The same call with the same result this often means that the model is going round in circles. */
export const SAME_CALL_MAX = 5;

/** Counts tool calls that bring nothing new: same name, same arguments, same result. */
export class LoopGuard {
  readonly #seen = new Map<string, { result: string; count: number }>();

  /** True when making this call again would be the fifth time with nothing but the same result. */
  isLooping(name: string, args: unknown): boolean {
    return (this.#seen.get(key(name, args))?.count ?? 0) >= SAME_CALL_MAX - 1;
  }

  record(name: string, args: unknown, result: string): void {
    const call = key(name, args);
    const seen = this.#seen.get(call);
    this.#seen.set(call, { result, count: seen?.result === result ? seen.count + 1 : 1 });
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
