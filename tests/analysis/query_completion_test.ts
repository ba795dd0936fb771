import assert from "node:assert/strict";
import fc from "fast-check";
import { completeRunQuery, parseRunQuery, RUN_TERMS } from "../../lib/analysis/mod.ts";

const words = (text: string, values = {}) => completeRunQuery(text, values).map(({ word }) => word);

Deno.test("completeRunQuery() completes terms and values where the last word stands, negated ones and in parentheses", () => {
  assert.deepEqual(words("s"), ["status:", "since:", "steps>"]);
  assert.deepEqual(words("agent:x -st"), ["status:", "steps>"]);
  assert.deepEqual(words("(cos"), ["cost>"]);
  assert.deepEqual(words("status:fa"), ["status:failed"]);
  assert.deepEqual(words("status:failed,bu"), ["status:failed,budget"]);
  assert.deepEqual(words("cost:"), ["cost:unknown"]);
  assert.deepEqual(words("agent:", { agent: ["my agent", "writer"] }), ['agent:"my agent"', "agent:writer"]);
  assert.deepEqual(words("AGENT:W", { agent: ["my agent", "Writer"] }), ["agent:Writer"]);
  assert.equal(completeRunQuery("refund -sta")[0]!.text, "refund -status:");
  for (const text of ["", "refund ", '"sta', "nosuch:x", "status:failed", "toString:"]) {
    assert.deepEqual(words(text), []);
  }
});

Deno.test("completeRunQuery() offers only values that are understood, and takes any text", () => {
  for (const { name } of RUN_TERMS) {
    for (const { text } of completeRunQuery(`${name}:`, { [name]: ["ab"] })) {
      if (
        !["status", "id", "since", "until", "cost", "tokens", "duration", "steps", "retries"].includes(name)
      ) {
        assert.deepEqual(parseRunQuery(text, 0).errors, [], text);
      }
    }
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    for (const { text: whole, word } of completeRunQuery(text)) assert.ok(whole.endsWith(word));
  }));
});
