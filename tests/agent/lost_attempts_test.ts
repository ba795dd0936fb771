import assert from "node:assert/strict";
import { costTotal, pricedSpans, receiptSum } from "../../lib/analysis/mod.ts";
import { ATTR, type Run, type Span } from "../../lib/core/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { interruption } from "../../lib/store/interrupted.ts";
import { TestAgency } from "../support/test_agency.ts";

const CHARS = 16_000;
const AGENT = "model: mistral-small-latest\nretry: { maxAttempts: 4 }\nparameters: { maxTokens: 10000 }\n";

/** A long answer whose first attempts go wrong. */
function failing(...faults: readonly Record<string, number | boolean>[]): string {
  return JSON.stringify({
    name: "long",
    steps: [{ text: "x".repeat(CHARS - 1) + ".", faults }],
  });
}

async function attemptsOf(agency: TestAgency, run: Run): Promise<readonly Span[]> {
  const { spans } = await agency.store.loadTrace(run.traceId);
  return [...spans.values()].filter((span) => span.kind === "attempt");
}

Deno.test("four cut attempts are four calls of unknown cost, with an estimate of what was streamed", async () => {
  const cut = { eof: 1_000_000 };
  await using agency = await TestAgency.open({ scenarios: failing(cut, cut, cut, cut) });
  const run = await agency.runner.run(await agency.agent(AGENT), { prompt: "go" });
  assert.deepEqual([run.status, run.totals.attempts], ["failed", 4]);
  assert.deepEqual([run.totals.costUsd, run.totals.unknownCostCalls], [0, 4]);
  const attempts = await attemptsOf(agency, run);
  for (const { cost, usage, attributes } of attempts) {
    assert.equal(cost?.usd, null);
    assert.equal(usage, undefined);
    assert.ok(cost!.quantities["output_tokens"]! > CHARS / 4 * 0.9, JSON.stringify(cost!.quantities));
    assert.ok(cost!.quantities["output_tokens"]! <= CHARS / 4);
    assert.equal(typeof attributes[ATTR.estimatedCostUsd], "number");
  }
  const estimates = attempts.map(({ attributes }) => Number(attributes[ATTR.estimatedCostUsd]));
  const sum = estimates.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(run.totals.estimatedCostUsd! - sum) < 1e-12);
  const total = costTotal(await agency.store.costBy("model"));
  assert.deepEqual([total.llmCalls, total.unknownCostCalls], [1, 4]);
  assert.ok(Math.abs(total.estimatedCostUsd! - sum) < 1e-12);
  const tree = await agency.store.treeTotals(run.runId);
  assert.deepEqual([tree.unknownCostCalls, tree.costUsd], [4, 0]);
  assert.ok(Math.abs(tree.estimatedCostUsd! - sum) < 1e-12);
  const receipt = receiptSum(
    pricedSpans(await agency.store.loadTrace(run.traceId)).map((it) => it.receipt),
  );
  assert.deepEqual([receipt.calls, receipt.usd, receipt.unknownCalls], [4, null, 4]);
  assert.ok(Math.abs(receipt.estimatedUsd! - sum) < 1e-9);
});

Deno.test("a lost attempt makes an answered call's cost unknown in part, and doubles nothing", async () => {
  await using agency = await TestAgency.open({ scenarios: failing({ eof: 1_000_000 }) });
  const run = await agency.runner.run(await agency.agent(AGENT), { prompt: "go" });
  assert.deepEqual([run.status, run.totals.attempts, run.totals.unknownCostCalls], ["completed", 2, 1]);
  const trace = await agency.store.loadTrace(run.traceId);
  const call = [...trace.spans.values()].find((span) => span.kind === "llm");
  assert.deepEqual(pricedSpans(trace).map(({ span }) => span.kind), ["attempt", "llm"], "by time");
  assert.deepEqual(run.totals.usage, call?.usage);
  assert.equal(run.totals.costUsd, call?.cost?.usd);
  assert.ok(run.totals.estimatedCostUsd! > 0);
});

