import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { valueForPattern } from "../../lib/simulator/pattern_value.ts";
import { valueForSchema } from "../../lib/simulator/schema_value.ts";

type Schema = Record<string, unknown>;

/** Random schemas, made with zod so that zod can judge the values. */
const { schema: schemas } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    fc.tuple(fc.nat(20), fc.nat(20)).map(([min, more]) => z.string().min(min).max(min + more)),
    fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.nat(50)).map(([min, more]) =>
      z.int().min(min).max(min + more)
    ),
    fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 50 })).map(([min, more]) =>
      z.number().gt(min).lt(min + more)
    ),
    fc.integer({ min: 2, max: 9 }).map((step) => z.int().multipleOf(step)),
    fc.constant(z.boolean()),
    fc.constant(z.null()),
    fc.constantFrom(
      z.email(),
      z.iso.datetime(),
      z.iso.date(),
      z.uuid(),
      z.url(),
      z.ipv4(),
      z.string().regex(/^[A-Z]{2}-\d{3,5}$/),
    ),
    fc.array(fc.string(), { minLength: 1, maxLength: 3 }).map((words) =>
      z.enum(words as [string, ...string[]])
    ),
    fc.oneof(fc.string(), fc.integer(), fc.boolean()).map((value) => z.literal(value)),
    fc.tuple(tie("schema"), fc.nat(3), fc.nat(3)).map(([item, min, more]) =>
      z.array(item).min(min).max(min + more)
    ),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.tuple(tie("schema"), fc.boolean()), {
      maxKeys: 4,
      noNullPrototype: true,
    }).map((fields) =>
      // Zod takes what an object inherits for its properties: names like toString cannot be judged with it.
      z.strictObject(Object.fromEntries(
        Object.entries(fields).filter(([name]) => !(name in {})).map((
          [name, [inner, optional]],
        ) => [name, optional ? inner.optional() : inner]),
      ))
    ),
    fc.tuple(tie("schema"), tie("schema")).map(([a, b]) => z.union([a, b])),
    tie("schema").map((inner) => inner.nullable()),
    fc.tuple(tie("schema"), tie("schema")).map(([a, b]) => z.tuple([a, b])),
  ) as fc.Arbitrary<z.ZodType>,
}));

