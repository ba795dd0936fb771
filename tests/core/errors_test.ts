import assert from "node:assert/strict";
import {
  AgentOpError,
  messageOf,
  ProviderError,
  reasonOf,
  remedyOf,
  sentenceOf,
  StoreError,
} from "../../lib/core/mod.ts";

const HTTP = { provider: "p", kind: "http", errorType: "500", retryable: true } as const;

Deno.test("every error of ours carries its reason and its remedy, and says both once", () => {
  const cause = new Error("inner");
  const errors = [
    new AgentOpError("Cannot do X: why", { remedy: "another", cause }),
    new StoreError("locked", "Cannot do X: why", { remedy: "another", cause }),
    new ProviderError("Cannot do X: why", { ...HTTP, remedy: "another", cause }),
  ];
  for (const error of errors) {
    assert.deepEqual(
      [error.message, error.reason, error.remedy, error.cause],
      ["Cannot do X: why. Try: another", "Cannot do X: why", "another", cause],
    );
    assert.deepEqual(
      [messageOf(error), reasonOf(error), remedyOf(error)],
      [error.message, error.reason, error.remedy],
    );
  }
  assert.deepEqual(errors.map((it) => [it.name, it.exitCode]), [
    ["AgentOpError", 2],
    ["StoreError", 2],
    ["ProviderError", 1],
  ]);
});

for (const remedy of [undefined, "", "  "]) {
  Deno.test(`an error with the remedy ${JSON.stringify(remedy)} has none`, () => {
    for (
      const error of [
        new AgentOpError("Cannot do X: why", { remedy }),
        new StoreError("unknown", "Cannot do X: why", { remedy }),
        new ProviderError("Cannot do X: why", { ...HTTP, remedy }),
      ]
    ) assert.deepEqual([error.message, error.remedy], ["Cannot do X: why", undefined]);
  });
}

Deno.test("reasonOf() leaves out the remedy, so that a sentence around it can have its own", () => {
  const inner = new AgentOpError("Cannot read X: why", { remedy: "inner" });
  const outer = new AgentOpError(`Cannot load Y: ${reasonOf(inner)}`, { remedy: "outer" });
  assert.equal(outer.message, "Cannot load Y: Cannot read X: why. Try: outer");
  assert.deepEqual([reasonOf(new TypeError("bug")), remedyOf(new TypeError("bug"))], ["bug", undefined]);
  assert.deepEqual([
    reasonOf("text"),
    sentenceOf({ message: "a" }),
    sentenceOf({ message: "a", remedy: "b" }),
  ], ["text", "a", "a. Try: b"]);
});
