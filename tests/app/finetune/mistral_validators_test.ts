/** What is written as training data, Mistral's own validators take: compared with them where Python is there. */
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { lineProblem, loadSchemaCheck } from "../../../lib/app/finetune/mod.ts";
import type { SftLine, TrainingMessage } from "../../../lib/app/finetune/training_line.ts";
import { installValidators, objections, PYTHON } from "../../simulator/mistral_common.ts";
import type { Json } from "../../simulator/support.ts";

const SCRIPT = join(import.meta.dirname!, "fixtures", "validate_training.py");

const ID = fc.constantFrom("abcDEF123", "abcDEF124", "call_1");
const NAME = fc.constantFrom("calculator", "get weather");
const TEXT = fc.constantFrom("hello", "");
const MESSAGE = fc.oneof(
  fc.record({ role: fc.constant("user"), content: fc.constant("hi") }),
  fc.record({ role: fc.constant("system"), content: fc.constant("be kind") }),
  fc.record({ role: fc.constant("tool"), content: fc.constant("1"), tool_call_id: ID, name: NAME }),
  fc.record({ role: fc.constant("assistant"), content: TEXT, weight: fc.constantFrom(0, 1, 1, 2) }),
  fc.record({ role: fc.constant("assistant"), tool_calls: callsOf(ID, NAME), weight: fc.constantFrom(0, 1) }),
  fc.record({ role: fc.constant("assistant"), content: TEXT, tool_calls: callsOf(ID, NAME) }),
);
/** Mostly as agents talk, with something wrong here and there. */
const ROUND = fc.constantFrom(
  [{ role: "user", content: "hi" }, { role: "assistant", content: "ho", weight: 1 }],
  [
    { role: "user", content: "hi" },
    {
      role: "assistant",
      tool_calls: [{ id: "abcDEF123", type: "function", function: { name: "calculator", arguments: "{}" } }],
      weight: 1,
    },
    { role: "tool", content: "1", tool_call_id: "abcDEF123", name: "calculator" },
    { role: "assistant", content: "ho", weight: 1 },
  ],
);
const MESSAGES = fc.tuple(
  fc.constantFrom([], [{ role: "system", content: "be kind" }]),
  fc.array(ROUND, { maxLength: 2 }),
  fc.array(MESSAGE, { maxLength: 2 }),
  fc.array(ROUND, { maxLength: 1 }),
).map(([first, rounds, odd, last]) =>
  [...first, ...rounds.flat(), ...odd, ...last.flat()] as TrainingMessage[]
);
const PARAMETERS = fc.constantFrom(
  {},
  { type: "object", properties: { a: { type: "number" } }, required: ["a"] },
  { type: "objekt" },
  { required: "a" },
  { properties: { a: 3 } },
);

function callsOf(id: fc.Arbitrary<string>, name: fc.Arbitrary<string>) {
  const call = fc.record({
    id,
    type: fc.constant("function"),
    function: fc.record({ name, arguments: fc.constant("{}") }),
  });
  return fc.array(call, { minLength: 1, maxLength: 2 });
}

/** What mistral-common says too; the rest of our rules is mistral-finetune's, or stricter. */
const THEIRS =
  /no question|last message|id of a tool call|name|empty answer|text and calls|neither 0 nor 1|JSON schema/;

Deno.test({
  name: "lineProblem() refuses what mistral-common refuses of training data, and says what it says",
  ignore: PYTHON === undefined,
  fn: async (t) => {
    const installed = await installValidators();
    const reason = "reason" in installed ? installed.reason : undefined;
    if (reason !== undefined) console.log(`not compared: mistral-common cannot be installed: ${reason}`);
    await t.step({
      name: "nothing is taken that it refuses",
      ignore: reason !== undefined,
      fn: async () => {
        if ("reason" in installed) return;
        const check = await loadSchemaCheck();
        const sampled = fc.sample(fc.tuple(MESSAGES, PARAMETERS), { seed: 20261128, numRuns: 3000 });
        const lines = sampled.map(([messages, parameters]): SftLine => ({
          messages,
          tools: [{ type: "function", function: { name: "calculator", description: "", parameters } }],
        }));
        const verdicts = await objections(installed.folder, lines as unknown as readonly Json[], SCRIPT);
        const counts = { taken: 0, refused: 0, alike: 0 };
        for (const [i, line] of lines.entries()) {
          const own = lineProblem(line, check);
          const theirs = verdicts[i] ?? null;
          const shown = `${JSON.stringify(line)}\nours: ${own ?? "taken"}\ntheirs: ${theirs ?? "taken"}`;
          if (theirs !== null) assert.notEqual(own, undefined, shown);
          if (own !== undefined && THEIRS.test(own) && line.messages.length > 1) {
            assert.notEqual(theirs, null, shown);
            counts.alike++;
          }
          counts[own === undefined ? "taken" : "refused"]++;
        }
        assert(counts.taken > 100 && counts.refused > 500 && counts.alike > 300, JSON.stringify(counts));
      },
    });
  },
});