Deno.test("valueForSchema() conforms to the schema, with all properties and with only the required ones", () => {
  fc.assert(
    fc.property(
      schemas,
      fc.string(),
      fc.boolean(),
      fc.option(fc.string()),
      (schema, text, onlyRequired, vary) => {
        const json = z.toJSONSchema(schema);
        const value = valueForSchema(json, { text, onlyRequired, ...(vary === null ? {} : { vary }) });
        const checked = schema.safeParse(value);
        assert.ok(
          checked.success,
          `${JSON.stringify(value)} against ${JSON.stringify(json)}: ${checked.error?.message}`,
        );
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("valueForSchema() gives numbers and choices that differ with a text, and are the same for the same one", () => {
  const schema = z.toJSONSchema(
    z.strictObject({
      score: z.number().min(0).max(1),
      stars: z.int().min(1).max(5),
      better: z.enum(["a", "b"]),
    }),
  );
  const values = Array.from(
    { length: 40 },
    (_, index) => valueForSchema(schema, { vary: `answer ${index}` }),
  );
  for (const key of ["score", "stars", "better"]) {
    const seen = new Set(values.map((it) => (it as Record<string, unknown>)[key]));
    assert.ok(seen.size > (key === "better" ? 1 : 3), `${key}: ${[...seen]}`);
  }
  assert.deepEqual(valueForSchema(schema, { vary: "answer 7" }), values[7]);
  assert.deepEqual(valueForSchema(schema), { score: 1, stars: 1, better: "a" });
});

Deno.test("valueForSchema() follows references, allOf and const, and ends on recursive schemas", () => {
  const tree: Schema = {
    $defs: {
      node: {
        type: "object",
        properties: { name: { type: "string" }, next: { $ref: "#/$defs/node" } },
        required: ["name"],
      },
    },
    $ref: "#/$defs/node",
  };
  const node = valueForSchema(tree, { onlyRequired: true });
  assert.deepEqual(node, { name: "text" });
  assert.ok(JSON.stringify(valueForSchema(tree)).length < 10_000);
  const list = {
    type: "object",
    properties: { rest: { anyOf: [{ $ref: "#" }, { type: "null" }] } },
    required: ["rest"],
  };
  assert.ok(
    JSON.stringify(valueForSchema(list)).endsWith(`null${"}".repeat(12)}`) ||
      JSON.stringify(valueForSchema(list)).includes("null"),
  );
  const both = {
    allOf: [{ properties: { a: { const: 1 } }, required: ["a"] }, {
      properties: { b: { enum: ["x"] } },
      required: ["b"],
    }],
  };
  assert.deepEqual(valueForSchema(both), { a: 1, b: "x" });
});

Deno.test("valueForSchema() and valueForPattern() end soon on hostile schemas", () => {
  const references = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, { $ref: "#" }]));
  const wide = { type: "object", properties: references(100), required: Object.keys(references(100)) };
  const nested = (depth: number): Schema =>
    depth === 0 ? { type: "string" } : { type: "array", minItems: 1_000_000, items: nested(depth - 1) };
  const chain = (depth: number): Schema => depth === 0 ? { type: "string" } : { allOf: [chain(depth - 1)] };
  const startMs = performance.now();
  for (
    const hostile of [
      wide,
      nested(20),
      chain(1000),
      { allOf: [{ $ref: "#" }, { $ref: "#" }] },
      { type: "string", minLength: 1e9 },
      { type: "object", minProperties: 1e9 },
      { type: "array", uniqueItems: true, minItems: 1e9, items: { type: "boolean" } },
      { type: "string", pattern: "^(a+)+\\B$", minLength: 60 },
      { type: "string", pattern: `^${"(".repeat(500)}a${"+)+".repeat(500)}$`, minLength: 60 },
    ]
  ) {
    const text = JSON.stringify(valueForSchema(hostile));
    assert.ok(
      text.length < 1_000_000,
      `${text.length} characters for ${JSON.stringify(hostile).slice(0, 100)}`,
    );
  }
  for (const hostile of ["a{1000000000}", "((((a{60}){60}){60}){60})", "(".repeat(100_000), "^(a+)+\\B$"]) {
    assert.equal(valueForPattern(hostile, 60), undefined, hostile.slice(0, 50));
  }
  assert.ok(performance.now() - startMs < 5_000);
});

Deno.test("valueForSchema() survives what is not a schema", () => {
  for (
    const odd of [undefined, null, true, false, 7, "x", [], { type: 5 }, { $ref: "#/nope" }, { $ref: "#" }, {
      anyOf: [],
    }, { enum: [] }]
  ) {
    assert.doesNotThrow(() => valueForSchema(odd), JSON.stringify(odd));
  }
  const polluting = JSON.parse(
    '{"type":"object","properties":{"__proto__":{"const":1}},"required":["__proto__","constructor"]}',
  );
  assert.equal(JSON.stringify(valueForSchema(polluting)), '{"__proto__":1,"constructor":"text"}');
});

Deno.test("valueForPattern() matches common patterns and gives up on the others", () => {
  const patterns = [
    "^[a-z]+$",
    "^\\d{4}-\\d{2}$",
    "^(foo|bar)?baz$",
    "^[^a]x*$",
    "a.c",
    "^\\w+@\\w+\\.\\w{2,}$",
    "^(?:ab){3}$",
    "^$",
    "[A-F0-9]{6}",
  ];
  for (const pattern of patterns) {
    const value = valueForPattern(pattern);
    assert.ok(value !== undefined && new RegExp(pattern).test(value), `${pattern}: ${value}`);
  }
  assert.equal(valueForPattern("^[a-z]+$", 5)?.length, 5);
  for (const rare of ["^(?=x)y$", "(", "^\\p{Lu}$", "^(a)\\1$"]) {
    assert.equal(valueForPattern(rare), undefined, rare);
  }
});
