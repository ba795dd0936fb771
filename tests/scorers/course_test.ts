import assert from "node:assert/strict";
import type { Evaluation, Grade, Score, Trace } from "../../lib/core/mod.ts";
import { fillIn, fillInValue, isGrade } from "../../lib/core/mod.ts";
import { loadScorer, parseScorer } from "../../lib/scorers/mod.ts";
import { type Called, calledRun } from "../support/called_run.ts";
import { scoreContext } from "../support/score_context.ts";

async function scored(scorer: string, trace: Trace): Promise<Score> {
  return await (await parseScorer(scorer)).score(trace, scoreContext());
}

async function grade(scorer: string, trace: Trace): Promise<Grade> {
  const score = await scored(scorer, trace);
  assert(isGrade(score), `${scorer}: ${JSON.stringify(score)}`);
  assert.doesNotMatch(score.explanation, /\n/);
  return score;
}

const CALLS: readonly Called[] = [
  { tool: "list_files", args: { path: "." } },
  { tool: "read_file", args: { path: "a.csv", options: { head: 3, raw: true } }, result: "x" },
  { tool: "read_file", args: '{"path": "b.csv"}', result: "x" },
  { tool: "calculator", args: { expression: "1 + 2" }, result: "3" },
];
const RUN = calledRun(CALLS, "It is 3.");

/** Scorer, value, whether it passes. */
const OF_CALLS: readonly (readonly [string, number, boolean])[] = [
  ["tool_not_called=http_get", 1, true],
  ["tool_not_called=[http_get, calculator]", 0, false],
  ["tool_order=[list_files, calculator]", 1, true],
  ["tool_order=[read_file, read_file, calculator]", 1, true],
  ["tool_order=[calculator, read_file]", 0.5, false],
  ["tool_order=[read_file, read_file, read_file, calculator]", 0.5, false],
  ["tool_arguments={tool: read_file, arguments: {path: b.csv}}", 1, true],
  ["tool_arguments={tool: read_file, arguments: {options: {head: 3}}}", 1, true],
  ["tool_arguments={tool: read_file, arguments: {options: {head: 4}}}", 0, false],
  ["tool_arguments={tool: read_file, arguments: {path: a.csv}, only: true}", 0, false],
  ["tool_arguments={tool: read_file, arguments: {path: b.csv}, only: true}", 1, true],
  ["tool_arguments={tool: read_file, arguments: {path: b.csv}, every: true}", 0, false],
  ["tool_arguments={tool: calculator, arguments: {}, every: true}", 1, true],
  ["tool_arguments={tool: http_get, arguments: {}}", 0, false],
  ["trajectory=[list_files, read_file, read_file, calculator]", 1, true],
  ["trajectory=[list_files, read_file, calculator]", 0.75, false],
  [
    "trajectory={calls: [read_file, {tool: calculator, arguments: {expression: 1 + 2}}], match: contains}",
    1,
    true,
  ],
  [
    "trajectory={calls: [read_file, {tool: calculator, arguments: {expression: 1 + 3}}], match: contains}",
    0.5,
    false,
  ],
  ["trajectory={calls: [list_files, calculator], match: contains}", 0.5, false],
  ["trajectory=[]", 0, false],
  ["no_loop", 1, true],
  ["no_loop=1", 1, true],
  ["steps={target: 2, max: 6}", 0.5, true],
  ["steps=3", 0, false],
];

for (const [scorer, value, passed] of OF_CALLS) {
  Deno.test(`${scorer} ${passed ? "passes" : "fails"} with ${value}`, async () => {
    const got = await grade(scorer, RUN);
    assert.deepEqual([got.value, got.passed], [value, passed], got.explanation);
  });
}

