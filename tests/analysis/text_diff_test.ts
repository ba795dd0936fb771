import assert from "node:assert/strict";
import { applyPatch } from "diff";
import fc from "fast-check";
import { unifiedDiff, wordDiff } from "../../lib/analysis/mod.ts";

const NAMES = { left: "left", right: "right" };
const lines = fc.array(fc.constantFrom("a", "b", "c d", "", "é"), { maxLength: 12 });
const text = fc.tuple(lines, fc.boolean()).map(([all, isClosed]) => all.join("\n") + (isClosed ? "\n" : ""));
/** Lines that no two texts share. */
const foreign = (word: string, count: number) =>
  Array.from({ length: count }, (_, line) => `${word} ${line}`).join("\n");

Deno.test("unifiedDiff() applied to the left text gives the right one", async () => {
  await fc.assert(fc.asyncProperty(text, text, async (left, right) => {
    if (left !== right) assert.equal(applyPatch(left, await unifiedDiff(left, right, NAMES)), right);
  }));
});

Deno.test("unifiedDiff() of texts with nothing in common is a patch too", async () => {
  for (const [end, start] of [["", ""], ["\n", ""], ["", "\n"], ["\n", "\n"]] as const) {
    const [left, right] = [foreign("left", 4000) + end, foreign("right", 3000) + start];
    const patch = await unifiedDiff(left, right, NAMES);
    assert.match(patch, /^--- left\n\+\+\+ right\n@@ -1,4000 \+1,3000 @@\n-left 0\n/);
    assert.equal(applyPatch(left, patch), right);
  }
});

Deno.test("wordDiff() law: what stays and goes is the left text, what stays and comes is the right one", async () => {
  const any = fc.oneof(
    text,
    fc.string({ unit: "binary" }),
    fc.constantFrom("a\r\nb\r\n", "x\u2028y\n", "\ud800 z"),
  );
  const long = fc.tuple(any, fc.boolean()).map(([it, isLong]) =>
    isLong ? it + "q\r\n\u2028".repeat(15_000) : it
  );
  await fc.assert(fc.asyncProperty(long, long, async (left, right) => {
    const pieces = await wordDiff(left, right);
    const joined = (not: string) => pieces.filter(({ op }) => op !== not).map((it) => it.text).join("");
    assert.equal(joined("added"), left);
    assert.equal(joined("removed"), right);
  }));
});

Deno.test("wordDiff() keeps numbers and words of any script whole", async () => {
  const marked = async (left: string, right: string) =>
    (await wordDiff(left, right)).map(({ op, text }) =>
      op === "same" ? text : op === "added" ? `+${text}+` : `-${text}-`
    )
      .join("");
  assert.equal(await marked("It is 36,000.", "It is 36,034.80."), "It is -36,000-+36,034.80+.");
  assert.equal(await marked("Всего 12 строк", "Всего 12 строчек"), "Всего 12 -строк-+строчек+");
  assert.equal(await marked("彼は東京に住む", "彼は大阪に住む"), "彼は-東京-+大阪+に住む");
});

Deno.test("wordDiff() falls back to lines where words would take too long, and still shows what is equal", async () => {
  const common = foreign("common", 3000);
  const pieces = await wordDiff(`${common}\nold end`, `${common}\nnew end`);
  assert.deepEqual(pieces.map((it) => it.op), ["same", "removed", "added"]);
  assert.deepEqual(pieces.slice(1).map((it) => it.text), ["old end", "new end"]);
  const apart = await wordDiff(foreign("x", 2000), foreign("y", 2000));
  assert.deepEqual(apart.map((it) => it.op), ["removed", "added"]);
});
