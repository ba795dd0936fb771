import assert from "node:assert/strict";
import fc from "fast-check";
import { applyEvent, type Grade, isGrade, type Run, type Trace } from "../../lib/core/mod.ts";
import { numbersIn } from "../../lib/scorers/numeric.ts";
import { loadScorers, parseScorer } from "../../lib/scorers/mod.ts";
import { sampleEvents } from "../support/sample_run.ts";
import { scoreContext } from "../support/score_context.ts";

function traceOf(change: Partial<Run>, rounds = 2): Trace {
  let trace: Trace | undefined;
  for (const event of sampleEvents({ rounds })) trace = applyEvent(trace, event);
  return { ...trace!, run: { ...trace!.run, ...change } };
}

async function scoreOf(scorer: string, change: Partial<Run> = {}): Promise<Grade> {
  const score = await (await parseScorer(scorer)).score(traceOf(change), scoreContext());
  assert(isGrade(score), JSON.stringify(score));
  return score;
}

/** Each line: the scorer, an answer that passes, an answer that does not. */
const BY_ANSWER: readonly (readonly [string, string, string])[] = [
  ["exact=42", " 42\n", "42."],
  ["exact={text: Yes, ignoreCase: true}", "YES", "YES!"],
  ["contains=36,034.80", "It is 36,034.80 USD.", "It is 36034.80 USD."],
  ["contains_all=[Paris, 42]", "42 in Paris", "42 in Lyon"],
  ["contains_all={texts: paris, ignoreCase: true}", "Paris", "Lyon"],
  ["contains_any=[refund, 42]", "a refund", "nothing"],
  ["includes=36,034.80", "It is 36,034.80 USD.", "It is 36034.80 USD."],
  ["includes={text: PARIS, ignoreCase: true}", "in Paris", "in Lyon"],
  ["includes=a=b", "so a=b", "so a"],
  ["regex=(?i)total:\\s+\\d+$", "TOTAL:  12", "total: twelve"],
  ["numeric=36034.8", "It is $36,034.80 in 1,204 rows", "It is 36,034.81"],
  ["numeric={value: 3, tolerance: 0.01}", "about 3.004", "about 3.02"],
  ["numeric={value: 3, which: last}", "4, then 3", "3, then 4"],
  ["numeric={value: 3, which: first}", "3, then 4", "4, then 3"],
  ["json", '```json\n{"a": 1}\n```', "a: 1"],
  ["json", "[]", "[1,"],
  [
    "json={schema: {type: object, required: [a], properties: {a: {type: integer}}}}",
    '{"a": 1}',
    '{"a": "1"}',
  ],
  ["similarity=The total is 42 today", "The total is 42 today!", "I cannot say"],
  ["similarity={text: one two, min: 1}", "one two", "one two three"],
];

for (const [scorer, good, bad] of BY_ANSWER) {
  Deno.test(`${scorer} passes ${JSON.stringify(good)} and not ${JSON.stringify(bad)}`, async () => {
    const [yes, no] = [await scoreOf(scorer, { output: good }), await scoreOf(scorer, { output: bad })];
    assert(yes.passed, yes.explanation);
    assert(!no.passed, no.explanation);
    assert(yes.value > no.value && yes.value <= 1 && no.value >= 0);
    assert.doesNotMatch(no.explanation, /\n/);
  });
}

Deno.test("scorers of the run's course read tools, status, cost, time, steps and tokens", async () => {
  const { totals, startTimeUs } = traceOf({}).run;
  const passes = async (scorer: string, change: Partial<Run> = {}) => (await scoreOf(scorer, change)).passed;
  assert.equal(await passes("tool_called=read_file"), true);
  assert.equal(await passes("tool_called={tool: read_file, min: 2, max: 2}"), true);
  assert.equal(await passes("tool_called={tool: read_file, max: 1}"), false);
  assert.equal(await passes("tool_called={tool: http_get, max: 0}"), true);
  assert.equal(await passes("tool_called=http_get"), false);
  assert.equal(await passes("completed"), true);
  assert.equal(
    await passes("completed", { status: "stopped", error: { type: "budget", message: "too much" } }),
    false,
  );
  assert.equal(
    await passes("max_cost=0.5", { totals: { ...totals, costUsd: 0.5, unknownCostCalls: 0 } }),
    true,
  );
  assert.equal(
    await passes("max_cost=0.4", { totals: { ...totals, costUsd: 0.5, unknownCostCalls: 0 } }),
    false,
  );
  assert.equal(
    await passes("max_cost=9", { totals: { ...totals, costUsd: 0, unknownCostCalls: 1 } }),
    false,
    "unknown",
  );
  assert.equal(await passes("max_duration=2", { endTimeUs: startTimeUs + 2_000_000 }), true);
  assert.equal(await passes("max_duration=1.9", { endTimeUs: startTimeUs + 2_000_000 }), false);
  assert.equal(await passes(`max_steps=${totals.steps}`), true);
  assert.equal(await passes(`max_steps=${totals.steps - 1}`), false);
  assert.equal(await passes("max_tokens=0"), false);
  assert.equal(await passes("max_tokens=1e9"), true);
});

