import assert from "node:assert/strict";
import { changeOf, loadSpending, whatIfTotal, whatIfUsage, whatIfUsd } from "../../lib/analysis/mod.ts";
import {
  ATTR,
  type CostRow,
  type Message,
  NO_TOTALS,
  NO_USAGE,
  type Run,
  type Span,
} from "../../lib/core/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleRun } from "../support/sample_run.ts";

const { DuplicateCollector, dearPrompts, forecastMonth, mayBeDuplicates, requestKey } = await loadSpending();
const ZONE = "Europe/Paris";

function day(key: string, costUsd: number, unknownCostCalls = 0): CostRow {
  return { key, runs: 1, llmCalls: 1, usage: NO_USAGE, costUsd, unknownCostCalls };
}

const at = (wall: string) => Temporal.PlainDateTime.from(wall).toZonedDateTime(ZONE).epochMilliseconds;

Deno.test("forecastMonth() adds what is spent to the mean of the last whole days, those without a call too", () => {
  // 10 and 11 November had nothing: 6 USD in 4 days.
  const days = [day("2026-11-08", 2), day("2026-11-09", 4), day("2026-11-12", 1), day("2026-10-30", 0)];
  const found = forecastMonth(days.slice(0, 3), at("2026-11-12T12:00"), ZONE);
  assert.equal(found.month, "2026-11");
  assert.equal(found.spentUsd, 7);
  assert.equal(found.days, 4);
  assert.equal(found.dailyUsd, 1.5);
  assert.equal(found.daysLeft, 18.5);
  assert.equal(found.monthEndUsd, 7 + 18.5 * 1.5);
  // Variance of 2, 4, 0, 0 is 11/3; t at 97.5 % with 3 degrees of freedom is 3.18245.
  const margin = 3.182446 * Math.sqrt(11 / 3 * (18.5 + 18.5 ** 2 / 4));
  assert(Math.abs(found.interval95Usd![1] - (34.75 + margin)) < 1e-4);
  assert.equal(found.interval95Usd![0], 7, "never less than what is spent");
  assert.equal(forecastMonth(days, at("2026-11-12T12:00"), ZONE).days, 13, "from the first day on record");
});

Deno.test("forecastMonth() gives no figure for too few days, and a day of 25 hours is one day", () => {
  const few = forecastMonth([day("2026-11-11", 2), day("2026-11-12", 1, 3)], at("2026-11-12T06:00"), ZONE);
  assert.deepEqual([few.monthEndUsd, few.interval95Usd, few.spentUsd, few.unknownCostCalls], [
    null,
    null,
    3,
    3,
  ]);
  const none = forecastMonth([], at("2026-11-12T06:00"), ZONE);
  assert.deepEqual([none.days, none.dailyUsd, none.since], [0, null, undefined]);
  // Clocks go back on 25 October: noon then is 13 hours after midnight.
  const autumn = forecastMonth([], at("2026-10-25T12:00"), ZONE);
  assert(Math.abs(autumn.daysLeft - (6 + 12 / 25)) < 1e-9);
  assert.equal(forecastMonth([], at("2026-12-31T00:00"), ZONE).daysLeft, 1);
});

Deno.test("what-if prices tokens alone, and its change needs both sides whole", () => {
  const usage = { ...NO_USAGE, inputTokens: 1000, outputTokens: 10, cacheWriteInputTokens: 7 };
  assert.deepEqual(whatIfUsage(usage, { cachedShare: 0.25 }), {
    ...usage,
    cachedInputTokens: 250,
    cacheWriteInputTokens: 0,
  });
  assert.equal(whatIfUsage(usage, {}), usage);
  const row = { ...day("m", 2), usage };
  assert.equal(whatIfUsd(row, 1), 1);
  assert.equal(whatIfUsd(row, null), null);
  assert.equal(
    whatIfUsd(day("speech", 2), 0),
    null,
    "billed by something else: no price is not a price of 0",
  );
  assert.deepEqual(changeOf({ row, usd: 1 }), { usd: -1, factor: 0.5 });
  assert.equal(changeOf({ row: { ...row, unknownCostCalls: 1 }, usd: 1 }), undefined);
  const total = whatIfTotal([{ row, usd: 1 }, { row: day("speech", 2), usd: null }]);
  assert.deepEqual([total.usd, total.isPart, total.row.costUsd], [1, true, 4]);
  assert.equal(changeOf(total), undefined);
  assert.equal(whatIfTotal([{ row, usd: null }]).usd, null);
});

