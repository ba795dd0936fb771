import assert from "node:assert/strict";
import fc from "fast-check";
import { createCallIds } from "../../lib/providers/call_ids.ts";

Deno.test("createCallIds() leaves ids alone that Mistral takes", () => {
  assert.equal(createCallIds()("D681PevKs"), "D681PevKs");
});

Deno.test("createCallIds() maps any ids to valid ones, equal to equal and different to different", () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: "binary" }), { maxLength: 50 }), (ids) => {
    const callId = createCallIds();
    const mapped = ids.map(callId);
    assert.ok(mapped.every((id) => /^[a-zA-Z0-9]{9}$/.test(id)));
    assert.deepEqual(ids.map(callId), mapped);
    assert.equal(new Set(mapped).size, new Set(ids).size);
  }));
});

Deno.test("createCallIds() keeps apart an id and another that hashes to it", () => {
  const hashed = createCallIds()("call_1");
  const callId = createCallIds();
  assert.equal(callId("call_1"), hashed);
  assert.notEqual(callId(hashed), hashed);
});

Deno.test("createCallIds() maps the same id the same way in every request", () => {
  assert.equal(createCallIds()("call_abc"), createCallIds()("call_abc"));
});