Deno.test("no_loop counts calls that bring nothing new, trajectory=[] wants none", async () => {
  const again = { tool: "read_file", args: { path: "a" }, result: "x" };
  const looping = calledRun([again, again, { ...again, result: "y" }, again], "");
  assert.match((await grade("no_loop", looping)).explanation, /"read_file", 3 times, at most 2/);
  assert((await grade("no_loop=3", looping)).passed);
  assert((await grade("no_loop", calledRun([], ""))).passed);
  assert((await grade("trajectory=[]", calledRun([], ""))).passed);
});

/** Answer, value, what the explanation says. */
const NUMBERS: readonly (readonly [string, number, RegExp])[] = [
  ["The total is 36,034.80 over 1,204 rows.", 1, /2 of 2 numbers are known$/],
  ["It is 36034.8, about 36,035, or 36 034,80 for Europeans.", 1, /3 of 3 .* 1 of them rounded/],
  ["It is 36,034.79.", 0, /0 of 1 .*"36,034.79" is not/],
  ["It fell by 4.5 %, or by 3 of 7.", 2 / 3, /"3" is not/],
  ["1. The share is 0.33.\n2. That is all of the 7 asked for.", 1, /2 of 2 .*, 1 of them rounded/],
  ["Both 4,7 and 12,5 occur.", 1, /2 of 2/],
  ["Nobody knows.", 1, /no number/],
  ["", 1, /no number/],
];

for (const [answer, value, explanation] of NUMBERS) {
  Deno.test(`faithful_numbers gives ${JSON.stringify(answer)} ${value}`, async () => {
    const calls = [
      { tool: "calculator", result: "36034.8" },
      { tool: "sqlite_query", result: '{"rows": 1204, "change": -4.5, "share": 0.33333333, "de": "12,5"}' },
    ];
    const trace = calledRun(
      [...calls, { tool: "other", result: "4,7" }].slice(0, answer.includes("4,7") ? 3 : 2),
      answer,
      {
        prompt: "What are the 7 totals?",
      },
    );
    const got = await grade("faithful_numbers", trace);
    assert.equal(got.value, value, got.explanation);
    assert.equal(got.passed, value === 1);
    assert.match(got.explanation, explanation);
  });
}

Deno.test("faithful_numbers can be told to take no rounding and no number of the question", async () => {
  const trace = calledRun([{ tool: "t", result: "2.71828" }], "2.72 for 7", { prompt: "7?" });
  assert.equal((await grade("faithful_numbers", trace)).value, 1);
  assert.equal((await grade("faithful_numbers={rounded: false}", trace)).value, 0.5);
  assert.equal((await grade("faithful_numbers={rounded: false, question: false}", trace)).value, 0);
});

Deno.test("json_equal ignores paths, and says where answers differ first", async () => {
  const answer =
    '```json\n{"total": 3, "meta": {"id": 9}, "rows": [{"n": 1, "at": 5}, {"n": 2, "at": 6}]}\n```';
  const trace = calledRun([], answer);
  const wanted = "{total: 3, meta: {}, rows: [{n: 1}, {n: 2}]}";
  assert((await grade(`json_equal={value: ${wanted}, ignore: [meta.id, "rows[*].at"]}`, trace)).passed);
  const off = await grade(`json_equal={value: ${wanted}, ignore: meta.id}`, trace);
  assert.deepEqual([off.value, off.explanation], [0, 'at "/rows/0/at" got "5", wanted nothing, and 1 more']);
  assert.match(
    (await grade("json_equal={value: 3}", calledRun([], "three"))).explanation,
    /"three" is not JSON/,
  );
  assert((await grade('json_equal=[1, {"a": null}]', calledRun([], '[1,{"a":null}]'))).passed);
  await assert.rejects(parseScorer("json_equal={ignore: a}"), /"value" is missing/);
});

