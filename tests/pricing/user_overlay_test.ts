import assert from "node:assert/strict";
import { AgentOpError } from "../../lib/core/mod.ts";
import { parsePriceOverlay } from "../../lib/pricing/mod.ts";

async function problem(text: string): Promise<string> {
  const error = await parsePriceOverlay(text, "prices.yaml").then(() => undefined, (cause: unknown) => cause);
  assert.ok(error instanceof AgentOpError, "should have failed");
  assert.equal(error.exitCode, 2);
  return error.message;
}

Deno.test("parsePriceOverlay() reads every price as USD per million units", async () => {
  const overlay = await parsePriceOverlay(
    `models:
  - id: everything
    aliases: [all]
    from: 2026-01-01
    to: 2026-12-31
    source: a contract
    inputPerMillion: 1
    cachedInputPerMillion: 0.1
    cacheWritePerMillion: 1.25
    outputPerMillion: 3
    perMillionCharacters: 16
    per1kPages: 4
    per1kAnnotatedPages: 5
    perAudioHour: 0.36
`,
    "prices.yaml",
  );
  assert.deepEqual(overlay.models, [{
    id: "everything",
    aliases: [{ name: "all" }],
    from: "2026-01-01",
    to: "2026-12-31",
    usdPerMillion: {
      input_tokens: 1,
      cached_input_tokens: 0.1,
      cache_write_input_tokens: 1.25,
      output_tokens: 3,
      characters: 16,
      pages: 4000,
      annotated_pages: 5000,
      audio_seconds: 100,
    },
    batchFactor: 0.5,
    source: "a contract",
    date: "2026-01-01",
  }]);
});

Deno.test("parsePriceOverlay() reads JSON", async () => {
  const json = JSON.stringify({ models: [{ id: "m", inputPerMillion: 1, source: "s", date: "2026-02-03" }] });
  const [model] = (await parsePriceOverlay(json, "prices.json")).models;
  assert.deepEqual([model?.id, model?.date], ["m", "2026-02-03"]);
});

Deno.test("parsePriceOverlay() names the line and the field of what is wrong, in one line", async () => {
  const model = (rest: string) =>
    `models:\n  - id: ok\n    source: s\n    inputPerMillion: 1\n  - id: bad\n${rest}`;
  const cases: readonly (readonly [string, string])[] = [
    [
      model(`    source: s\n    inputPerMillion: ten\n`),
      `Cannot load prices.yaml:7: models[1].inputPerMillion must be a number of USD: got "ten".`,
    ],
    [
      model(`    source: s\n    outputPerMillion: -1\n`),
      `Cannot load prices.yaml:7: models[1].outputPerMillion must not be negative: got -1.`,
    ],
    [model(`    inputPerMillion: 1\n`), `Cannot load prices.yaml:5: models[1].source is missing.`],
    [
      model(`    source: s\n    inputPerMilion: 1\n    outputPerMillion: 1\n`),
      `Cannot load prices.yaml:7: models[1].inputPerMilion is not a known key: did you mean "inputPerMillion"?`,
    ],
    [
      model(`    source: s\n    inputPerMillion: 1\n    from: 2026-02-30\n`),
      `Cannot load prices.yaml:8: models[1].from must be a day like 2026-06-16: got "2026-02-30".`,
    ],
    [
      model(`    source: s\n    inputPerMillion: 1\n    from: 2026-02-03\n    to: 2026-02-02\n`),
      'Cannot load prices.yaml:9: models[1].to must not be before `from`: got "2026-02-02".',
    ],
    [
      model(`    source: s\n`),
      `Cannot load prices.yaml:5: models[1] must have a price (inputPerMillion, cachedInputPerMillion, ` +
      `cacheWritePerMillion, outputPerMillion, ...): got {"id":"bad","source":"s"}.`,
    ],
    [
      `models: 3\n`,
      `Cannot load prices.yaml:1: models must be a list: got 3. Try: a list: one entry a line, each after a dash`,
    ],
    [`{}`, `Cannot load prices.yaml:1: models is missing.`],
    [
      ``,
      "Cannot load prices.yaml:1: the file is empty. Try: models: [{ id: my-model, inputPerMillion: 0.1, outputPerMillion: 0.3, source: my contract }]",
    ],
  ];
  for (const [text, expected] of cases) assert.equal(await problem(text), expected);
  assert.match(await problem("models:\n  - id: [\n"), /^Cannot load prices\.yaml:\d+: .+$/);
  assert.match(
    await problem("models:\n  - {id: a, id: b}\n"),
    /^Cannot load prices\.yaml:2: "id" is here twice: first on line 2\. Try: one of them$/,
  );
});

Deno.test("parsePriceOverlay() refuses hostile files", async () => {
  const bomb = ["a: &a [1,1,1,1,1,1,1,1,1]"];
  for (const [from, to] of ["ab", "bc", "cd", "de", "ef"]) {
    bomb.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(",")}]`);
  }
  assert.match(
    await problem(bomb.join("\n")),
    /^Cannot load prices\.yaml:2: references \(\*name\) to other references make it too large/,
  );
  assert.match(await problem("x".repeat(1_000_001)), /longer than 1000000 characters\. Try: a smaller file$/);
  assert.match(
    await problem(
      `models:\n  - { id: a, source: s, inputPerMillion: 1, __proto__: { outputPerMillion: 5 } }\n`,
    ),
    /^Cannot load prices\.yaml:2: models\[0\]\.__proto__ is not a known key/,
  );
  assert.doesNotMatch(await problem(`models: "${"y".repeat(5000)}"`), /y{400}/);
});
