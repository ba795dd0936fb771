import assert from "node:assert/strict";
import { lineProblem, loadSchemaCheck } from "../../../lib/app/finetune/mod.ts";
import type { DpoLine, SftLine, TrainingMessage } from "../../../lib/app/finetune/training_line.ts";

const check = await loadSchemaCheck();
const system: TrainingMessage = { role: "system", content: "Be brief." };
const user: TrainingMessage = { role: "user", content: "2+2?" };
const said: TrainingMessage = { role: "assistant", content: "4", weight: 1 };
const call = (id = "abcdefgh1", name = "calculator", text = "{}"): TrainingMessage => ({
  role: "assistant",
  tool_calls: [{ id, type: "function", function: { name, arguments: text } }],
  weight: 1,
});
const result = (id = "abcdefgh1", name = "calculator"): TrainingMessage => ({
  role: "tool",
  content: "4",
  tool_call_id: id,
  name,
});
const tool = (parameters: Record<string, unknown>, name = "calculator") => ({
  type: "function" as const,
  function: { name, description: "", parameters },
});
const problem = (messages: readonly TrainingMessage[], tools?: SftLine["tools"]) =>
  lineProblem({ messages, ...(tools ? { tools } : {}) }, check);

Deno.test("lineProblem() takes what Mistral's validators take", () => {
  assert.equal(problem([user, said]), undefined);
  assert.equal(problem([system, user, call(), result(), said]), undefined);
  assert.equal(problem([user, call()]), undefined, "calls of the last answer have no results yet");
  assert.equal(problem([user, said, user, said]), undefined);
  assert.equal(
    problem([user, said], [tool({ type: "object", properties: { a: { type: "number" } } })]),
    undefined,
  );
  assert.equal(problem([user, said], [tool({})]), undefined);
});

Deno.test("lineProblem() names what they refuse", () => {
  const cases: readonly [RegExp, readonly TrainingMessage[], SftLine["tools"]?][] = [
    [/no question/, [said]],
    [/last message/, [system, user]],
    [/last message/, [user, call(), result()]],
    [/user after one of tool/, [user, call(), result(), user, said]],
    [/tool after one of user/, [user, result(), said]],
    [/more than one system/, [system, user, system, user, said]],
    [/empty answer/, [user, { role: "assistant", content: "" }]],
    [/text and calls/, [user, { ...call(), content: "Let me see." } as TrainingMessage]],
    [/neither 0 nor 1/, [user, { role: "assistant", content: "4", weight: 2 as 1 }]],
    [/id of a tool call/, [user, call("call_1"), result("call_1"), said]],
    [/id of a tool call/, [user, call(), result("abcdefgh"), said]],
    [/name of a tool/, [user, call("abcdefgh1", "my tool"), result(), said]],
    [/name of a tool/, [user, call(), result("abcdefgh1", "x".repeat(65)), said]],
    [/no JSON/, [user, call("abcdefgh1", "calculator", "{oops"), result(), said]],
    [/result without/, [user, call(), result("abcdefgh2"), said]],
    [/result without/, [user, call(), result(), result(), said]],
    [/call without/, [user, call(), said]],
    [/nothing|no answer to learn/, [user, { role: "assistant", content: "4", weight: 0 }]],
    [/a tool's name/, [user, said], [tool({}, "my tool")]],
    [/no JSON schema/, [user, said], [tool({ type: "strange" })]],
    [/no JSON schema/, [user, said], [tool({ required: "a" })]],
  ];
  for (const [expected, messages, tools] of cases) {
    assert.match(problem(messages, tools) ?? "nothing", expected, JSON.stringify(messages));
  }
});

Deno.test("lineProblem() wants two answers of a pair that differ", () => {
  const pair = (chosen: string, rejected: string): DpoLine => ({
    prompt: [user],
    chosen: [{ role: "assistant", content: chosen }],
    rejected: [{ role: "assistant", content: rejected }],
  });
  assert.equal(lineProblem(pair("4", "5"), check), undefined);
  assert.match(lineProblem(pair("4", "4"), check)!, /the same/);
  assert.match(lineProblem(pair("4", ""), check)!, /empty/);
});