Deno.test("graded figures fall evenly from target to max; what is unknown is an error and no zero", async () => {
  const totals = {
    ...RUN.run.totals,
    costUsd: 0.02,
    usage: { ...RUN.run.totals.usage, inputTokens: 900, outputTokens: 100 },
  };
  const run = calledRun([], "", { totals, endTimeUs: RUN.run.startTimeUs + 3_000_000 });
  assert.equal((await grade("latency={target: 2, max: 4}", run)).value, 0.5);
  assert.deepEqual((await grade("latency=1", run)).passed, false);
  assert.equal((await grade("cost={target: 0.02, max: 0.1}", run)).value, 1);
  assert.equal((await grade("tokens={target: 0, max: 4000}", run)).value, 0.75);
  const unknown = calledRun([], "", { totals: { ...totals, unknownCostCalls: 1 } });
  assert.deepEqual(await scored("cost=1", unknown), { error: "the cost is unknown" });
  const { endTimeUs: _, ...open } = RUN.run;
  assert(!isGrade(await scored("latency=1", { ...RUN, run: open })));
  await assert.rejects(parseScorer("cost={target: 2, max: 1}"), /"target" must not be above max/);
});

Deno.test("human takes the last score of a person under a name", async () => {
  const evaluation = (change: Partial<Evaluation>): Evaluation => ({
    evalId: "0".repeat(32),
    traceId: RUN.run.traceId,
    name: "helpful",
    source: "human",
    createdAtUs: 1,
    ...change,
  });
  const of = (...evaluations: readonly Evaluation[]) => scored("human=helpful", { ...RUN, evaluations });
  assert.deepEqual(await of(evaluation({ value: 0.2 }), evaluation({ value: 0.9, explanation: "clear" })), {
    value: 0.9,
    passed: true,
    explanation: "a person gave 0.9: clear",
  });
  assert.deepEqual(await of(evaluation({ label: "fail" })), { value: 0, passed: false, explanation: "fail" });
  for (
    const none of [[], [evaluation({ source: "scorer", value: 1 })], [evaluation({ value: 4 })], [
      evaluation({ label: "good" }),
    ]]
  ) {
    assert(!isGrade(await of(...none)));
  }
});

Deno.test("fillInValue() puts columns into every text of settings; alone they stay what they are", () => {
  const vars = { want: "36,034.80", answer: { a: [1] }, total: 3 };
  assert.deepEqual(
    fillInValue({ a: ["{{want}} USD", "{{ total }}", "x{{total}}"], b: "{{answer}}", c: 4 }, vars),
    {
      a: ["36,034.80 USD", 3, "x3"],
      b: { a: [1] },
      c: 4,
    },
  );
  assert.equal(fillIn("{{answer}} and {{{total}}", vars), '{"a":[1]} and {3');
  assert.throws(
    () => fillIn("{{wnat}}", vars),
    /Cannot fill in \{\{wnat\}\}: there is no such column. Try: want/,
  );
  assert.throws(() => fillIn("{{constructor}}", {}), /no such column/);
});

Deno.test("a judge has the version of its words as they are written, for every case", async () => {
  const { create } = await loadScorer("judge");
  const version = (want: string) =>
    create({ rubric: `It says ${want}.` }, { rubric: "It says {{want}}." }).version;
  assert.equal(version("a"), version("b"));
});

Deno.test("settings take numbers for texts, and one text for a list", async () => {
  const passes = async (name: string, settings: unknown, output: string) => {
    const score = await (await loadScorer(name)).create(settings).score(
      calledRun([], output),
      scoreContext(),
    );
    return isGrade(score) && score.passed;
  };
  assert(await passes("contains", { text: 42 }, "42"));
  assert(await passes("exact", { text: true }, "true"));
  assert(await passes("contains_all", { texts: 3 }, "3"));
  assert(await passes("numeric", { value: "3" }, "3"));
  await assert.rejects(parseScorer("contians=a"), /there is no such scorer. Try: contains/);
  for (
    const [name, settings, message] of [
      ["contains", {}, /"text" is missing/],
      ["contains", { text: "" }, /"text" must not be empty/],
      ["tool_order", { tools: [] }, /"tools" must not be empty/],
      ["completed", { max: 3 }, /unknown key "max"/],
    ] as const
  ) {
    const { create } = await loadScorer(name);
    assert.throws(() => create(settings), message);
  }
});