Deno.test("what the server refused is not billed: the cost stays known", async () => {
  await using agency = await TestAgency.open({ scenarios: failing({ status: 503 }, { status: 429 }) });
  const run = await agency.runner.run(await agency.agent(AGENT), { prompt: "go" });
  assert.deepEqual([run.status, run.totals.attempts, run.totals.unknownCostCalls], ["completed", 3, 0]);
  assert.equal(run.totals.estimatedCostUsd, undefined);
});

Deno.test("an unreadable answer and a cancelled one may have been billed", async () => {
  for (const fault of [{ badJson: true }, { hangMidStream: 5 }]) {
    await using agency = await TestAgency.open({ scenarios: failing(fault) });
    const person = new AbortController();
    const timer = setTimeout(() => "badJson" in fault || person.abort(), 400);
    const { signal } = person;
    const run = await agency.runner.run(await agency.agent(AGENT), { prompt: "go" }, { signal });
    clearTimeout(timer);
    assert.equal(run.status, "badJson" in fault ? "failed" : "cancelled");
    assert.deepEqual([run.totals.costUsd, run.totals.unknownCostCalls], [0, 1], JSON.stringify(fault));
  }
});

Deno.test("the budget is asked before each attempt, and what cut attempts may have cost is spent", async () => {
  const cut = { eof: 1_000_000 };
  await using agency = await TestAgency.open({ scenarios: failing(cut, cut, cut, cut) });
  const poor = await agency.runner.run(
    await agency.agent(`${AGENT}limits: { budgetUsd: 0.0000001 }\n`),
    { prompt: "go" },
  );
  const worst = Number(/can cost \$([\d.]+)/.exec(poor.error!.message)![1]);
  const run = await agency.runner.run(
    await agency.agent(`${AGENT}limits: { budgetUsd: ${(worst * 2.5).toFixed(12)} }\n`),
    { prompt: "go" },
  );
  assert.deepEqual([run.status, run.error?.type, run.totals.attempts], ["stopped", "budget", 2]);
  assert.deepEqual([agency.simulator.requests, run.totals.unknownCostCalls], [2, 2]);
});

Deno.test("time lost to retries is that of failed attempts and of the waits after them", async () => {
  await using agency = await TestAgency.open({ scenarios: failing({ status: 503 }, { status: 503 }) });
  const run = await agency.runner.run(await agency.agent(AGENT), { prompt: "go" });
  const attempts = await attemptsOf(agency, run);
  const lostMs = attempts.slice(0, 2).reduce(
    (sum, { startTimeUs, endTimeUs, attributes }) =>
      sum + (endTimeUs! - startTimeUs) / 1000 + Number(attributes[ATTR.retryDelayMs]),
    0,
  );
  assert.ok(lostMs > 0 && Math.abs(run.totals.retryWaitMs - lostMs) < 1e-6);
});

Deno.test("an attempt that was under way when its process died is of unknown cost, live as stored", async () => {
  await using agency = await TestAgency.open({ scenarios: failing() });
  const done = await agency.runner.run(await agency.agent(AGENT), { prompt: "go" });
  const trace = await agency.store.loadTrace(done.traceId);
  const attempt = [...trace.spans.values()].find((span) => span.kind === "attempt")!;
  const { endTimeUs: _, ...open } = { ...attempt, status: "unset" as const };
  const partials = [{
    traceId: done.traceId,
    spanId: attempt.parentSpanId!,
    text: "y".repeat(4000),
    reasoning: "",
    updatedAtUs: 1,
  }];
  const events = interruption({ ...trace, spans: new Map([...trace.spans, [open.spanId, open]]) }, {
    partials,
  });
  const [ended] = events;
  assert(ended?.type === "span_end");
  assert.deepEqual([ended.status, ended.cost?.usd], ["interrupted", null]);
  assert.equal(ended.cost?.quantities["output_tokens"], 1000);
  assert.ok(Number(ended.attributes?.[ATTR.estimatedCostUsd]) > 0);
  await using store = await openStore(MEMORY);
  await store.write([
    { type: "run_start", run: { ...done, totals: { ...done.totals, unknownCostCalls: 0 } } },
    { type: "span_start", span: open },
    ...events,
  ]);
  const stored = await store.loadTrace(done.traceId);
  assert.equal(stored.run.totals.unknownCostCalls, 1);
  assert.equal(stored.run.status, "interrupted");
});
