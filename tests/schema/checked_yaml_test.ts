import assert from "node:assert/strict";
import { z } from "zod";
import { FileError, parseCheckedYaml } from "../../lib/schema/mod.ts";

const SCHEMA = z.strictObject({
  model: z.string("must be text").optional(),
  instructions: z.string("must be text").optional(),
  price: z.number("must be a number").optional(),
  tools: z.array(z.string()).optional(),
  parameters: z.strictObject({ temperature: z.number().max(1).optional(), maxTokens: z.int().optional() })
    .optional(),
  steps: z.array(z.strictObject({ root: z.string(), extra: z.record(z.string(), z.unknown()).optional() }))
    .optional(),
});

const parse = (text: string) => parseCheckedYaml(text, "x.yaml", SCHEMA, { example: "model: m" });

async function problem(text: string): Promise<string> {
  const error = await parse(text).then(({ data }) => assert.fail(JSON.stringify(data)), (it) => it);
  assert(error instanceof FileError, String(error));
  assert.doesNotMatch(error.message, /\n|Invalid input|expected|received/);
  return error.message.replace("Cannot load x.yaml:", "");
}

Deno.test("parseCheckedYaml() takes keys that stand there empty as left out, and complains where one is needed", async () => {
  const empty = "model:\ninstructions: ~\nprice:\ntools:\nparameters:\nsteps:\n";
  assert.deepEqual((await parse(empty)).data, {});
  assert.deepEqual((await parse("parameters:\n  temperature:\n  maxTokens: 5\n")).data, {
    parameters: { maxTokens: 5 },
  });
  assert.deepEqual(
    (await parse("steps: [{ root: r, extra: { a: null } }]\n")).data,
    { steps: [{ root: "r", extra: { a: null } }] },
    "values of free maps stay",
  );
  assert.equal(
    await problem("steps:\n  - root:\n"),
    "2: steps[0].root has no value. Try: a value, or remove the line",
  );
  assert.equal(await problem("steps: [{}]\n"), "1: steps[0].root is missing.");
  assert.equal(await problem("modle:\n"), '1: modle is not a known key: did you mean "model"?');
});

Deno.test("parseCheckedYaml() reads what other systems write: byte order marks and their line ends", async () => {
  assert.deepEqual((await parse("\ufeffmodel: m\n")).data, { model: "m" });
  const windows = await parse("model: m\r\ninstructions: |\r\n  a\r\n  b\r\n");
  assert.deepEqual(windows.data, { model: "m", instructions: "a\nb\n" });
  assert.deepEqual((await parse("model: m\rinstructions: |\r  a\r  b\r")).data, windows.data);
  assert.equal(await problem("model: m\r\nprice: x\r\n"), '2: price must be a number: got "x".');
});

