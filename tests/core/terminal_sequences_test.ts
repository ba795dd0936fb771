import assert from "node:assert/strict";
import fc from "fast-check";
import { escapeText, oneLine } from "../../lib/core/mod.ts";
import { TERMINAL_SEQUENCES } from "../support/terminal_sequences.ts";

/** Controls, what reorders and what cannot be seen. */
// deno-lint-ignore no-control-regex
const RAW = /[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u;
/** Of a text of several rows, without what may stand in one: line ends and tabs. */
const inRows = (text: string) => escapeText(text, { multiline: true }).replace(/[\n\t]/g, "");

Deno.test("escapeText() leaves nothing of 77 sequences that a terminal obeys or an eye overlooks", () => {
  assert.ok(TERMINAL_SEQUENCES.length >= 77, String(TERMINAL_SEQUENCES.length));
  assert.equal(new Set(TERMINAL_SEQUENCES).size, TERMINAL_SEQUENCES.length);
  for (const sequence of TERMINAL_SEQUENCES) {
    const text = `a${sequence}b`;
    assert.doesNotMatch(escapeText(text), RAW, JSON.stringify(sequence));
    assert.doesNotMatch(inRows(text), RAW, JSON.stringify(sequence));
    assert.doesNotMatch(escapeText(oneLine(text, 80)), RAW, JSON.stringify(sequence));
  }
});

Deno.test("escapeText() leaves nothing of any mixture of them, however it is cut", () => {
  const piece = fc.oneof(fc.constantFrom(...TERMINAL_SEQUENCES), fc.string({ unit: "binary", maxLength: 8 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(40), (pieces, cut) => {
      const text = pieces.join("").slice(cut);
      assert.doesNotMatch(escapeText(text), RAW);
      assert.doesNotMatch(inRows(text), RAW);
    }),
    { numRuns: 150 },
  );
});
