import { type Message, toolCallsOf } from "../core/mod.ts";
import { windowOf } from "./window.ts";

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

  /** What the next model call sees: see `windowOf`. */
  window(size: number): readonly Message[] {
    return windowOf(this.#messages, size);
  }

  /** Puts the results of the last answer's calls into the order of the calls: an interrupted round may have ended in another. */
  orderResults(): void {
    const at = this.#messages.findLastIndex((message) => message.role === "assistant");
    if (at < 0) return;
    const places = new Map(toolCallsOf(this.#messages[at]!).map((call, place) => [call.id, place]));
    const placeOf = ({ parts }: Message) => {
      const part = parts.find((it) => it.type === "tool_call_response");
      return part?.type === "tool_call_response" ? places.get(part.id) ?? Infinity : Infinity;
    };
    const results = this.#messages.splice(at + 1);
    this.#messages.push(...results.toSorted((a, b) => placeOf(a) - placeOf(b)));
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
