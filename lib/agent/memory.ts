import { type Message, toolCallsOf } from "../core/mod.ts";

/** What the agent holds: the whole conversation and its key/value entries. */
export class Memory {
  readonly #messages: Message[];
  readonly keyValues: Map<string, unknown>;

  constructor(messages: readonly Message[] = [], keyValues: Readonly<Record<string, unknown>> = {}) {
    this.#messages = [...messages];
    this.keyValues = new Map(Object.entries(keyValues));
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  add(message: Message): void {
    this.#messages.push(message);
  }

  /**
   * What the next model call sees: the system message and the last `size` messages, beginning with a message that stands on its
   * own (a tool's result without the call it answers is refused by the API).
   */
  window(size: number): Message[] {
    const system = this.#messages[0]?.role === "system" ? [this.#messages[0]] : [];
    const rest = this.#messages.slice(system.length);
    let from = Math.max(0, rest.length - size);
    while (from > 0 && from < rest.length && rest[from]!.role === "tool") from--;
    return [...system, ...rest.slice(from)];
  }

  /** Calls of the last assistant message that have no result yet, in order. */
  pendingToolCalls(): ReturnType<typeof toolCallsOf> {
    const at = this.#messages.findLastIndex((message) => message.role === "assistant");
    if (at < 0) return [];
    const answered = new Set(
      this.#messages.slice(at + 1).flatMap((message) =>
        message.parts.flatMap((part) => part.type === "tool_call_response" ? [part.id] : [])
      ),
    );
    return toolCallsOf(this.#messages[at]!).filter((call) => !answered.has(call.id));
  }

  entries(): Record<string, unknown> {
    return Object.fromEntries(this.keyValues);
  }
}
