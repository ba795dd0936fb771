import assert from "node:assert/strict";
import {
  attemptOf,
  memoryAt,
  memoryCounts,
  memorySteps,
  runTookMs,
  stepCount,
  stepNumber,
  stepOf,
  stepsOf,
  toolResultOf,
  treeRows,
} from "../../lib/analysis/mod.ts";
import { applyEvent, ATTR, type Span, type Trace } from "../../lib/core/mod.ts";
import { sampleEvents, sampleRun } from "../support/sample_run.ts";
import { fakeHost } from "../support/fake_host.ts";

function traceOf(spans: readonly Partial<Span>[]): Trace {
  const run = sampleRun(fakeHost());
  return {
    run,
    spans: new Map(spans.map((given, index): [string, Span] => {
      const spanId = given.spanId ?? String(index);
      return [spanId, {
        traceId: run.traceId,
        name: "span",
        kind: "chain",
        startTimeUs: index,
        status: "ok",
        attributes: {},
        ...given,
        spanId,
      }];
    })),
    snapshots: [],
    evaluations: [],
  };
}

Deno.test("treeRows() shows every span of a chain deeper than it draws, without running out of stack", () => {
  const count = 5_000;
  const trace = traceOf(
    Array.from({ length: count }, (_, index) => index === 0 ? {} : { parentSpanId: String(index - 1) }),
  );
  const rows = treeRows(trace);
  assert.deepEqual(rows.map((row) => row.span.spanId), Array.from({ length: count }, (_, at) => String(at)));
  assert.equal(Math.max(...rows.map((row) => row.guides.length)), 64);
});

Deno.test("treeRows() leaves out a call's only attempt unless it went wrong, and what is folded", () => {
  const trace = traceOf([
    { kind: "agent" },
    { kind: "llm", parentSpanId: "0", step: 1 },
    { kind: "attempt", parentSpanId: "1" },
    { kind: "llm", parentSpanId: "0", step: 2 },
    { kind: "attempt", parentSpanId: "3", status: "error" },
    { kind: "llm", parentSpanId: "0", step: 3, status: "unset" },
    { kind: "attempt", parentSpanId: "5", status: "unset" },
  ]);
  const shown = (collapsed?: ReadonlySet<string>) =>
    treeRows(trace, collapsed).map(({ span, step, attempts }) => [span.spanId, step, attempts.length]);
  assert.deepEqual(shown(), [
    ["0", undefined, 0],
    ["1", 1, 1],
    ["3", 2, 1],
    ["4", undefined, 0],
    ["5", 3, 1],
  ]);
  assert.deepEqual(shown(new Set(["3"])).map(([id]) => id), ["0", "1", "3", "5"]);
  assert.deepEqual(shown(new Set(["0"])).map(([id]) => id), ["0"]);
});

Deno.test("stepOf() finds the step above a span, stepNumber() also numbers what was made again", () => {
  const trace = traceOf([
    { kind: "agent" },
    { kind: "llm", parentSpanId: "0", step: 1, status: "interrupted" },
    { kind: "attempt", parentSpanId: "1", status: "interrupted" },
    { kind: "llm", parentSpanId: "0", step: 2 },
    { kind: "attempt", parentSpanId: "3" },
  ]);
  const span = (id: string) => trace.spans.get(id)!;
  assert.deepEqual(stepsOf(trace).map((it) => it.step), [2]);
  assert.deepEqual(["0", "1", "3", "4"].map((id) => stepNumber(trace, span(id))), [
    undefined,
    1,
    2,
    undefined,
  ]);
  assert.deepEqual(["0", "2", "4"].map((id) => stepOf(trace, span(id))?.step), [undefined, 1, 2]);
  assert.equal(stepCount(trace), 1);
  assert.equal(stepsOf(trace), stepsOf({ ...trace, run: sampleRun(fakeHost()) }), "worked out once");
});

