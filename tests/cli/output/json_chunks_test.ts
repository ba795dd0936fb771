import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonChunks } from "../../../lib/cli/output/json_chunks.ts";

Deno.test("jsonChunks() gives the very text of JSON.stringify(), in any indentation", () => {
  const told = fc.anything({ withDate: true, withNullPrototype: true, maxDepth: 8, withSparseArray: true });
  fc.assert(
    fc.property(fc.record({ a: told, b: fc.array(told) }), fc.constantFrom(0, 2), (value, indent) => {
      const text = [...jsonChunks(value, indent)].join("");
      assert.equal(text, JSON.stringify(value, null, indent));
      assert.equal(
        [...jsonChunks(value.a ?? null, indent)].join(""),
        JSON.stringify(value.a ?? null, null, indent),
      );
    }),
    { numRuns: 300 },
  );
});

Deno.test("jsonChunks() never holds more than a part of a long document", () => {
  const messages = Array.from({ length: 200 }, (_, n) => ({ role: "user", content: `${n}`.repeat(1_000) }));
  const snapshots = Array.from({ length: 40 }, (_, step) => ({ step, memory: { messages } }));
  let [whole, longest] = [0, 0];
  for (const chunk of jsonChunks({ snapshots }, 2)) {
    whole += chunk.length;
    longest = Math.max(longest, chunk.length);
  }
  assert(whole > 10_000_000 && longest < 100_000, `${longest} of ${whole}`);
});
