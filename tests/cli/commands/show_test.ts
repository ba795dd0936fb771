import assert from "node:assert/strict";
import { CliHome, HOSTILE, UNSAFE } from "../../support/cli.ts";
import { createLook } from "../../../lib/cli/output/look.ts";
import { formatTree } from "../../../lib/cli/output/tree.ts";
import { treeRows } from "../../../lib/analysis/mod.ts";
import { formatSteps } from "../../../lib/cli/commands/show/steps_text.ts";
import { applyEvent, ATTR, type Span, type Trace } from "../../../lib/core/mod.ts";
import { sampleEvents } from "../../support/sample_run.ts";

Deno.test("show prints header, numbered steps, attempts and the answer", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 4 });
  const { code, stdout } = await home.run(["show", "last"]);
  assert.equal(code, 0);
  assert.match(stdout, /^✓ completed {2}researcher {2}[0-9a-f-]{36}\n/);
  assert.match(stdout, /8 steps: 4 model calls, 4 tool calls; 5 attempts, 16ms lost to retries/);
  assert.match(stdout, /\n├─ ✓ 7 llm mistral-small-latest +\S+ +312 +\$0\.000032\n/);
  assert.match(
    stdout,
    /\n│ {2}├─ ✗ attempt 1: 429 · waited 13ms +\d+ms\n│ {2}└─ ✓ attempt 1: ok +\d+ms\n└─ ✓ 8 tool read_file/,
  );
  assert.match(stdout, /\nAnswer\n {2}done after 4 rounds\n/);
});

Deno.test("show --json holds everything in the shapes of the contract", async () => {
  await using home = await CliHome.create();
  const [left, right] = await home.seed({ rounds: 2 }, { rounds: 4 });
  await home.withStore(async (store) => {
    await store.saveDiff({
      diffId: "d1",
      leftRunId: left!,
      rightRunId: right!,
      createdAtUs: 1_000,
      overrides: { temperature: 0 },
      leftOutput: null,
      rightOutput: null,
      diff: { identical: false },
    });
  });
  const everything = (await home.run(["show", "last", "--json"])).json();
  assert.deepEqual(Object.keys(everything), [
    "run",
    "spans",
    "messages",
    "toolCalls",
    "attempts",
    "snapshots",
    "evaluations",
    "diffs",
  ]);
  assert.equal(everything.run.runId, right);
  assert.equal(everything.run.config.instructions, "Answer.");
  assert.equal(everything.spans.length, 1 + 4 + 4 + 5);
  assert.equal(everything.attempts.length, 5);
  assert.deepEqual([everything.messages[0].role, everything.messages.length], ["system", 10]);
  assert.deepEqual(everything.messages[2].toolCalls, [{
    id: "c0",
    name: "read_file",
    arguments: { path: "f0.csv" },
  }]);
  assert.equal(everything.toolCalls[1].toolName, "read_file");
  assert.deepEqual(everything.snapshots[7].memory.keyValues, { seen: 3 });
  assert.deepEqual(everything.diffs, [{
    diffId: "d1",
    left,
    right,
    timestamp: "1970-01-01T00:00:00.001Z",
    overrides: { temperature: 0 },
    diff: { identical: false },
  }]);
});

Deno.test("show --messages, --memory and --span show each a part", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 2, text: (round) => `thought ${round}` });
  const [messages, memory, step, json] = await Promise.all([
    home.run(["show", "last", "--messages"]),
    home.run(["show", "last", "--memory"]),
    home.run(["show", "last", "--span", "3"]),
    home.run(["show", "last", "--span", "3", "--json"]),
  ]);
  assert.match(
    messages.stdout,
    /\nassistant #3 · 5 tokens · tool_calls\n {2}0: thought 0\n {2}→ read_file\(\{"path":"f0.csv"\}\)\n/,
  );
  assert.match(messages.stdout, /\ntool #4\n {2}row 0 thought 0\n/);
  assert.match(
    memory.stdout,
    /\nstep 2 tool read_file {2}4 messages\n {2}\+ \/messages\/3 .*\nstep 3 llm .* 5 messages, 4 sent\n {2}\+ \/messages\/4 .*\nstep 4 tool read_file {2}6 messages, 1 key\n {2}\+ \/messages\/5 .*\n {2}\+ \/keyValues\/seen {2}1\n/,
  );
  assert.match(step.stdout, /107 input tokens × \$0\.10 \/ 1M/);
  assert.match(step.stdout, /gen_ai\.request\.temperature +0\.2/);
  const span = json.json();
  assert.deepEqual([span.kind, span.step, span.receipt.lines[0].quantity], ["llm", 3, 107]);
  assert.equal(span.inputMessages.length, 4);
  const prefix = await home.run(["show", "last", "--json", "--span", span.spanId.slice(0, 12)]);
  assert.deepEqual(prefix.json(), span);
});

Deno.test("show names what it cannot find", async () => {
  await using home = await CliHome.create();
  await home.seed({});
  const [run, span] = await Promise.all([
    home.run(["show", "ffffffff"]),
    home.run(["show", "last", "--span", "zz"]),
  ]);
  assert.deepEqual([run.code, span.code], [2, 2]);
  assert.match(run.stderr, /^agentop: Cannot find run "ffffffff": no run has this id\. Try: agentop runs\n$/);
  assert.match(span.stderr, /^agentop: Cannot show span "zz": this run has no such span\. Try: /);
});

