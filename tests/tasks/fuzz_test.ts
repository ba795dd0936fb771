import assert from "node:assert/strict";
import { fuzz } from "../../tasks/soak/fuzz.ts";
import { fuzzTargets } from "../../tasks/soak/fuzz_targets.ts";
import { mutated, seeded } from "../../tasks/soak/mutate.ts";

const INPUTS = 300;

Deno.test("whatever reads text from outside answers, or says in words of ours what is wrong", async (t) => {
  for (const target of await fuzzTargets()) {
    await t.step(target.name, async () => {
      try {
        const { tried, failures } = await fuzz(target, { seed: 1, inputs: INPUTS });
        assert.deepEqual(failures, []);
        assert.equal(tried, INPUTS);
      } finally {
        await target[Symbol.asyncDispose]?.();
      }
    });
  }
});

Deno.test("fuzz() finds a raw error and what is slow, with the number that makes it again", async () => {
  const target = {
    name: "bad",
    samples: ["abc"],
    read(text: string) {
      if (text.includes("bb")) throw new TypeError("raw");
      if (text.includes("cc")) { for (const end = performance.now() + 5; performance.now() < end;); }
    },
  };
  const { failures } = await fuzz(target, { seed: 7, inputs: 2_000, slowMs: 1 });
  const raw = failures.find(({ what }) => what.startsWith("raw error: TypeError: raw"));
  assert.ok(raw);
  assert.ok(mutated(target.samples, seeded(raw.seed)).includes("bb"));
  assert.ok(failures.some(({ what }) => /^\d+ ms$/.test(what)));
});

Deno.test("mutated() makes the same text of the same seed, and others of others", () => {
  const of = (seed: number) => mutated(["model: m\ntools: [a]\n"], seeded(seed), 500);
  const texts = Array.from({ length: 200 }, (_, seed) => of(seed));
  assert.deepEqual(texts, Array.from({ length: 200 }, (_, seed) => of(seed)));
  assert.ok(new Set(texts).size > 150);
  assert.ok(texts.every(({ length }) => length <= 500));
});