Deno.test("parseScorer() says in one line what is wrong with a scorer", async () => {
  for (
    const [scorer, message] of [
      ["exacct=1", /there is no such scorer. Try: exact$/],
      ["nothing-like-it", /one of exact, includes/],
      ["", /there is no such scorer/],
      ["exact", /"text" is missing. Try: exact=42/],
      ["completed=yes", /it has no settings. Try: completed/],
      ["numeric=many", /"value"/],
      ["numeric={value: 1, tolerence: 2}", /unknown key "tolerence": did you mean "tolerance"/],
      ["numeric={value: 1", /the settings of numeric/],
      ["regex=(", /missing closing \)/],
      ["regex=(?<=a)b", /regex/],
      ["max_cost=-1", /"max"/],
      ["json={schema: {type: strange}}", /the schema is not a JSON Schema/],
      ["similarity={text: a, min: 2}", /"min"/],
    ] as const
  ) {
    await assert.rejects(parseScorer(scorer), (error: Error) => {
      assert.match(error.message, message, scorer);
      assert.match(error.message, /^Cannot [^\n]+$/);
      return true;
    });
  }
});

Deno.test("regex looks at each character of an answer once, whatever the pattern", async () => {
  // Fails by never ending.
  const scorer = await parseScorer("regex=(a+)+$");
  const { run, ...rest } = traceOf({});
  const trace = { ...rest, run: { ...run, output: "a".repeat(50_000) + "b" } };
  assert.equal((await scorer.score(trace, scoreContext()) as { readonly passed?: boolean }).passed, false);
});

Deno.test("every scorer judges any run without throwing, the same way each time", async () => {
  const settings: Record<string, Record<string, unknown>> = {
    value: { value: 1 },
    max: { max: 1 },
    text: { text: "a" },
    texts: { texts: ["a"] },
    tool: { tool: "a" },
    tools: { tools: ["a"] },
    calls: { calls: ["a"] },
    pattern: { pattern: "a+$" },
    name: { name: "a" },
  };
  // Those that ask models or run programs are tested where there are some.
  const outside = new Set(["judge", "pairwise", "panel", "command"]);
  const scorers = (await loadScorers()).filter(({ name }) => !outside.has(name)).map((factory) =>
    factory.create(
      factory.name === "tool_arguments"
        ? { tool: "a", arguments: {} }
        : settings[factory.setting ?? ""] ?? {},
    )
  );
  const output = fc.oneof(fc.constant(undefined), fc.string({ unit: "binary" }), fc.json());
  await fc.assert(
    fc.asyncProperty(output, async (output) => {
      const { output: _, ...run } = traceOf({}).run;
      const trace = { ...traceOf({}), run: output === undefined ? run : { ...run, output } };
      for (const scorer of scorers) {
        const score = await scorer.score(trace, scoreContext());
        assert(!isGrade(score) || score.value >= 0 && score.value <= 1, scorer.name);
        assert.deepEqual(await scorer.score(trace, scoreContext()), score);
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("numbersIn() reads numbers as people write them", () => {
  assert.deepEqual(numbersIn("1, 2,3 and −4.5; 1,204 rows, 36'034.80 CHF, 1\u202f000, .5, 6e3, 7."), [
    ...[1, 2, 3, -4.5, 1204, 36034.8, 1000, 0.5, 6000, 7],
  ]);
  assert.deepEqual(numbersIn("3-5 of 12,3456"), [3, 5, 12, 3456]);
  assert.deepEqual(numbersIn("none"), []);
});

Deno.test("numbersIn() law: finds every number that was written with thousands separators", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -1e12, max: 1e12 })), (values) => {
    const text = values.map((value) => value.toLocaleString("en-US")).join(" and ");
    assert.deepEqual(numbersIn(text), values);
  }));
});