Deno.test("show lists the runs that work was handed to", async () => {
  await using home = await CliHome.create();
  const [parent] = await home.seed({ agent: "editor" });
  await home.withStore(async (store) => {
    const [start] = sampleEvents({ agent: "writer" });
    if (start?.type !== "run_start") throw new Error("the sample begins with run_start");
    await store.write([{
      type: "run_start",
      run: { ...start.run, status: "completed", parentRunId: parent! },
    }]);
  });
  const { stdout } = await home.run(["show", parent!]);
  assert.match(stdout, /\nHanded over\n {2}✓ [0-9a-f]{8} {2}writer {2}0 steps · \$0\n/);
});

Deno.test("show lets nothing from outside steer the terminal", async () => {
  await using home = await CliHome.create();
  await home.seed({ prompt: HOSTILE, agent: HOSTILE, text: () => HOSTILE, rounds: 4 });
  const results = await Promise.all(
    [[], ["--messages"], ["--memory"], ["--span", "1"], ["--json"]].map((args) =>
      home.run(["show", "last", ...args])
    ),
  );
  for (const { code, stdout } of results) {
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, UNSAFE);
  }
});

function sampleTrace(spans: readonly Partial<Span>[]): Trace {
  let trace: Trace | undefined;
  for (const event of sampleEvents({ rounds: 0 })) {
    trace = event.type === "run_start" ? applyEvent(trace, event) : trace;
  }
  return {
    ...trace!,
    spans: new Map(spans.map((span, index) => {
      const spanId = span.spanId ?? String(index).padStart(16, "0");
      const base = {
        traceId: trace!.run.traceId,
        name: spanId,
        kind: "chain",
        status: "ok",
        attributes: {},
      } as const;
      return [spanId, { ...base, startTimeUs: index, endTimeUs: index + 1, ...span, spanId }];
    })),
  };
}

Deno.test("treeRows() shows every span once, also orphans and spans that are each other's parents", () => {
  const trace = sampleTrace([
    { spanId: "a" },
    { spanId: "b", parentSpanId: "a" },
    { spanId: "orphan", parentSpanId: "gone" },
    { spanId: "x", parentSpanId: "y" },
    { spanId: "y", parentSpanId: "x" },
    { spanId: "self", parentSpanId: "self" },
  ]);
  const rows = treeRows(trace);
  assert.deepEqual(rows.map((row) => row.span.spanId).sort(), ["a", "b", "orphan", "self", "x", "y"]);
  assert.deepEqual(rows.slice(0, 3).map((row) => [row.span.spanId, row.guides.length]), [["a", 0], ["b", 1], [
    "orphan",
    0,
  ]]);
});

Deno.test("formatTree() keeps to the width of the terminal, with wide letters too", () => {
  const trace = sampleTrace([
    { name: "根".repeat(100) },
    { name: "x".repeat(300), parentSpanId: "0".repeat(16), cost: { usd: null, quantities: {} } },
  ]);
  for (const columns of [60, 80, 120]) {
    const lines = formatTree(trace, createLook({ color: false, columns }), 0).split("\n");
    assert.equal(lines.length, 2);
    for (const line of lines) {
      const wide = [...line].reduce((sum, char) => sum + (char === "根" ? 2 : 1), 0);
      assert.ok(wide <= columns, `${wide} > ${columns}: ${line}`);
    }
    assert.match(lines[1]!, /… {2}0ms {2}\?$/);
  }
});

Deno.test("formatSteps() says who told or set what, and when", () => {
  const trace = [...sampleEvents({ rounds: 1 })].reduce<Trace | undefined>(applyEvent, undefined)!;
  const done = (spanId: string, attributes: Record<string, unknown>): Span => ({
    traceId: trace.run.traceId,
    spanId,
    name: String(attributes[ATTR.controlAction]),
    kind: "event",
    startTimeUs: Date.UTC(2026, 0, 1, 9) * 1000,
    status: "ok",
    attributes: { [ATTR.controlId]: spanId, ...attributes },
  });
  const spans = [
    done("1".repeat(16), {
      [ATTR.controlAction]: "set",
      [ATTR.controlBy]: "ada",
      [ATTR.controlChanges]: { maxSteps: { from: 10, to: 30 } },
      [ATTR.controlStep]: 3,
    }),
    done("2".repeat(16), {
      [ATTR.controlAction]: "tell",
      [ATTR.controlBy]: "bob",
      [ATTR.controlText]: "Hurry,\nplease.",
    }),
  ];
  const shown: Trace = {
    ...trace,
    spans: new Map([...trace.spans, ...spans.map((it) => [it.spanId, it] as const)]),
  };
  const look = createLook({ color: false, columns: 200 });
  const text = formatSteps({ trace: shown, children: [], family: { members: [], isCut: false } }, look, {
    nowMs: 0,
    timeZone: "UTC",
  });
  assert.match(
    text,
    /Told and set\n {2}set maxSteps 10 → 30 {2}ada, 2026-01-01 09:00:00 UTC, before step 3\n/,
  );
  assert.match(text, / {2}told: Hurry, please\. {2}bob, 2026-01-01 09:00:00 UTC, not read yet/);
});
