import assert from "node:assert/strict";
import { type CacheCall, loadCache, missRemedy, missText } from "../../lib/analysis/mod.ts";
import { sharedStart } from "../../lib/analysis/cache/prompt_break.ts";
import { promptOf } from "../../lib/analysis/cache/prompt_parts.ts";
import { ATTR, type Message, NO_USAGE, type Run, type Span, type Trace } from "../../lib/core/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleRun } from "../support/sample_run.ts";

const { CacheCoach } = await loadCache();
const host = fakeHost();
const say = (role: Message["role"], content: string): Message => ({
  role,
  parts: [{ type: "text", content }],
});
const RULES = "Answer with figures. ".repeat(40);

interface Asked {
  readonly messages: readonly Message[];
  readonly cached?: number;
  readonly input?: number;
  readonly tools?: readonly string[];
  readonly over?: Partial<Span>;
  /** Minutes after the beginning of its run. */
  readonly atMin?: number;
}

const PRICES = { input_tokens: 1, cached_input_tokens: 0.1 };

/** A run of these calls; tokens are a quarter of the characters where nothing is said. */
function traceOf(calls: readonly Asked[], run: Partial<Run> = {}): Trace {
  host.advance(1000);
  const base: Run = { ...sampleRun(host), runId: crypto.randomUUID(), traceId: crypto.randomUUID(), ...run };
  const spans = calls.map(
    ({ messages, cached = 0, input, tools = [], over = {}, atMin = 0 }, index): Span => {
      const inputTokens = input ?? Math.round(promptOf([], messages).bytes / 4);
      const startTimeUs = base.startTimeUs + index * 1e6 + atMin * 60e6;
      return {
        traceId: base.traceId,
        spanId: `${base.runId}-${index}`,
        name: "chat",
        kind: "llm",
        step: index + 1,
        startTimeUs,
        endTimeUs: startTimeUs + 5e5,
        status: "ok",
        requestModel: base.model,
        inputMessages: messages,
        outputMessages: [say("assistant", "a")],
        usage: { ...NO_USAGE, inputTokens, cachedInputTokens: cached },
        cost: { usd: 1, quantities: {}, tag: { model: "m", source: "s", date: "d", usdPerMillion: PRICES } },
        attributes: tools.length === 0
          ? {}
          : { [ATTR.toolDefinitions]: tools.map((name) => ({ name, parameters: {} })) },
        ...over,
      };
    },
  );
  return { run: base, spans: new Map(spans.map((it) => [it.spanId, it])), snapshots: [], evaluations: [] };
}

function judged(...traces: readonly Trace[]) {
  const coach = new CacheCoach();
  for (const trace of traces) coach.add(trace);
  return coach.report();
}

const last = (calls: readonly CacheCall[]): CacheCall => calls.at(-1)!;

const SYSTEM = say("system", RULES);
const [USER, ANSWER, RESULT] = [say("user", "Why? ".repeat(60)), say("assistant", "b"), say("tool", "c")];

Deno.test("a conversation that only grows has nothing to mend while the cache answers, and loses when it does not", () => {
  const first = { messages: [SYSTEM, USER] };
  const grown = { messages: [SYSTEM, USER, ANSWER, RESULT] };
  const tokens = Math.round(promptOf([], first.messages).bytes / 4);
  const hit = judged(traceOf([first, { ...grown, cached: tokens - tokens % 64 }]));
  assert.deepEqual(hit.callList.map(({ verdict }) => verdict), ["first", "hit"]);
  assert.equal(last(hit.callList).sharedBytes, promptOf([], first.messages).bytes);
  assert.deepEqual([hit.lostTokens, hit.losses], [0, []]);
  assert(Math.abs(hit.savedUsd - hit.cachedTokens * 0.9e-6) < 1e-12);

  const missed = judged(traceOf([first, grown, { ...grown, cached: 64 }]));
  assert.deepEqual(missed.callList.map(({ cause }) => cause), [undefined, "elsewhere", "elsewhere"]);
  assert.equal(missed.callList[1]!.lostTokens, tokens - tokens % 64);
  const silent = judged(traceOf([first, grown]));
  assert.equal(
    last(silent.callList).cause,
    "silent",
    "where no call ever came from a cache, nothing is known",
  );
});

Deno.test("each edit that breaks a beginning is named with the byte, and with what would mend it", () => {
  const clock = (time: string) => say("system", `It is ${time}. ${RULES}`);
  const id = (text: string) => say("system", `Session ${text}. ${RULES}`);
  const cases: readonly (readonly [string, Asked, Asked, RegExp])[] = [
    [
      "clock",
      { messages: [clock("2026-11-28 10:01"), USER] },
      { messages: [clock("2026-11-28 10:02"), USER, ANSWER] },
      /^a time changes at byte 28, in message 1 \(system\): "2026-11-28 10:01" is "2026-11-28 10:02" now$/,
    ],
    [
      "id",
      { messages: [id("9f8e7d6c5b4a39281706"), USER] },
      { messages: [id("9f8e7d6c5b4a39281799"), USER] },
      /^an id changes at byte 33/,
    ],
    [
      "number",
      { messages: [id("7 of 9"), USER] },
      { messages: [id("8 of 9"), USER] },
      /^a number changes.*"7" is "8"/,
    ],
    [
      "instructions",
      { messages: [say("system", `Be brief. ${RULES}`), USER] },
      { messages: [say("system", `Be kind. ${RULES}`), USER] },
      /^the instructions were edited at byte 10/,
    ],
    [
      "tool_order",
      { messages: [SYSTEM, USER], tools: ["a", "b"] },
      { messages: [SYSTEM, USER], tools: ["b", "a"] },
      /^the tools come in another order.*in tools: "a" is "b" now$/,
    ],
    [
      "tools",
      { messages: [SYSTEM, USER], tools: ["a", "b"] },
      { messages: [SYSTEM, USER], tools: ["a"] },
      /^the tools are others.*in tools/,
    ],
    [
      "window",
      { messages: [SYSTEM, USER, ANSWER, RESULT] },
      { messages: [SYSTEM, RESULT, ANSWER] },
      /^the window moved on at byte \d+, in message 2 \(user\): without 2 messages$/,
    ],
    [
      "message",
      { messages: [SYSTEM, USER, ANSWER] },
      { messages: [SYSTEM, say("user", "How? ".repeat(60)), ANSWER] },
      /^an earlier message was changed at byte \d+, in message 2 \(user\)/,
    ],
    [
      "shortened",
      { messages: [SYSTEM, USER, ANSWER] },
      { messages: [SYSTEM, USER] },
      /^messages were taken back/,
    ],
  ];
  for (const [cause, before, after, text] of cases) {
    const call = last(judged(traceOf([before, after])).callList);
    assert.deepEqual([call.cause, call.verdict], [cause, "broken"]);
    assert.match(missText(call), text);
    assert.match(missRemedy(call.cause!), /\w/);
    assert.equal(call.sharedBytes, call.broken!.byte);
    assert(call.lostTokens > 0 && call.lostUsd! > 0, cause);
  }
});