Deno.test("parseCheckedYaml() says what is wrong with YAML in its own words, where it is wrong, and what helps", async () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", "1: the file is empty. Try: model: m"],
    ["# only\n", "1: the file holds comments only. Try: model: m"],
    ["- a\n", '1: the file must be a map: got ["a"]. Try: model: m'],
    [
      "instructions: You are: kind\n",
      '1: the text after "instructions:" holds a second ": ". Try: instructions: "You are: kind"',
    ],
    [
      'instructions: Say: "hi"\n',
      `1: the text after "instructions:" holds a second ": ". Try: instructions: 'Say: "hi"'`,
    ],
    [
      "parameters:\n  temperature: 0.2\n   maxTokens: 5\n",
      '3: this line is indented deeper than line 2, which has its value already. Try: the indentation of line 2; for a text of several lines, "temperature: |" and the text below it',
    ],
    [
      "parameters:\n    temperature: 0.2\n  maxTokens: 5\n",
      "3: this line is indented unlike the lines it belongs to. Try: the same number of blanks before all keys, or all dashes, of one list",
    ],
    [
      "parameters:\n  temperature: 0.2\n    - x\n",
      '2: parameters.temperature must be a number: got "0.2 - x". Try: line 3 indented like line 2: deeper, it goes on with its value',
    ],
    [
      "parameters:\n\ttemperature: 1\n",
      "2: a tab indents this line, and YAML takes blanks only. Try: two blanks for each tab",
    ],
    [
      "instructions: |\n\tYou are kind.\nmodel: a\n",
      "2: a tab indents this line, and YAML takes blanks only. Try: two blanks for each tab",
    ],
    ["model: a\nprice: 1\nmodel: b\n", '3: "model" is here twice: first on line 1. Try: one of them'],
    [
      "model: a\n---\nmodel: b\n",
      "2: a second document begins here, and this file can hold only one. Try: a file for each, or no --- line",
    ],
    [
      "model: a\ninstructions hi\n",
      '2: "instructions hi" is no "key: value". Try: a colon and a blank after the key; for a text of several lines, "key: |" and the text indented below it',
    ],
    ["model: a\nprice:1\n", '2: "price:1" has no blank after its colon. Try: price: 1'],
    ['model: "a\nprice: 1\n', "1: a quote opens here and is never closed. Try: the same quote at its end"],
    ["parameters: { temperature: 1\nmodel: a\n", "1: { opens here and is never closed. Try: } at its end"],
    ["tools: [a\n", "1: [ opens here and is never closed. Try: ] at its end"],
    [
      "tools: - a\n",
      "1: a list cannot begin on the line of its key. Try: each - on a line of its own, indented",
    ],
    ["model: @a\n", '1: a value cannot begin with @. Try: model: "@a"'],
    [
      'model: "C:\\path"\n',
      "1: \\p means nothing between double quotes. Try: single quotes, or two backslashes",
    ],
    [
      "model: *a\n",
      '1: *a refers to nothing: there is no &a before it. Try: "*a" in quotes, if it is a text',
    ],
    ["model: !!js/function x\n", "1: the tag !!js/function is not known here. Try: the value without it"],
    ["model: a\n? [b]\n: 1\n", "2: a list or a map stands where a key belongs. Try: a word before the colon"],
    ["model: a\n~: 1\n", "2: a value has no key before its colon. Try: a word before the colon"],
    [
      "parameters: &p { temperature: 1 }\nsteps:\n  - <<: *p\n",
      "3: << (to take over another map) is not known here. Try: the keys of that map written out",
    ],
    [
      "model: a\ntrue: 1\n",
      "2: true is not a known key. Try: one of model, instructions, price, tools, parameters, steps",
    ],
    [
      "__proto__: { a: 1 }\n",
      "1: __proto__ is not a known key. Try: one of model, instructions, price, tools, parameters, steps",
    ],
    ["price: .inf\n", "1: price must be a number: got .inf."],
    ["price: .nan\n", "1: price must be a number: got .nan."],
    [
      "parameters: { maxTokens: 99999999999999999999 }\n",
      "1: parameters.maxTokens must be at most 9007199254740991: got 99999999999999999999.",
    ],
    ["tools: calculator\n", '1: tools must be a list: got "calculator". Try: tools: [calculator]'],
    [
      "tools: { a: }\n",
      '1: tools must be a list: got {"a":null}. Try: a list: one entry a line, each after a dash',
    ],
    ["parameters: true\n", "1: parameters must be a map: got true. Try: a map with temperature, maxTokens"],
    ["parameters: { temperature: 9 }\n", "1: parameters.temperature must be at most 1: got 9."],
  ];
  for (const [text, expected] of cases) assert.equal(await problem(text), expected, JSON.stringify(text));
  assert.match(await problem("[".repeat(5_000)), /^1: /);
});

Deno.test("parseCheckedYaml() tells everything that does not fit, first the first in the file", async () => {
  const error: FileError = await parse("model: [1]\nparameters:\n  temperature: 9\n  maxTokenz: 1\n").catch((
    it,
  ) => it);
  assert.equal(error.message, "Cannot load x.yaml:1: model must be text: got [1].");
  assert.equal(error.line, 1);
  assert.deepEqual(error.others, [
    "line 3: parameters.temperature must be at most 1: got 9",
    'line 4: parameters.maxTokenz is not a known key: did you mean "maxTokens"?',
  ]);
});

Deno.test("parseCheckedYaml() says that a file is nested too deeply, whatever it is nested with", async () => {
  for (
    const text of [
      "a: " + "[".repeat(9_000),
      "a: " + '{"a":'.repeat(9_000),
      "- ".repeat(20_000),
      "? ".repeat(20_000),
    ]
  ) {
    await assert.rejects(
      parseCheckedYaml(text, "a.yaml", z.strictObject({ a: z.unknown() })),
      /^AgentOpError: Cannot load a\.yaml:1: lists or maps are nested too deeply\.?/,
    );
  }
});

Deno.test("parseCheckedYaml() tells some of very many keys that it does not know", async () => {
  const text = Array.from({ length: 5_000 }, (_, key) => `k${key}: 1`).join("\n");
  await assert.rejects(parseCheckedYaml(text, "a.yaml", z.strictObject({ a: z.unknown() })), (error) => {
    assert.ok(error instanceof FileError);
    assert.equal(error.message, "Cannot load a.yaml:1: k0 is not a known key. Try: one of a");
    assert.equal(error.others.length, 9);
    return true;
  });
});
