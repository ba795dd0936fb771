import assert from "node:assert/strict";
import fc from "fast-check";
import { type ComparedStep, diffSteps, jsonChanges } from "../../lib/analysis/mod.ts";
import type { Part } from "../../lib/core/mod.ts";

const calls = (...names: readonly string[]): readonly Part[] =>
  names.map((name) => ({ type: "tool_call", id: "", name, arguments: {} }));

function steps(...documents: readonly Omit<ComparedStep["document"], "">[]): readonly ComparedStep[] {
  return documents.map((document, index) => ({
    step: index + 1,
    spanId: `s${index}`,
    document: document as ComparedStep["document"],
  }));
}
const llm = (model: string, text: string, ...asked: readonly string[]) => ({
  kind: "llm",
  name: "chat",
  model,
  output: [{ role: "assistant", parts: [{ type: "text", content: text }, ...calls(...asked)] }],
});
const tool = (name: string, response = name) => ({ kind: "tool", name, arguments: {}, output: [response] });
const shape = (left: readonly ComparedStep[], right: readonly ComparedStep[]) =>
  diffSteps(left, right).map(({ op, left, right }) => `${op} ${left ?? "-"}/${right ?? "-"}`);

Deno.test("diffSteps() takes an inserted round for what it is, though every model call has the same key", () => {
  const left = steps(llm("s", "I read.", "read"), tool("read"), llm("s", "I sum.", "sum"), tool("sum"));
  const right = steps(
    llm("s", "I read.", "read"),
    tool("read"),
    llm("s", "First I list.", "list"),
    tool("list"),
    llm("s", "I sum.", "sum"),
    tool("sum"),
  );
  assert.deepEqual(shape(left, right), [
    "same 1/1",
    "same 2/2",
    "added -/3",
    "added -/4",
    "same 3/5",
    "same 4/6",
  ]);
  assert.deepEqual(shape(right, left), [
    "same 1/1",
    "same 2/2",
    "removed 3/-",
    "removed 4/-",
    "same 5/3",
    "same 6/4",
  ]);
});

Deno.test("diffSteps() pairs model calls that ask for the same tools, whatever model says it", () => {
  const left = steps(llm("small", "Reading.", "read"), tool("read"), llm("small", "So it is."));
  const right = steps(
    llm("large", "I look around.", "list"),
    tool("list"),
    llm("large", "Let me read.", "read"),
    tool("read"),
    llm("large", "Thus it is."),
  );
  assert.deepEqual(shape(left, right), ["added -/1", "added -/2", "changed 1/3", "same 2/4", "changed 3/5"]);
});

Deno.test("jsonChanges() finds additions, removals and replacements, and nothing between equal values", () => {
  assert.deepEqual(jsonChanges({ a: 1, b: [1, 2], c: 3 }, { a: 1, b: [1, 5, 6], "d/e": 4 }), [
    { op: "replace", path: "/b/1", left: 2, right: 5 },
    { op: "add", path: "/b/2", right: 6 },
    { op: "remove", path: "/c", left: 3 },
    { op: "add", path: "/d~1e", right: 4 },
  ]);
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assert.deepEqual(jsonChanges(value, JSON.parse(JSON.stringify(value))), []);
  }));
});

Deno.test("jsonChanges() makes one addition of an insertion, and one removal of what is gone", () => {
  const [a, b, c] = [{ id: "a" }, { id: "b" }, { id: "c" }];
  assert.deepEqual(jsonChanges([a, c], [a, b, c]), [{ path: "/1", op: "add", right: b }]);
  assert.deepEqual(jsonChanges({ list: [a, b, c] }, { list: [b, c] }), [
    { path: "/list/0", op: "remove", left: a },
  ]);
});
