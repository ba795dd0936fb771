import assert from "node:assert/strict";
import fc from "fast-check";
import { readArguments, writeArguments } from "../../lib/providers/call_arguments.ts";

const sentBack = (text: string) =>
  writeArguments({ type: "tool_call", id: "a", name: "f", ...readArguments(text) });

Deno.test("readArguments() and writeArguments() send back what the model wrote, to the letter", () => {
  for (
    const text of [
      '{"a":1}',
      '{"a": 1.0}',
      '{"b":1,"a":2}',
      '{"n":2512292042121000001}',
      '{"a":1,"a":2}',
      '{"__proto__":1}',
      "{}",
      ' {"a":1} ',
    ]
  ) assert.equal(sentBack(text), text);
});

Deno.test("readArguments() reads integers that no number can hold as text", () => {
  const { arguments: args } = readArguments('{"id":2512292042121000001,"n":[-9007199254740993],"x":1e30}');
  assert.deepEqual(args, { id: "2512292042121000001", n: ["-9007199254740993"], x: 1e30 });
});

Deno.test("writeArguments() quotes what is not an object inside one, and nothing is nothing", () => {
  assert.equal(sentBack("not json"), '{"invalid_arguments":"not json"}');
  assert.equal(sentBack("[1]"), '{"invalid_arguments":[1]}');
  assert.equal(sentBack("  "), "{}");
});

Deno.test("readArguments() law: values are those that JSON means, and the text is kept only where it says more", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
    const text = JSON.stringify(value);
    assert.deepEqual(readArguments(text), { arguments: JSON.parse(text) });
    assert.equal(sentBack(JSON.stringify(value, null, 1)), JSON.stringify(value, null, 1));
  }));
});
