import assert from "node:assert/strict";
import { AgentOpError } from "../lib/core/mod.ts";
import { DISPLAY, type Displayed, openStudio, type Progress, type StudioExperiment } from "../lib/mod.ts";

const SUITE = {
  name: "sums",
  variants: [
    { name: "small", agent: "main", set: { model: "mistral-small-latest" } },
    { name: "large", agent: "main", set: { model: "mistral-large-latest" } },
  ],
  cases: [
    { id: "right", prompt: "What is 17% of 240?", vars: { want: "40.8" } },
    { id: "<b>wrong</b>", prompt: "What is 25% of 240?", vars: { want: "no such words" } },
  ],
  scorers: [{ includes: "{{want}}" }],
};

const shown = async (value: unknown) => await (value as Displayed)[DISPLAY]();

Deno.test("Studio runs a suite that is written out, opens its experiment, and compares its variants", async () => {
  await using studio = await openStudio({ store: ":memory:", simulator: true });
  const told: Progress[] = [];
  const found: StudioExperiment = await studio.evaluate(SUITE, {
    failBelow: 0.9,
    onProgress: (it) => told.push(it),
  });
  assert.equal(found.status, "completed");
  assert.deepEqual([told.length, told.at(-1)!.done, told.at(-1)!.total], [4, 4, 4]);
  assert.equal(found.gate.verdict, "inconclusive");
  assert.deepEqual(found.scores.map((it) => [it.variant, it.scorer, it.mean, it.passed, it.failed]), [
    ["small", "includes", 0.5, 1, 1],
    ["large", "includes", 0.5, 1, 1],
  ]);
  assert.deepEqual(found.worst.map((it) => [it.variant, it.caseId, it.passed]), [
    ["small", "<b>wrong</b>", false],
    ["large", "<b>wrong</b>", false],
  ]);
  assert.equal((await found.results.toArrow()).numRows, 4);
  assert.deepEqual(Object.keys(found.results[0]!), Object.keys(found.results.columns));
  const bundle = await shown(found);
  assert.match(String(bundle["text/plain"]), /WORST CASES\n[^]*includes 0/);
  assert.match(String(bundle["text/html"]), /&#60;b&#62;wrong&#60;\/b&#62;/);
  assert(!String(bundle["text/html"]).includes("<b>wrong"));

  const compared = await studio.compare("last");
  assert.deepEqual([compared.left.variant, compared.right.variant, compared.pairs, compared.gate], [
    "small",
    "large",
    2,
    null,
  ]);
  assert.deepEqual(compared.scorers.map((it) => [it.scorer, it.difference, it.verdict]), [
    ["includes", 0, "no difference shown"],
  ]);
  assert.deepEqual(Object.keys(compared.scorers[0]!), Object.keys(compared.scorers.columns));
  assert.match(String((await shown(compared))["text/plain"]), /WHAT MAY BE CLAIMED\n[^]*no difference shown/);

  const [row] = await studio.experiments({ suite: "sums" });
  assert.deepEqual([row!.experimentId, row!.variants, row!.done, row!.passed], [
    found.experimentId,
    "small, large",
    4,
    2,
  ]);
  assert.equal((await studio.experiments({ suite: "other" })).length, 0);
  const again = await studio.experiment("last", { baseline: "last/small" });
  assert.deepEqual(again.comparisons.map((it) => it.right.variant), ["small", "large"]);
});

Deno.test("Studio says in one line what it cannot evaluate or compare, and writes nothing then", async () => {
  await using studio = await openStudio({ store: ":memory:", simulator: true });
  const refuses = (work: Promise<unknown>, expected: RegExp) =>
    assert.rejects(work, (error) => error instanceof AgentOpError && expected.test(error.message));
  await refuses(studio.evaluate({ ...SUITE, cases: [] }), /^Cannot load inline\.yaml/);
  await refuses(studio.evaluate(SUITE, { only: "rihgt" }), /it has no case "rihgt"\. Try: --only right/);
  await refuses(
    studio.evaluate(SUITE, { failBelow: 90 }),
    /^Cannot use failBelow: must be from 0 to 1: got 90/,
  );
  await refuses(studio.experiment("last"), /^Cannot .*Try: /);
  await refuses(studio.compare("last"), /^Cannot .*Try: /);
  assert.equal((await studio.experiments()).length, 0);
});
