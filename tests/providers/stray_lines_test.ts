import assert from "node:assert/strict";
import fc from "fast-check";
import { StrayLines } from "../../lib/providers/stray_lines.ts";

function sorted(pieces: readonly string[]): { readonly text: string; readonly lines: readonly string[] } {
  const found = { text: "", lines: [] as string[] };
  const lines = new StrayLines({
    onText: (text) => found.text += text,
    onLine: (line) => found.lines.push(line.trimEnd()),
    maxChars: 1000,
  });
  for (const piece of pieces) lines.push(piece);
  lines.end();
  return found;
}

Deno.test("StrayLines finds lines of JSON between events, wherever a read ends", () => {
  const line = fc.constantFrom("data: {}", "", '{"error":"x"}', "{", ": {comment}", " {", "event: error");
  fc.assert(fc.property(fc.array(line), fc.array(fc.nat(60)), fc.boolean(), (all, cuts, isEnded) => {
    const text = all.join("\n") + (isEnded ? "\n" : "");
    const at = [...new Set(cuts.filter((cut) => cut < text.length))].sort((a, b) => a - b);
    const pieces = [...at, text.length].map((cut, i) => text.slice(at[i - 1] ?? 0, cut));
    const isStray = (it: string) => it.startsWith("{");
    const kept = text.split(/(?<=\n)/).filter((it) => !isStray(it)).join("");
    assert.deepEqual(sorted(pieces), { text: kept, lines: all.filter(isStray) });
  }));
});
