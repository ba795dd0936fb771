import assert from "node:assert/strict";
import fc from "fast-check";
import { isGrade, type Trace } from "../../lib/core/mod.ts";
import { loadScorer, parseScorer, SCORER_NAMES } from "../../lib/scorers/mod.ts";
import { scoreContext } from "../support/score_context.ts";
import { METRICS, SEVERAL } from "./metric_figures.ts";

const NAMES = ["bleu", "chrf", "rouge_l", "edit_distance"] as const;

async function valueOf(name: string, answer: string, text: string | readonly string[]): Promise<number> {
  const scorer = (await loadScorer(name)).create({ text });
  const score = await scorer.score({ run: { output: answer } } as Trace, scoreContext());
  assert(isGrade(score), JSON.stringify(score));
  assert.equal(score.passed, score.value >= 0.5);
  return score.value;
}

function near(got: number, wanted: number, what: string): void {
  assert(Math.abs(got - wanted) < 1e-12, `${what}: got ${got}, wanted ${wanted}`);
}

for (const [answer, reference, bleu, chrf, rougeL] of METRICS) {
  Deno.test(`metrics of ${JSON.stringify(answer)} are those of sacrebleu and rouge-score`, async () => {
    near(await valueOf("bleu", answer, reference), bleu, "BLEU");
    near(await valueOf("chrf", answer, reference), chrf, "chrF");
    near(await valueOf("rouge_l", answer, reference), rougeL, "ROUGE-L");
  });
}

Deno.test("metrics of several references are those of sacrebleu and rouge-score", async () => {
  near(await valueOf("bleu", SEVERAL.answer, SEVERAL.references), SEVERAL.bleu, "BLEU");
  near(await valueOf("chrf", SEVERAL.answer, SEVERAL.references), SEVERAL.chrf, "chrF");
  near(await valueOf("rouge_l", SEVERAL.answer, SEVERAL.references), SEVERAL.rougeL, "ROUGE-L");
});

Deno.test("edit_distance counts inserted, deleted and replaced characters of the longer text", async () => {
  assert.equal(await valueOf("edit_distance", "kitten", "sitting"), 1 - 3 / 7);
  assert.equal(await valueOf("edit_distance", " same\n", "same"), 1);
  assert.equal(await valueOf("edit_distance", "", "abc"), 0);
  assert.equal(await valueOf("edit_distance", "abcd", ["zzzz", "abcx"]), 0.75);
});

Deno.test("metrics law: from 0 to 1, and 1 for the same text; a text that is too long is an error", async () => {
  const words = fc.array(fc.stringMatching(/^[a-z0-9]{1,6}$/), { minLength: 1, maxLength: 12 }).map((it) =>
    it.join(" ")
  );
  await fc.assert(
    fc.asyncProperty(words, fc.string({ unit: "binary" }), async (text, other) => {
      for (const name of NAMES) {
        assert.equal(Math.round(await valueOf(name, text, text) * 1e12), 1e12, name);
        const value = await valueOf(name, other, text);
        assert(value >= 0 && value <= 1, name);
      }
    }),
    { numRuns: 40 },
  );
  for (const name of NAMES) {
    assert(SCORER_NAMES.includes(name));
    const scorer = await parseScorer(`${name}=a`);
    const long = { run: { output: "b ".repeat(100_000) } } as Trace;
    assert.match(JSON.stringify(await scorer.score(long, scoreContext())), /"error":"a text is longer/);
  }
});
