import assert from "node:assert/strict";
import fc from "fast-check";
import { CaseSplit } from "../../../lib/app/finetune/case_split.ts";
import { NEAR, NearTexts, plain } from "../../../lib/app/finetune/near_texts.ts";
import { RUN_TAG } from "../../../lib/core/mod.ts";

function grams(text: string): Set<string> {
  const units = plain(text).padEnd(5);
  return new Set(Array.from({ length: units.length - 4 }, (_, at) => units.slice(at, at + 5)));
}

function jaccard(a: string, b: string): number {
  const [one, other] = [grams(a), grams(b)];
  return one.intersection(other).size / one.union(other).size;
}

Deno.test("NearTexts finds what is alike by more than its limit, and not what is less alike, within its error", () => {
  const words = fc.array(fc.constantFrom(..."alpha beta gamma delta revenue table sum north".split(" ")), {
    minLength: 30,
    maxLength: 60,
  });
  const edits = fc.array(fc.tuple(fc.nat(59), fc.stringMatching(/^[a-z]{4,8}$/)), { maxLength: 12 });
  fc.assert(
    fc.property(words, edits, (text, changes) => {
      const other = [...text];
      for (const [at, word] of changes) if (at < other.length) other[at] = word;
      const near = new NearTexts();
      assert.equal(near.add(text.join(" ")), undefined);
      const found = near.find(other.join(" ")) === 0;
      const likeness = jaccard(text.join(" "), other.join(" "));
      // Five standard errors of 128 hashes.
      if (likeness >= NEAR + 0.12) assert(found, `${likeness} was not found`);
      if (likeness <= NEAR - 0.16) assert(!found, `${likeness} was found`);
    }),
    { seed: 7, numRuns: 300 },
  );
});

Deno.test("NearTexts takes letters of either case and any white space for the same", () => {
  const near = new NearTexts();
  near.add("What is the total revenue of March?");
  assert.equal(near.find("what is\n the TOTAL revenue of  march?"), 0);
  assert.equal(near.find("How do I bake bread without an oven at home?"), undefined);
  assert.equal(near.find(""), undefined);
});

Deno.test("CaseSplit puts a case, a question and nearly the same question on one side", () => {
  const run = (prompt: string, caseId?: string) => ({
    prompt,
    agent: "a",
    tags: caseId === undefined ? {} : { [RUN_TAG.case]: caseId },
  });
  const runs = Array.from({ length: 60 }, (_, n) => [
    run(`Question ${n}: how much did region number ${n} sell in the year ${1900 + n}?`, `case-${n}`),
    run(`Now about topic ${n * 7919}, put in other words, for ${"x".repeat(n)}`, `case-${n}`),
    run(`question ${n}:  how much did region number ${n} sell in the year ${1900 + n}?`),
  ]).flat();
  const sides = (order: readonly (typeof runs)[number][]) => {
    const split = new CaseSplit(0.3);
    for (const it of order) split.add(it);
    return runs.map((it) => split.sideOf(it));
  };
  const forward = sides(runs);
  for (let at = 0; at < runs.length; at += 3) {
    assert.equal(forward[at], forward[at + 1], runs[at]!.prompt);
    assert.equal(forward[at], forward[at + 2], runs[at]!.prompt);
  }
  assert(new Set(forward).size === 2, "both sides have some");
  assert.deepEqual(sides(runs), forward);
});
