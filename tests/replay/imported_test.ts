import assert from "node:assert/strict";
import { parseAgentFile } from "../../lib/agent/mod.ts";
import { comparedSteps, diffRuns, memorySteps } from "../../lib/analysis/mod.ts";
import {
  type DurableEvent,
  type Message,
  newRunId,
  newTraceId,
  NO_TOTALS,
  type Run,
  type Span,
  systemHost,
  type Trace,
} from "../../lib/core/mod.ts";
import { Bench } from "../support/replay_bench.ts";
import { repeat } from "./recordings.ts";

const user = (content: string): Message => ({ role: "user", parts: [{ type: "text", content }] });
const says = (content: string): Message => ({ role: "assistant", parts: [{ type: "text", content }] });
const asks = (id: string, expression: string): Message => ({
  role: "assistant",
  parts: [{ type: "tool_call", id, name: "calculator", arguments: { expression } }],
});
const answers = (id: string, response: unknown): Message => ({
  role: "tool",
  parts: [{ type: "tool_call_response", id, response }],
});

const AGENT = "model: mistral-small-latest\ntools: [calculator]\n";
const SCENARIO = JSON.stringify({
  name: "add",
  steps: [
    { toolCalls: [{ name: "calculator", arguments: { expression: "1 + 2" } }] },
    { text: "It is {{toolResult:calculator}}." },
  ],
});

/** A run as an importer writes it: spans that have ended, without steps, snapshots or a configuration. */
async function add(
  { store }: Bench,
  spans: readonly Partial<Span>[],
  change: Partial<Run> = {},
): Promise<Trace> {
  const host = systemHost();
  const run: Run = {
    traceId: newTraceId(host),
    runId: newRunId(host),
    agent: "langchain",
    status: "completed",
    model: "gpt-oss",
    origin: "otlp",
    userId: "default",
    tags: {},
    config: {},
    prompt: "Add.",
    output: "It is 3.",
    startTimeUs: 1_000_000,
    endTimeUs: 9_000_000,
    totals: NO_TOTALS,
    ...change,
  };
  const events: DurableEvent[] = [{ type: "run_start", run }];
  for (const [index, given] of spans.entries()) {
    const spanId = given.spanId ?? `${index}`.padStart(16, "a");
    const { outputMessages, status, errorType, ...begun } = given;
    const startTimeUs = 1_000_000 + index * 1000;
    const span: Span = {
      traceId: run.traceId,
      name: "span",
      kind: "chain",
      startTimeUs,
      status: "unset",
      attributes: {},
      ...begun,
      spanId,
    };
    events.push({ type: "span_start", span }, {
      type: "span_end",
      traceId: run.traceId,
      spanId,
      endTimeUs: startTimeUs + 500,
      status: status ?? "ok",
      ...(errorType === undefined ? {} : { errorType }),
      ...(outputMessages ? { outputMessages } : {}),
    });
  }
  await store.write(events);
  return await store.loadTrace(run.traceId);
}

/** A framework's chain around model calls that its SDK tells of once more, and a tool without a result of its own. */
const NESTED: readonly Partial<Span>[] = [
  { spanId: "c".repeat(16), name: "RunnableSequence" },
  {
    spanId: "1".repeat(16),
    parentSpanId: "c".repeat(16),
    kind: "llm",
    name: "ChatModel",
    inputMessages: [user("Add.")],
    outputMessages: [asks("call1", "1 + 2")],
  },
  {
    spanId: "2".repeat(16),
    parentSpanId: "1".repeat(16),
    kind: "llm",
    name: "chat.completions",
    inputMessages: [user("Add.")],
    outputMessages: [asks("call1", "1 + 2")],
  },
  {
    parentSpanId: "c".repeat(16),
    kind: "tool",
    name: "calculator",
    attributes: { "gen_ai.tool.call.id": "call1" },
  },
  {
    kind: "llm",
    name: "ChatModel",
    inputMessages: [user("Add."), asks("call1", "1 + 2"), answers("call1", 30)],
    outputMessages: [says("It is 30.")],
  },
];

