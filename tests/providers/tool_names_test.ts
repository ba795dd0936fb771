import assert from "node:assert/strict";
import fc from "fast-check";
import { createToolNames } from "../../lib/providers/tool_names.ts";

Deno.test("createToolNames() writes names that a model made up in the grammar of the API", () => {
  const name = createToolNames(["calculator", "functions_calculator"]);
  assert.equal(name("calculator"), "calculator");
  assert.equal(name("functions.calculator"), "functions_calculator_2");
  assert.equal(name(""), "unnamed");
  assert.equal(name("ü"), "_");
  assert.equal(name("calculator "), "calculator_2");
  assert.equal(name("x".repeat(80)).length, 64);
});

Deno.test("createToolNames() law: valid, equal to equal, different to different, none reserved", () => {
  const names = fc.array(
    fc.oneof(fc.string({ unit: "binary", maxLength: 70 }), fc.constantFrom("a", "a.", "a ")),
    {
      maxLength: 30,
    },
  );
  fc.assert(fc.property(names, (given) => {
    const reserved = ["a", "_"];
    const name = createToolNames(reserved);
    const mapped = given.map(name);
    assert(mapped.every((it) => /^[a-zA-Z0-9_-]{1,64}$/.test(it)));
    assert.deepEqual(given.map(name), mapped);
    given.forEach((it, at) => it === mapped[at] || assert(!reserved.includes(mapped[at]!)));
    const made = new Map(
      given.map((it, at) => [it, mapped[at]!]).filter(([it, to]) => it !== to) as [string, string][],
    );
    assert.equal(new Set(made.values()).size, made.size);
  }));
});