Deno.test("dearPrompts() adds up runs of one agent and prompt, the dearest first", () => {
  const host = fakeHost();
  const run = (agent: string, prompt: string, costUsd: number, unknownCostCalls = 0): Run => ({
    ...sampleRun(host, { agent, prompt }),
    totals: { ...NO_TOTALS, llmCalls: 1, costUsd, unknownCostCalls },
  });
  const dear = run("a", "p", 3);
  const found = dearPrompts([
    run("a", "p", 1),
    dear,
    run("b", "p", 3.5),
    run("a", "q", 0, 2),
    run("a", "free", 0),
  ]);
  assert.deepEqual(found.map((it) => [it.agent, it.prompt, it.runs, it.costUsd, it.unknownCostCalls]), [
    ["a", "p", 2, 4, 0],
    ["b", "p", 1, 3.5, 0],
    ["a", "q", 1, 0, 2],
    ["a", "free", 1, 0, 0],
  ]);
  assert.equal(found[0]!.dearest, dear);
});

const say = (role: Message["role"], content: string): Message => ({
  role,
  parts: [{ type: "text", content }],
});

function call(over: Partial<Span> = {}): Span {
  return {
    traceId: "t",
    spanId: crypto.randomUUID(),
    name: "chat",
    kind: "llm",
    startTimeUs: 1,
    status: "ok",
    requestModel: "m",
    inputMessages: [say("system", "s"), say("user", "u")],
    cost: { usd: 0.5, quantities: {} },
    attributes: {},
    ...over,
  };
}

Deno.test("requestKey() tells requests apart, but not by ids of tool calls or the order of tools", () => {
  const run = sampleRun(fakeHost());
  const asks = (id: string): readonly Message[] => [
    say("user", "u"),
    { role: "assistant", parts: [{ type: "tool_call", id, name: "add", arguments: { b: 1, a: 2 } }] },
    { role: "tool", parts: [{ type: "tool_call_response", id, response: "3" }] },
  ];
  const tools = [{ name: "x" }, { name: "y" }];
  const key = (over: Partial<Span>) => requestKey(run, call(over));
  assert.equal(key({ inputMessages: asks("1") }), key({ inputMessages: asks("2") }));
  assert.equal(
    key({ attributes: { [ATTR.toolDefinitions]: tools } }),
    key({ attributes: { [ATTR.toolDefinitions]: [...tools].reverse() } }),
  );
  const different: readonly Partial<Span>[] = [
    {},
    { requestModel: "n" },
    { inputMessages: [say("system", "s"), say("user", "v")] },
    { inputMessages: [say("system", "s"), say("assistant", "u")] },
    { attributes: { [ATTR.requestTemperature]: 1 } },
    { attributes: { [ATTR.toolDefinitions]: tools } },
  ];
  assert.equal(new Set(different.map(key)).size, different.length);
  assert.equal(
    requestKey(run, call({ inputMessages: [] })),
    undefined,
    "what is not on record equals nothing",
  );
});

Deno.test("duplicates: all but the first paid call of a request count, an unknown price never as 0", () => {
  const run = sampleRun(fakeHost());
  const collector = new DuplicateCollector();
  const { cost: _, ...neverBilled } = call();
  collector.add(run, call({ startTimeUs: 2, spanId: "second" }));
  collector.add({ ...run, tags: { repeat: "2" } }, call({ startTimeUs: 1, spanId: "first" }));
  collector.add(run, call({ startTimeUs: 3, spanId: "third", cost: { usd: null, quantities: {} } }));
  collector.add(run, call({ spanId: "recorded", cost: { usd: 0, quantities: {} } }));
  collector.add(run, neverBilled);
  collector.add(run, call({ requestModel: "other" }));
  const found = collector.found();
  assert.deepEqual(found.requests.map(({ calls }) => calls.map(({ spanId }) => spanId)), [
    ["first", "second", "third"],
  ]);
  assert.deepEqual([found.savedUsd, found.unknownCostCalls, found.calls, found.repeats], [0.5, 1, 2, 0]);
});

Deno.test("mayBeDuplicates() leaves out calls that no other one can equal", () => {
  const facts = (runId: string, spanId: string, inputTokens: number, over: object = {}) => ({
    runId,
    agent: "a",
    spanId,
    kind: "llm" as const,
    name: "chat",
    startTimeUs: Number(spanId),
    status: "ok" as const,
    requestModel: "m",
    usage: { ...NO_USAGE, inputTokens },
    costUsd: 1,
    ...over,
  });
  const found = mayBeDuplicates([
    facts("r1", "1", 10),
    facts("r2", "2", 10),
    facts("r3", "3", 11),
    facts("r4", "4", 11, { requestModel: "n" }),
    facts("r5", "5", 10, { costUsd: 0 }),
  ]);
  assert.deepEqual(found.runIds, ["r2", "r1"]);
  assert.deepEqual([...found.spanIds], ["2", "1"]);
});