Deno.test("diff and memory work on imported runs of odd shapes", async () => {
  await using bench = await Bench.open({ agent: AGENT, scenario: SCENARIO });
  const nested = await add(bench, NESTED);
  assert.deepEqual(comparedSteps(nested).map((it) => [it.step, it.document.kind, it.document.name]), [
    [1, "llm", "chat"],
    [2, "tool", "calculator"],
    [3, "llm", "chat"],
  ]);
  assert.deepEqual(comparedSteps(nested)[1]!.document["arguments"], { expression: "1 + 2" });
  assert.equal((await diffRuns(nested, nested)).identical, true);
  assert.deepEqual(
    memorySteps(nested).map(({ step, cause, changes }) => [step, cause.kind, changes.map((it) => it.path)]),
    [
      [0, "prompt", ["/messages/0"]],
      [1, "llm", ["/messages/1"]],
      [2, "tool", []],
      [3, "llm", ["/messages/2", "/messages/3"]],
    ],
  );
  const bare = await add(bench, [{ kind: "llm" }, { kind: "llm", status: "error", errorType: "500" }, {}], {
    prompt: "",
  });
  const diff = await diffRuns(nested, bare);
  assert.deepEqual(diff.steps.map((it) => it.op), ["changed", "removed", "changed"]);
  const states = memorySteps(bare);
  assert(states.every((it) => it.messages.length === 0 && it.changes.length === 0));
  const empty = await add(bench, []);
  assert.deepEqual([(await diffRuns(empty, bare)).steps.length, memorySteps(empty).length], [2, 0]);
});

Deno.test("an imported run that cannot be replayed says which part is missing, and nothing is written", async () => {
  await using bench = await Bench.open({ agent: AGENT, scenario: SCENARIO });
  const config = await parseAgentFile(AGENT, "agents/adder.yaml");
  const { run: nested } = await add(bench, NESTED);
  const where = "\\(it was not run here: origin otlp\\)";
  const noConfig = new RegExp(`its agent configuration is not on record ${where}\\. Try: --agent AGENT`);
  for (const mode of ["recorded", "hybrid", "live"] as const) await bench.refused({ mode }, noConfig, nested);
  const { run: silent } = await add(bench, NESTED, { prompt: " " });
  await bench.refused({ config }, new RegExp(`its prompt is not on record ${where}`), silent);
  const { outputMessages: _, ...dumb } = NESTED[4]!;
  const cases = [
    [[{}], "it has no steps"],
    [[...NESTED.slice(0, 4), dumb], "the answer of step 3 is not on record"],
    [
      [...NESTED.slice(0, 4), { ...NESTED[4]!, inputMessages: [user("Add.")] }],
      "the result of step 2 is not on record",
    ],
  ] as const;
  for (const [spans, expected] of cases) {
    const { run } = await add(bench, spans);
    await bench.refused({ mode: "recorded", config }, new RegExp(`${expected} ${where}`), run);
  }
  await bench.refused(
    { config, from: 3 },
    /^Cannot fork \S+: which steps it repeats is not on record/,
    nested,
  );
  await bench.refused({ config, edits: { 3: "x" } }, /^Cannot fork/, nested);
});

Deno.test("an imported run with its messages is replayed under an agent file, tool results included", async () => {
  await using bench = await Bench.open({ agent: AGENT, scenario: SCENARIO });
  const config = await parseAgentFile(AGENT, "agents/adder.yaml");
  const nested = await add(bench, NESTED);
  // The model's answers come live; what the tool said is only told by the messages of the next call.
  const hybrid = await bench.replay({ config }, nested.run);
  assert.equal(hybrid.run.output, "It is 30.");
  assert.deepEqual(hybrid.divergence, {
    step: 1,
    reason: "the model is mistral-small-latest, it was gpt-oss",
  });
  const { run: silent } = await add(bench, NESTED, { prompt: "" });
  const asked = await bench.replay({ config, edits: { 0: "Add.\n" } }, silent);
  assert.equal(asked.run.prompt, "Add.");
  const whole = { ...nested, run: { ...nested.run, config: config as unknown as Run["config"] } };
  const recorded = await repeat(whole);
  assert.deepEqual([recorded.trace.run.status, recorded.trace.run.output], ["completed", "It is 30."]);
  assert.equal(recorded.divergence!.step, 1);
});
