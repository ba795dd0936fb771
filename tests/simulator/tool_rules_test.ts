import assert from "node:assert/strict";
import fc from "fast-check";
import { arithmeticIn, suggestCalls } from "../../lib/simulator/tool_rules.ts";

const text = { type: "string" };

function offered(name: string, properties: Record<string, unknown>, required = Object.keys(properties)) {
  return { name, description: "", parameters: { type: "object", properties, required } };
}

const TOOLS = [
  offered("calculator", { expression: text }),
  offered(
    "list_files",
    { path: { type: "string", default: "." }, depth: { type: "integer", default: 1 } },
    [],
  ),
  offered("read_file", { path: text, offset: { type: "integer", default: 1 } }, ["path"]),
  offered("current_time", { timezone: { type: "string", default: "UTC" } }, []),
  offered("http_get", { url: { type: "string", format: "uri" } }),
  offered("memory_set", { key: text, value: { $ref: "#/$defs/json" } }),
  offered("memory_get", { key: text }),
  offered("writer", { prompt: text }),
];

Deno.test("suggestCalls() chooses tools by what the prompt says, with fitting arguments", () => {
  const cases: readonly (readonly [string, readonly (readonly [string, Record<string, unknown>])[]])[] = [
    ["What is (2 + 3) * 4?", [["calculator", { expression: "(2 + 3) * 4" }]]],
    ["17% of 240, please", [["calculator", { expression: "17 / 100 * 240" }]]],
    ["Which files are there?", [["list_files", {}]]],
    ["Summarise docs/notes.md for me", [["read_file", { path: "docs/notes.md" }]]],
    ["What time is it?", [["current_time", {}]]],
    ["Get https://example.org/a?b=1.", [["http_get", { url: "https://example.org/a?b=1" }]]],
    ["Remember that my cat is Tom.", [["memory_set", { key: "cat", value: "Tom" }]]],
    ["What is my cat?", [["memory_get", { key: "cat" }]]],
    ["Do you remember my cat?", [["memory_get", { key: "cat" }]]],
    ["Ask the writer for a poem", [["writer", { prompt: "Ask the writer for a poem" }]]],
    ["List the files, read a.csv and add 1 + 2", [
      ["calculator", { expression: "1 + 2" }],
      ["list_files", {}],
      ["read_file", { path: "a.csv" }],
    ]],
    ["Hello, how are you? It was 2026-01-05, many times ago.", []],
    ["", []],
  ];
  for (const [prompt, calls] of cases) {
    assert.deepEqual(suggestCalls(prompt, TOOLS).map((call) => [call.name, call.arguments]), calls, prompt);
  }
});

Deno.test("suggestCalls() calls nothing that is not offered", () => {
  fc.assert(fc.property(fc.string(), fc.subarray(TOOLS), (prompt, tools) => {
    for (const call of suggestCalls(`${prompt} 1+1 a.csv https://x.org what time is it`, tools)) {
      assert.ok(tools.some((tool) => tool.name === call.name));
    }
  }));
});

Deno.test("arithmeticIn() finds the longest expression and closes its brackets", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["6*7", "6*7"],
    ["first 1+1 then 10 / (2 - 4", "10 / (2 - 4)"],
    ["3 plus 4 times 2", "3 + 4 * 2"],
    ["2^10 - 1)", "2^10 - 1"],
    ["is -3 + 5", "-3 + 5"],
    ["just 42", undefined],
    ["2026-01-05", undefined],
    ["see https://x.org/1-2", undefined],
  ];
  for (const [prompt, expression] of cases) assert.equal(arithmeticIn(prompt), expression, prompt);
});
