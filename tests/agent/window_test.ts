import assert from "node:assert/strict";
import fc from "fast-check";
import { windowOf } from "../../lib/agent/window.ts";
import type { Message } from "../../lib/core/mod.ts";

const said = (role: Message["role"], content: string): Message => ({
  role,
  parts: [{ type: "text", content }],
});
const asks = (id: string): Message => ({
  role: "assistant",
  parts: [{ type: "tool_call", id, name: "calculator", arguments: {} }],
});
const answers = (id: string): Message => ({
  role: "tool",
  parts: [{ type: "tool_call_response", id, response: "1" }],
});

/** A conversation: perhaps a system message, then turns of one question and rounds of calls with their results. */
const conversation = fc.record({
  system: fc.boolean(),
  turns: fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 8 }), { minLength: 1, maxLength: 4 }),
}).map(({ system, turns }): Message[] => {
  let calls = 0;
  return [
    ...(system ? [said("system", "Be brief.")] : []),
    ...turns.flatMap((rounds, turn) => [
      said("user", `question ${turn}`),
      ...rounds.flatMap((count) => {
        const ids = Array.from({ length: count }, () => `call${calls++}`);
        return [
          { role: "assistant" as const, parts: ids.flatMap((id) => asks(id).parts) },
          ...ids.map(answers),
        ];
      }),
    ]),
  ];
});

Deno.test("windowOf() law: the question stays, groups stay whole, order stays, and at least the last group is sent", () => {
  fc.assert(fc.property(conversation, fc.integer({ min: 1, max: 20 }), (messages, size) => {
    const window = windowOf(messages, size);
    const places = window.map((message) => messages.indexOf(message));
    assert.deepEqual(places, places.toSorted((a, b) => a - b), "in order");
    if (messages[0]!.role === "system") assert.equal(window[0], messages[0]);
    const question = messages.findLast((message) => message.role === "user")!;
    assert(window.includes(question), "the last question is there");
    const first = window.find((message) => message.role !== "system")!;
    assert.equal(first.role, "user", "it begins with a question");
    const ids = (role: string) =>
      window.filter((message) => message.role === role).flatMap((message) =>
        message.parts.map((part) => "id" in part ? part.id : "")
      ).filter((id) => id !== "");
    assert.deepEqual(ids("tool").toSorted(), ids("assistant").toSorted(), "every call has its result");
    assert.equal(window.at(-1), messages.at(-1));
    if (messages.length - Number(messages[0]!.role === "system") <= size) assert.deepEqual(window, messages);
  }));
});

Deno.test("windowOf() begins at the same message for several calls, for the server's prompt cache", () => {
  const messages = [said("system", "s"), said("user", "q")];
  const begins = new Set<number>();
  for (let round = 0; round < 100; round++) {
    messages.push(asks(`c${round}`), answers(`c${round}`));
    const window = windowOf(messages, 40);
    assert(window.length <= 42, "about the size");
    begins.add(messages.indexOf(window[2]!));
  }
  assert(begins.size <= 20, `${begins.size} different beginnings in 100 calls`);
});
