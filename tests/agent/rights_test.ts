import assert from "node:assert/strict";
import fc from "fast-check";
import { type AgentLimits, inherited, narrowest } from "../../lib/agent/mod.ts";
import { ATTR, NO_PERMISSIONS, type Span, type Tool } from "../../lib/core/mod.ts";
import { lostUsd } from "../../lib/agent/spent.ts";
import { TestAgency } from "../support/test_agency.ts";

const MODEL = "model: mistral-small-latest\n";

/** A tool that writes, and counts how often it did. */
function writer() {
  const calls = { count: 0 };
  const tool: Tool = {
    name: "write",
    description: "Writes.",
    parameters: { type: "object" },
    permissions: { ...NO_PERMISSIONS, write: ["/somewhere"] },
    idempotent: true,
    summary: () => "write",
    execute: () => Promise.resolve({ content: `written ${++calls.count}` }),
  };
  return { tool, calls };
}

/** The boss hands over; the child writes. */
const HAND_OVER = JSON.stringify({
  name: "boss",
  match: { agent: "boss" },
  steps: [{ toolCalls: [{ name: "clerk", arguments: { prompt: "write it" } }] }, { text: "done" }],
}) + "\n---\n" + JSON.stringify({
  name: "clerk",
  match: { agent: "clerk" },
  steps: [{ toolCalls: [{ name: "write", arguments: {} }] }, { text: "written" }],
});
const CLERK = `${MODEL}instructions: clerk\n`;

Deno.test("a hand-off is bound by the policy of who hands over, whatever its file says", async () => {
  const outcomes: Record<string, number> = {};
  for (const approve of ["never", "ask", "auto"]) {
    const { tool, calls } = writer();
    await using agency = await TestAgency.open({
      scenarios: HAND_OVER,
      tools: { write: tool },
      agents: { clerk: `${CLERK}approve: auto\ntools: [current_time]\n` },
      approver: () => Promise.resolve({ decision: "deny", by: "policy" }),
      childTools: true,
    });
    const config = await agency.agent(
      `${MODEL}instructions: boss\ntools: [{ agent: clerk }]\napprove: ${approve}\n`,
    );
    const run = await agency.runner.run(config, { prompt: "go" });
    assert.equal(run.status, "completed");
    outcomes[approve] = calls.count;
  }
  assert.deepEqual(outcomes, { never: 0, ask: 0, auto: 1 });
});

Deno.test("inherited() only tightens", async () => {
  await using agency = await TestAgency.open();
  const strict = await agency.agent(
    `${MODEL}approve: never\nlimits: { maxSteps: 3, timeoutSeconds: 5, strict: true }\n`,
  );
  const loose = await agency.agent(`${MODEL}approve: auto\nlimits: { maxSteps: 9, timeoutSeconds: 50 }\n`);
  const tightened = inherited(loose, strict);
  assert.equal(tightened.approve, "never");
  assert.deepEqual(tightened.limits, { ...loose.limits, maxSteps: 3, timeoutSeconds: 5, strict: true });
  assert.deepEqual(inherited(strict, loose), strict);
});

Deno.test("narrowest() is no wider than either, whatever both say", () => {
  const positive = fc.integer({ min: 1, max: 1e6 });
  const limits = fc.record({
    maxSteps: positive,
    timeoutSeconds: positive,
    toolTimeoutSeconds: positive,
    maxToolOutputBytes: positive,
    budgetUsd: positive,
    maxRepeats: fc.constantFrom(0, 2, 5, 9),
    strict: fc.boolean(),
  }, { requiredKeys: ["maxSteps", "timeoutSeconds", "toolTimeoutSeconds", "maxToolOutputBytes"] });
  const wide = (it: AgentLimits) => [
    it.maxSteps,
    it.timeoutSeconds,
    it.toolTimeoutSeconds,
    it.maxToolOutputBytes,
    it.budgetUsd ?? Infinity,
    it.maxRepeats === 0 ? Infinity : it.maxRepeats ?? 5,
    it.strict ? 0 : 1,
  ];
  fc.assert(fc.property(limits, limits, (one, other) => {
    const least = wide(one).map((value, at) => Math.min(value, wide(other)[at]!));
    assert.deepEqual(wide(narrowest(one, other)), least);
  }));
});

/** Each agent hands over again and again, several at once. */
const BUSY = JSON.stringify({
  name: "busy",
  steps: Array.from({ length: 30 }, (_, n) => ({
    toolCalls: [1, 2, 3].map((part) => ({ name: "clerk", arguments: { prompt: `part ${n} ${part}` } })),
  })),
});

Deno.test("a limit of steps that was given holds for the run and all it hands work to, together", async () => {
  for (const maxSteps of [1, 5, 12]) {
    await using agency = await TestAgency.open({
      scenarios: BUSY,
      agents: { clerk: `${CLERK}tools: [{ agent: clerk }]\n` },
      rights: { maxSteps },
    });
    const config = await agency.agent(
      `${MODEL}tools: [{ agent: clerk }]\nlimits: { maxSteps: ${maxSteps} }\n`,
    );
    const run = await agency.runner.run(config, { prompt: "go" });
    assert.deepEqual([run.status, run.error?.type], ["stopped", "max_steps"]);
    const { runs } = await agency.store.listRuns({ limit: 1000 });
    const steps = runs.reduce((sum, { totals }) => sum + totals.steps, 0);
    assert.equal(steps, maxSteps, `${runs.length} runs`);
    assert.ok(agency.simulator.requests <= maxSteps);
  }
});

Deno.test("lostUsd() counts for each lost attempt what was set aside, also where a kill left none on record", () => {
  const span = (fields: Partial<Span>): Span => ({
    traceId: "t",
    spanId: "call",
    name: "x",
    kind: "llm",
    startTimeUs: 1,
    status: "ok",
    attributes: { [ATTR.reservedUsd]: 0.5 },
    ...fields,
  });
  const lost = { usd: null, quantities: {} };
  const attempt = (spanId: string, fields: Partial<Span> = {}) =>
    span({ spanId, parentSpanId: "call", kind: "attempt", attributes: {}, ...fields });
  const cut = { status: "interrupted", cost: lost } as const;
  const call = span({ status: "interrupted" });
  assert.equal(lostUsd([span({ cost: { usd: 0.1, quantities: {} } })]), 0);
  assert.equal(lostUsd([call]), 0.5, "killed before its attempt was on record");
  assert.equal(lostUsd([call, attempt("a", cut)]), 0.5);
  assert.equal(lostUsd([call, attempt("a", { cost: lost }), attempt("b", cut)]), 1);
  assert.equal(
    lostUsd([call, attempt("a", { ...cut, attributes: { [ATTR.estimatedCostUsd]: 0.7 } })]),
    0.7,
    "never less than its estimate",
  );
  for (const hostile of [-1, NaN, Infinity, "1", null]) {
    assert.equal(lostUsd([span({ status: "interrupted", attributes: { [ATTR.reservedUsd]: hostile } })]), 0);
  }
});