Deno.test("the byte is one of UTF-8", () => {
  const [a, b] = ["ééx", "ééy"].map((text) => promptOf([], [say("user", text)]));
  assert.equal(sharedStart(a!, b!).broken!.byte, "user\n".length + 4);
});

Deno.test("runs of an agent share what does not depend on the question, at one model and server, without a long pause", () => {
  const ask = (question: string, over: Partial<Asked> = {}): Asked => ({
    messages: [SYSTEM, say("user", question)],
    input: 300,
    ...over,
  });
  const two = judged(traceOf([ask("x")]), traceOf([ask("y")]), traceOf([ask("z", { cached: 256 })]));
  assert.deepEqual(two.callList.map(({ verdict }) => verdict), ["first", "missed", "hit"]);
  assert.equal(two.callList[1]!.broken, undefined, "another question is no fault");
  const others = judged(
    traceOf([ask("x")]),
    traceOf([ask("x")], { model: "mistral-large-latest" }),
    traceOf([ask("x", { over: { providerName: "other" } })]),
    traceOf([ask("x")], { startTimeUs: sampleRun(host).startTimeUs + 3600e6 }),
  );
  assert.deepEqual(others.callList.map(({ verdict }) => verdict), ["first", "first", "first", "first"]);
});

Deno.test("within a run another model, server, key or a pause is the cause", () => {
  const ask = (over: Partial<Asked> = {}): Asked => ({ messages: [SYSTEM, USER], ...over });
  const cause = (run: Partial<Run>, ...calls: readonly Asked[]) =>
    last(judged(traceOf(calls, run)).callList).cause;
  assert.equal(cause({}, ask(), ask({ over: { requestModel: "other" } })), "model");
  assert.equal(cause({}, ask(), ask({ over: { providerName: "other" } })), "server");
  assert.equal(cause({ config: { parameters: { promptCacheKey: "off" } } }, ask(), ask()), "no_key");
  assert.equal(cause({}, ask(), ask({ atMin: 6 })), "pause");
});

Deno.test("an unknown price stays unknown, and what a recording answered is no call", () => {
  const unpriced = { over: { cost: { usd: null, quantities: {} } } };
  const asked = [{ messages: [SYSTEM, USER], ...unpriced }, {
    messages: [SYSTEM, USER, ANSWER],
    ...unpriced,
  }];
  const found = judged(traceOf(asked));
  assert.deepEqual([last(found.callList).lostUsd, found.lostUsd, found.unpricedCalls], [null, 0, 1]);
  assert(found.lostTokens > 0);
  const recorded = { messages: [SYSTEM, USER], over: { attributes: { [ATTR.modelSource]: "recorded" } } };
  assert.equal(judged(traceOf([recorded])).calls, 0);
});

Deno.test("figures by agent and step are the sums of the calls, whatever a store holds", () => {
  const odd = {
    messages: [say("system", ""), { role: "user", parts: [] } as Message],
    over: { attributes: { [ATTR.toolDefinitions]: [null, 7, "x", { name: 3 }, {}] } },
    input: 5,
    cached: 900,
  };
  const found = judged(traceOf([odd, odd]), traceOf([{ messages: [SYSTEM, USER] }], { agent: "other" }));
  assert.equal(found.calls, 3);
  for (const key of ["calls", "inputTokens", "cachedTokens", "lostTokens"] as const) {
    const sum = (rows: readonly Readonly<Record<typeof key, number>>[]) =>
      rows.reduce((all, it) => all + it[key], 0);
    assert.equal(sum(found.agents), found[key]);
    assert.equal(sum(found.steps), found[key]);
  }
  assert(found.cachedTokens <= found.inputTokens, "no more came from a cache than was sent");
});

Deno.test("a call whose numbers are damaged is left out, and the report goes on", () => {
  const [first, grown] = [{ messages: [SYSTEM, USER] }, { messages: [SYSTEM, USER, ANSWER, RESULT] }];
  for (const damaged of [{ input: -5 }, { input: NaN }, { cached: -1 }]) {
    for (
      const calls of [[{ ...first, ...damaged }, grown, grown], [first, { ...grown, ...damaged }, grown]]
    ) {
      const { callList, inputTokens } = judged(traceOf(calls), traceOf([first]));
      assert.deepEqual([callList.length, inputTokens > 0], [3, true]);
    }
  }
});
