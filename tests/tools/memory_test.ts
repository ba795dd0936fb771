import assert from "node:assert/strict";
import { createMemoryTools } from "../../lib/tools/mod.ts";
import { MEMORY_MAX_KEYS } from "../../lib/tools/memory.ts";
import { fails, succeeds } from "./support.ts";

function memory() {
  const values = new Map<string, unknown>();
  const [set, get, list, remove] = createMemoryTools(values);
  return { values, set: set!, get: get!, list: list!, remove: remove! };
}

Deno.test("memory tools remember, recall, list and forget JSON values", async () => {
  const { set, get, list, remove } = memory();
  await succeeds(set, { key: "b", value: { x: [1, null, "ü"] } });
  await succeeds(set, { key: "a", value: false });
  assert.equal((await succeeds(get, { key: "b" })).content, '{"x":[1,null,"ü"]}');
  assert.equal((await succeeds(list, {})).content, '["a","b"]');
  assert.equal((await succeeds(remove, { key: "a" })).content, 'Forgot "a".');
  assert.match(await fails(get, { key: "a" }), /Nothing is remembered under "a"/);
});

Deno.test("memory tools take the names of object members as keys", async () => {
  const { set, get, list } = memory();
  for (const key of ["__proto__", "constructor", "toString"]) {
    assert.match(await fails(get, { key }), /Nothing is remembered/);
    await succeeds(
      set,
      JSON.parse(`{"key": ${JSON.stringify(key)}, "value": {"__proto__": {"polluted": 1}}}`),
    );
  }
  assert.equal((await succeeds(list, {})).content, '["__proto__","constructor","toString"]');
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

Deno.test("memory tools bound keys and values", async () => {
  const { values, set } = memory();
  assert.match(await fails(set, { key: "big", value: "x".repeat(20_000) }), /20,002 bytes, at most 16,384/);
  for (let i = 0; i < MEMORY_MAX_KEYS; i++) values.set(`k${i}`, i);
  assert.match(await fails(set, { key: "one more", value: 1 }), /200 keys are in use/);
  await succeeds(set, { key: "k1", value: 2 });
  assert.match(await fails(set, { key: "x".repeat(201), value: 1 }), /"key"/);
});
