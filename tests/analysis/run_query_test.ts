import assert from "node:assert/strict";
import fc from "fast-check";
import { formatRunQuery, isEmptyRunFilter, parseRunQuery } from "../../lib/analysis/mod.ts";
import { RUN_STATUSES, type RunFilter } from "../../lib/core/mod.ts";

const NOW_MS = Date.UTC(2026, 0, 10, 12);
const parse = (text: string) => parseRunQuery(text, NOW_MS);

Deno.test("parseRunQuery() reads every term and leaves the rest as text", () => {
  assert.deepEqual(
    parse(
      'status:failed,stopped agent:"my agent" model:large group:g user:u since:24h cost>0.01 tokens>1000 two words',
    ),
    {
      filter: {
        status: ["failed", "stopped"],
        agent: "my agent",
        model: "large",
        group: "g",
        user: "u",
        sinceUs: (NOW_MS - 86_400_000) * 1000,
        minCostUsd: 0.01,
        minTokens: 1000,
        text: "two words",
      },
      errors: [],
    },
  );
});

Deno.test("parseRunQuery() follows a status while it is typed and knows the words lists show", () => {
  assert.deepEqual(parse("status:fa").filter.status, ["failed"]);
  assert.deepEqual(parse("status:c").filter.status, ["completed", "cancelled"]);
  assert.deepEqual(parse("status:live,done").filter.status, ["running", "waiting", "paused", "completed"]);
});

Deno.test("parseRunQuery() reads dates as UTC and keeps microseconds", () => {
  assert.equal(parse("since:2026-01-09").filter.sinceUs, Date.UTC(2026, 0, 9) * 1000);
  assert.equal(
    parse("until:2026-01-09T10:00:00.000001Z").filter.untilUs,
    Date.UTC(2026, 0, 9, 10) * 1000 + 1,
  );
});

Deno.test("parseRunQuery() says what is wrong, with the remedy, and keeps the good terms", () => {
  const { filter, errors } = parse("stauts:failed status:fialed cost>much agent:a since:soon");
  assert.deepEqual(filter, { agent: "a" });
  assert.deepEqual(errors.map((it) => it.message), [
    'Cannot filter by "stauts": there is no such term. Try: status:',
    'Cannot filter by status: not a status: got "fialed". Try: failed',
    'Cannot filter by cost: not a number: got "much". Try: cost>0.01',
    'Cannot filter by since: neither an age nor a time: got "soon". Try: since:24h or since:2026-01-31',
  ]);
});

Deno.test("parseRunQuery() takes quoted terms and addresses as text", () => {
  assert.equal(parse('"status:failed" https://example.org').filter.text, "status:failed https://example.org");
});

Deno.test("isEmptyRunFilter() is true only without any term", () => {
  assert.equal(isEmptyRunFilter(parse("   ").filter), true);
  assert.equal(isEmptyRunFilter(parse("agent:a").filter), false);
});

const word = fc.string({ unit: "grapheme", minLength: 0, maxLength: 20 });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const filters = fc.record({
  status: optional(fc.uniqueArray(fc.constantFrom(...RUN_STATUSES), { minLength: 1 })),
  agent: optional(word),
  model: optional(word),
  group: optional(word),
  user: optional(word),
  sinceUs: optional(fc.integer({ min: 0, max: 4e15 })),
  untilUs: optional(fc.integer({ min: 0, max: 4e15 })),
  minCostUsd: optional(fc.double({ min: 0, max: 1e9, noNaN: true }).map((value) => value + 0)),
  minTokens: optional(fc.nat()),
  text: optional(word),
}).map((filter) =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as RunFilter
);

Deno.test("parseRunQuery() reads back whatever formatRunQuery() wrote", () => {
  fc.assert(fc.property(filters, (filter) => {
    assert.deepEqual(parse(formatRunQuery(filter)), { filter, errors: [] });
  }));
});

Deno.test("parseRunQuery() never throws, and its reading is stable", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const { filter } = parse(text);
    assert.deepEqual(parse(formatRunQuery(filter)).filter, filter);
  }));
});
