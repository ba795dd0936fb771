import assert from "node:assert/strict";
import fc from "fast-check";
import { CallAssembler } from "../../lib/providers/call_assembler.ts";

interface Fragment {
  readonly id?: string;
  readonly index?: number;
  readonly name?: string;
  readonly text?: string | Record<string, unknown>;
}

/** As the SDK hands fragments on: a missing id is "null", a missing index 0. */
const fragment = ({ id = "null", index = 0, name = "", text = "" }: Fragment) => ({
  id,
  index,
  type: "function" as const,
  function: { name, arguments: text },
});

function assembled(fragments: readonly Fragment[]): readonly string[] {
  const assembler = new CallAssembler();
  for (const it of fragments) assembler.add(fragment(it));
  return assembler.calls.map((call) => `${call.name} ${call.arguments}`);
}

const A = '{"expression":"1+1"}';
const B = '{"expression":"2+2"}';

/** What servers send for two calls of `f`, with what each of them gets wrong. */
const VARIANTS: Readonly<Record<string, readonly Fragment[]>> = {
  "one id for all calls": [{ id: "same", name: "f", text: A }, { id: "same", index: 1, name: "f", text: B }],
  "no ids": [{ name: "f" }, { text: A }, { index: 1, name: "f" }, { index: 1, text: B }],
  "the id only first, every index 0": [
    { id: "a", name: "f" },
    { text: A },
    { id: "b", name: "f" },
    { text: B },
  ],
  "ids 0 and 1, every index 0": [
    { id: "0", name: "f" },
    { id: "0", text: A },
    { id: "1", name: "f" },
    { id: "1", text: B },
  ],
  "a new id in every fragment": [
    { id: "r1", name: "f" },
    { id: "r2", text: A },
    { id: "r3", index: 1, name: "f" },
    { id: "r4", index: 1, text: B },
  ],
  "interleaved, told apart by id alone": [
    { id: "a", name: "f" },
    { id: "b", name: "f" },
    { id: "a", text: A },
    { id: "b", text: B },
  ],
  "whole calls without id or index": [{ name: "f", text: A }, { name: "f", text: B }],
  "the whole call again at its end": [
    { id: "a", name: "f" },
    { id: "a", text: A },
    { id: "a", name: "f", text: A },
    { id: "b", index: 1, name: "f", text: B },
    { id: "b", index: 1 },
  ],
  "a placeholder before the arguments": [
    { id: "a", name: "f", text: "{}" },
    { id: "a", text: A },
    { id: "b", index: 1, name: "f", text: B },
  ],
  "an object": [
    { id: "a", name: "f", text: { expression: "1+1" } },
    { id: "b", index: 1, name: "f", text: { expression: "2+2" } },
  ],
};

for (const [name, fragments] of Object.entries(VARIANTS)) {
  Deno.test(`CallAssembler takes two calls from a server that sends ${name}`, () => {
    assert.deepEqual(assembled(fragments), [`f ${A}`, `f ${B}`]);
  });
}

Deno.test("CallAssembler keeps calls without arguments apart", () => {
  assert.deepEqual(assembled([{ id: "a", name: "f" }, { id: "b", name: "g" }]), ["f ", "g "]);
  assert.deepEqual(assembled([{ id: "a", name: "f", text: "{}" }, { id: "b", name: "f", text: "{}" }]), [
    "f {}",
    "f {}",
  ]);
});

Deno.test("CallAssembler law: calls cut anywhere come back whole, in order", () => {
  const args = fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
  const call = fc.record({
    name: fc.constantFrom("f", "g"),
    args,
    cuts: fc.array(fc.nat(200), { maxLength: 4 }),
  });
  fc.assert(fc.property(fc.array(call, { maxLength: 5 }), fc.boolean(), (calls, hasIds) => {
    const fragments = calls.flatMap(({ name, args, cuts }, index): Fragment[] => {
      const text = JSON.stringify({ ...args, unique: index });
      const places = [0, ...cuts.map((it) => it % text.length).toSorted((a, b) => a - b), text.length];
      const id = hasIds ? { id: `call_${index}` } : {};
      const pieces = places.slice(1).map((end, at) => ({ ...id, index, text: text.slice(places[at], end) }));
      return [{ ...id, index, name }, ...pieces];
    });
    assert.deepEqual(
      assembled(fragments),
      calls.map(({ name, args }, index) => `${name} ${JSON.stringify({ ...args, unique: index })}`),
    );
  }));
});
