import assert from "node:assert/strict";
import fc from "fast-check";
import { withOwnCallIds } from "../../lib/agent/call_identity.ts";
import { type Message, toolCallsOf } from "../../lib/core/mod.ts";

const answer = (ids: readonly string[]): Message => ({
  role: "assistant",
  parts: ids.map((id) => ({ type: "tool_call", id, name: "calculator", arguments: {} })),
});
const idsOf = (message: Message) => toolCallsOf(message).map((call) => call.id);

Deno.test("withOwnCallIds() keeps ids that are new, and names the place of any other call", () => {
  assert.deepEqual(idsOf(withOwnCallIds(answer(["aaaaaaaa1", "aaaaaaaa2"]), 1, [])), [
    "aaaaaaaa1",
    "aaaaaaaa2",
  ]);
  assert.deepEqual(idsOf(withOwnCallIds(answer(["x", "x", ""]), 12, [])), ["x", "s000cc001", "s000cc002"]);
  assert.deepEqual(idsOf(withOwnCallIds(answer(["0", "1"]), 3, [answer(["0"])])), ["s0003c000", "1"]);
});

Deno.test("withOwnCallIds() law: ids are unique in the conversation, and a message that needs no change is the same", () => {
  const ids = fc.array(fc.constantFrom("", "0", "1", "a", "s0001c000"), { maxLength: 4 });
  fc.assert(fc.property(fc.array(ids, { maxLength: 8 }), (answers) => {
    const conversation: Message[] = [];
    answers.forEach((given, step) => {
      const own = withOwnCallIds(answer(given), step + 1, conversation);
      assert.equal(withOwnCallIds(own, step + 1, conversation), own);
      conversation.push(own);
    });
    const all = conversation.flatMap(idsOf);
    assert.equal(new Set(all).size, all.length);
    assert(!all.includes(""));
  }));
});
