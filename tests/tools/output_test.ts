import assert from "node:assert/strict";
import fc from "fast-check";
import { capText } from "../../lib/tools/output.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

Deno.test("capText() leaves short text alone", () => {
  assert.deepEqual(capText("héllo", 6), { content: "héllo", truncatedBytes: 0 });
});

Deno.test("capText() says how many bytes are missing", () => {
  const { content, truncatedBytes } = capText("x".repeat(20_000), 1_000);
  assert.match(content, /^x+\n\[\.\.\. 19,0\d\d bytes cut\]$/);
  assert.equal(truncatedBytes, 20_000 - content.indexOf("\n"));
});

Deno.test("capText() counts what the caller dropped", () => {
  const { content, truncatedBytes } = capText("abc", 100, 7);
  assert.equal(content, "abc\n[... 7 bytes cut]");
  assert.equal(truncatedBytes, 7);
});

Deno.test("capText() keeps the limit, whole characters and the byte count, for any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.nat(400), (text, limit) => {
      const { content, truncatedBytes } = capText(text, limit);
      assert.ok(bytesOf(content) <= limit);
      assert.ok(content.isWellFormed());
      const head = truncatedBytes > 0 ? content.replace(/\n\[\.\.\. [\d,]+ bytes cut\]$/, "") : content;
      assert.ok(text.toWellFormed().startsWith(head));
      assert.equal(bytesOf(head) + truncatedBytes, bytesOf(text));
    }),
    { numRuns: 500 },
  );
});