Deno.test("attemptOf() tells what came of a try", () => {
  const of = (given: Partial<Span>) =>
    attemptOf(traceOf([{ kind: "attempt", endTimeUs: 5, ...given }]).spans.get("0")!);
  assert.deepEqual(of({ attributes: { [ATTR.statusCode]: 200 } }), { number: 1, state: "ok", outcome: "ok" });
  assert.deepEqual(
    of({
      status: "error",
      attributes: {
        [ATTR.resendCount]: 1,
        [ATTR.statusCode]: 429,
        [ATTR.retryDelayMs]: 20,
        [ATTR.retryAfterMs]: 10,
      },
    }),
    { number: 2, state: "failed", outcome: "429", waitedMs: 20, askedMs: 10 },
  );
  assert.deepEqual(of({ status: "error", errorType: "timeout" }).outcome, "timeout");
  const { endTimeUs: _, ...open } = traceOf([{ kind: "attempt", status: "unset" }]).spans.get("0")!;
  assert.deepEqual(attemptOf(open), { number: 1, state: "open", outcome: "under way" });
});

Deno.test("memoryAt() is the step of memorySteps() that a span left behind", () => {
  let trace: Trace | undefined;
  for (const event of sampleEvents({ rounds: 4 })) trace = applyEvent(trace, event);
  const steps = memorySteps(trace!);
  for (const [index, step] of steps.entries()) {
    if (step.cause.kind === "prompt") continue;
    const found = memoryAt(trace!, trace!.spans.get(step.cause.spanId!)!)!;
    assert.deepEqual(found.memory, step);
    assert.deepEqual(found.before, steps[index - 1]?.cause);
  }
  const [root] = trace!.spans.values();
  assert.deepEqual(memoryAt(trace!, root!)!.memory, steps.at(-1));
  assert.deepEqual(memoryCounts(steps.at(-1)!), { added: 1, removed: 0, changed: 0, keys: 1 });
});

Deno.test("memoryCounts() counts a message once, however many places in it changed", () => {
  const held = (...texts: readonly string[]) =>
    texts.map((content) => ({ role: "user", parts: [{ type: "text", content }] }) as const);
  const at = (step: number, messages: ReturnType<typeof held>, keyValues = {}) => ({
    snapshotId: `${step}`,
    traceId: "t",
    spanId: `${step}`,
    step,
    createdAtUs: step,
    messages,
    keyValues,
  });
  const trace: Trace = {
    ...traceOf([]),
    snapshots: [
      at(1, held("a", "b"), { k: { x: 1, y: 2 } }),
      at(2, held("A", "b", "c"), { k: { x: 3, y: 4 } }),
    ],
  };
  const counts = memorySteps(trace).map(memoryCounts);
  assert.deepEqual(counts, [
    { added: 2, removed: 0, changed: 0, keys: 1 },
    { added: 1, removed: 0, changed: 1, keys: 1 },
  ]);
  const many = Array.from({ length: 600 }, (_, index) => `${index}`);
  const whole: Trace = {
    ...trace,
    snapshots: [at(1, held(...many)), at(2, held(...many.map((it) => `${it}x`)))],
  };
  assert.deepEqual(memoryCounts(memorySteps(whole)[1]!), { added: 600, removed: 600, changed: 0, keys: 0 });
});

Deno.test("toolResultOf() takes a result from where it is, and runTookMs() knows what it does not know", () => {
  const tool = (given: Partial<Span>) => toolResultOf(traceOf([{ kind: "tool", ...given }]).spans.get("0")!);
  assert.equal(tool({}), undefined);
  assert.deepEqual(tool({ attributes: { [ATTR.toolCallResult]: { a: 1 } } }), { a: 1 });
  assert.equal(
    tool({
      outputMessages: [{ role: "tool", parts: [{ type: "tool_call_response", id: "1", response: 0 }] }],
    }),
    0,
  );
  assert.equal(tool({ outputMessages: [{ role: "tool", parts: [{ type: "text", content: "x" }] }] }), "x");
  const run = { ...sampleRun(fakeHost()), startTimeUs: 1_000_000 };
  assert.deepEqual(
    [
      runTookMs({ ...run, endTimeUs: 3_000_000 }, 0),
      runTookMs(run, 4_000),
      runTookMs(run, 0),
      runTookMs({ ...run, status: "queued" }, 4_000),
    ],
    [2_000, 3_000, 0, undefined],
  );
});
