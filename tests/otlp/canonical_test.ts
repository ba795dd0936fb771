import { deepStrictEqual as assertEquals, ok as assert } from "node:assert";
import { type Cost, type Message, type PriceBook, textOf, type Trace } from "../../lib/core/mod.ts";
import { canonicalSpans, type ScopeLogs } from "../../lib/otlp/mod.ts";
import { idOf, pairs, sent, span, type SpanSketch, TRACE_ID } from "./spans.ts";

/** A token costs a dollar; models that are called "unknown" have no price. */
const prices: PriceBook = {
  price: ({ model, usage }): Cost => ({
    usd: model === "unknown" || !usage ? null : usage.inputTokens + usage.outputTokens,
    quantities: {},
  }),
};

function read(...sketches: readonly SpanSketch[]): Trace {
  const spans = sketches.map((sketch, index) => span(index + 1, sketch));
  return canonicalSpans(sent(spans), [], { prices })[0]!;
}

const attributes = (attributes: SpanSketch["attributes"]) => ({ attributes }) as SpanSketch;
const spanOf = (trace: Trace, n: number) => trace.spans.get(idOf(n))!;
const said = (messages: readonly Message[] = []) => messages.map((it) => `${it.role}: ${textOf(it)}`);
const tokens = ({ run: { totals: { usage } } }: Trace) => [usage.inputTokens, usage.outputTokens];

const CHAT = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m" };
const USED = { "gen_ai.usage.input_tokens": 40n, "gen_ai.usage.output_tokens": 5n };
const turn = (role: string, content: string) => ({ role, content });
const json = JSON.stringify;

/** One model call as each convention writes it. */
const CALLS: Readonly<Record<string, SpanSketch["attributes"]>> = {
  "OpenTelemetry": {
    ...CHAT,
    ...USED,
    "gen_ai.system_instructions": json([{ type: "text", content: "be brief" }]),
    "gen_ai.input.messages": json([{ role: "user", parts: [{ type: "text", content: "hi" }] }]),
    "gen_ai.output.messages": json([{ role: "assistant", parts: [{ type: "text", content: "ho" }] }]),
    "gen_ai.usage.cache_read.input_tokens": 8n,
  },
  "OpenTelemetry, structured": {
    ...CHAT,
    ...USED,
    "gen_ai.input.messages": [
      {
        entries: pairs({
          role: "system",
          parts: [{ entries: pairs({ type: "text", content: "be brief" }) }],
        }),
      },
      { entries: pairs({ role: "user", parts: [{ entries: pairs({ type: "text", content: "hi" }) }] }) },
    ],
    "gen_ai.output.messages": [
      { entries: pairs({ role: "assistant", parts: [{ entries: pairs({ type: "text", content: "ho" }) }] }) },
    ],
    "gen_ai.usage.cache_read_input_tokens": 8n,
  },
  "OpenInference": {
    "openinference.span.kind": "LLM",
    "llm.model_name": "m",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.contents.0.message_content.type": "text",
    "llm.input_messages.1.message.contents.0.message_content.text": "hi",
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "be brief",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": "ho",
    "llm.token_count.prompt": 40n,
    "llm.token_count.completion": 5n,
    "llm.token_count.prompt_details.cache_read": 8n,
  },
  "Traceloop, old": {
    "llm.request.type": "chat",
    "gen_ai.request.model": "m",
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "be brief",
    "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.1.content": "hi",
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": "ho",
    "gen_ai.usage.prompt_tokens": 40n,
    "gen_ai.usage.completion_tokens": 5n,
    "gen_ai.usage.cache_read_input_tokens": 8n,
  },
  "AI SDK 5": {
    "ai.operationId": "ai.generateText.doGenerate",
    "ai.model.id": "m",
    "ai.prompt.messages": json([turn("system", "be brief"), {
      role: "user",
      content: [{ type: "text", text: "hi" }],
    }]),
    "ai.response.text": "ho",
    "ai.usage.inputTokens": 40n,
    "ai.usage.outputTokens": 5n,
    "ai.usage.cachedInputTokens": 8n,
  },
  "Langfuse": {
    "langfuse.observation.type": "generation",
    "langfuse.observation.model.name": "m",
    "langfuse.observation.input": json([turn("system", "be brief"), turn("user", "hi")]),
    "langfuse.observation.output": json(turn("assistant", "ho")),
    "langfuse.observation.usage_details": json({ input: 32, input_cached_tokens: 8, output: 5, total: 45 }),
  },
  "LangSmith": {
    "langsmith.span.kind": "llm",
    "gen_ai.request.model": "m",
    "gen_ai.prompt": json({
      messages: [[
        { lc: 1, type: "constructor", id: ["x", "SystemMessage"], kwargs: { content: "be brief" } },
        { lc: 1, type: "constructor", id: ["x", "HumanMessage"], kwargs: { content: "hi" } },
      ]],
    }),
    "gen_ai.completion": json({
      generations: [[{ text: "ho", message: { lc: 1, id: ["x", "AIMessage"], kwargs: { content: "ho" } } }]],
    }),
    "langsmith.usage_metadata": json({
      input_tokens: 40,
      output_tokens: 5,
      input_token_details: { cache_read: 8 },
    }),
  },
  "Mastra": {
    ...CHAT,
    ...USED,
    "mastra.model_call.input": json({ messages: [turn("system", "be brief"), turn("user", "hi")] }),
    "mastra.model_call.output": json({ text: "ho" }),
    "gen_ai.usage.cache_read.input_tokens": 8n,
  },
  "Logfire": {
    ...CHAT,
    ...USED,
    "request_data": json({ model: "m", messages: [turn("system", "be brief"), turn("user", "hi")] }),
    "response_data": json({ message: turn("assistant", "ho") }),
    "gen_ai.usage.details.cache_read_tokens": 8n,
  },
};

for (const [name, given] of Object.entries(CALLS)) {
  Deno.test(`canonicalSpans() reads a model call of ${name}`, () => {
    const trace = read(attributes(given));
    const call = spanOf(trace, 1);
    assertEquals([call.kind, call.requestModel], ["llm", "m"]);
    assertEquals(said(call.inputMessages), ["system: be brief", "user: hi"]);
    assertEquals(said(call.outputMessages), ["assistant: ho"]);
    assertEquals(tokens(trace), [40, 5]);
    assertEquals(call.usage!.cachedInputTokens, 8);
    assertEquals([trace.run.prompt, trace.run.output], ["hi", "ho"]);
    assertEquals([trace.run.totals.llmCalls, trace.run.totals.costUsd], [1, 45]);
  });
}

Deno.test("canonicalSpans() reads messages from span events and from log records", () => {
  const event = (name: string, values: Parameters<typeof pairs>[0]) => ({
    ...{ timeUnixNano: 1n, name, attributes: pairs(values), droppedAttributesCount: 0 },
  });
  const events = [
    event("gen_ai.system.message", { content: "be brief" }),
    event("gen_ai.user.message", { content: "hi" }),
    event("gen_ai.choice", { finish_reason: "stop", message: json({ role: "assistant", content: "ho" }) }),
  ];
  const byEvents = spanOf(read({ attributes: CHAT, events }), 1);
  const logs: ScopeLogs[] = [{
    ...sent([])[0]!,
    logRecords: events.map(({ name, attributes }, index) => ({
      ...{ timeUnixNano: BigInt(9 - index), observedTimeUnixNano: 0n, severityNumber: 0, severityText: "" },
      ...{ body: { entries: attributes }, attributes: pairs({ "event.name": name }), eventName: "" },
      ...{ droppedAttributesCount: 0, flags: 0, traceId: TRACE_ID, spanId: idOf(1) },
    })).map((record, index) => ({ ...record, timeUnixNano: BigInt(index + 1) })).toReversed(),
  }];
  const byLogs = canonicalSpans(sent([span(1, attributes(CHAT))]), logs, { prices })[0]!.spans.get(idOf(1))!;
  for (const call of [byEvents, byLogs]) {
    assertEquals(said(call.inputMessages), ["system: be brief", "user: hi"]);
    assertEquals(said(call.outputMessages), ["assistant: ho"]);
    assertEquals(call.finishReasons, ["stop"]);
  }
});

Deno.test("canonicalSpans() reads calls of tools, their results and what was offered", () => {
  const trace = read(
    {},
    attributes({
      ...CHAT,
      "llm.tools.0.tool.json_schema": json({
        type: "function",
        function: { name: "add", parameters: { a: 1 } },
      }),
      "gen_ai.output.messages": json([{
        role: "assistant",
        parts: [{ type: "tool_call", id: "c1", name: "add", arguments: '{"a": 1}' }],
      }]),
    }),
    attributes({
      "openinference.span.kind": "TOOL",
      "tool.name": "add",
      "input.value": '{"a":1}',
      "output.value": "2",
    }),
    attributes({ "ai.operationId": "ai.toolCall", "ai.toolCall.name": "sub", "ai.toolCall.args": '{"b":1}' }),
    attributes({
      "traceloop.span.kind": "tool",
      "traceloop.entity.name": "mul",
      "traceloop.entity.input": '{"args":[],"kwargs":{"c":1}}',
    }),
    attributes({ "langfuse.observation.type": "tool", "langfuse.observation.input": '{"d":1}' }),
  );
  assertEquals(spanOf(trace, 2).outputMessages![0]!.parts, [
    { type: "tool_call", id: "c1", name: "add", arguments: { a: 1 }, argumentsText: '{"a": 1}' },
  ]);
  assertEquals(spanOf(trace, 2).attributes["gen_ai.tool.definitions"], [{
    name: "add",
    parameters: { a: 1 },
  }]);
  const call = (n: number) => {
    const { attributes } = spanOf(trace, n);
    return [attributes["gen_ai.tool.name"], attributes["gen_ai.tool.call.arguments"]];
  };
  assertEquals([3, 4, 5, 6].map(call), [["add", { a: 1 }], ["sub", { b: 1 }], ["mul", { c: 1 }], ["span 6", {
    d: 1,
  }]]);
  assertEquals(spanOf(trace, 3).attributes["gen_ai.tool.call.result"], "2");
  assertEquals([trace.run.totals.llmCalls, trace.run.totals.toolCalls, trace.run.totals.steps], [1, 4, 5]);
});

Deno.test("canonicalSpans() reads a run of OpenAI's agents, as OpenLLMetry hands it on", () => {
  const under = (n: number, attributes: SpanSketch["attributes"]) =>
    ({ parentSpanId: idOf(n), attributes }) as SpanSketch;
  const agents = { "gen_ai.system": "openai_agents" };
  const response = {
    "llm.request.type": "response",
    "gen_ai.system": "openai",
    "gen_ai.operation.name": "response",
    "gen_ai.request.model": "m",
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": "hi",
    "gen_ai.usage.input_tokens": 20n,
    "gen_ai.usage.output_tokens": 2n,
    "llm.usage.total_tokens": 22n,
    "gen_ai.completion.0.role": "assistant",
  };
  const trace = read(
    attributes({
      ...agents,
      "traceloop.span.kind": "workflow",
      "traceloop.workflow.name": "Agent Workflow",
    }),
    under(1, {
      ...agents,
      "traceloop.span.kind": "agent",
      "gen_ai.agent.name": "triage",
      "gen_ai.request.model": "m",
    }),
    under(2, {
      ...response,
      "llm.request.functions.0.name": "add",
      "llm.request.functions.0.parameters": '{"a":1}',
      "gen_ai.completion.0.finish_reason": "tool_calls",
      "gen_ai.completion.0.tool_calls.0.name": "add",
      "gen_ai.completion.0.tool_calls.0.id": "c1",
      "gen_ai.completion.0.tool_calls.0.arguments": '{"a":1}',
    }),
    under(2, {
      ...agents,
      "traceloop.span.kind": "tool",
      "gen_ai.tool.name": "add",
      "gen_ai.tool.type": "function",
      "gen_ai.completion.tool.name": "add",
      "gen_ai.completion.tool.type": "function",
      "gen_ai.completion.tool.strict_json_schema": true,
    }),
    under(2, {
      ...agents,
      "traceloop.span.kind": "handoff",
      "gen_ai.handoff.from_agent": "triage",
      "gen_ai.agent.name": "triage",
      "gen_ai.handoff.to_agent": "adder",
    }),
    under(1, { ...agents, "traceloop.span.kind": "agent", "gen_ai.agent.name": "adder" }),
    under(6, {
      ...response,
      "gen_ai.prompt.1.role": "assistant",
      "gen_ai.prompt.1.tool_calls.0.id": "c1",
      "gen_ai.prompt.1.tool_calls.0.name": "add",
      "gen_ai.prompt.1.tool_calls.0.arguments": '{"a":1}',
      "gen_ai.prompt.2.role": "tool",
      "gen_ai.prompt.2.content": "2",
      "gen_ai.prompt.2.tool_call_id": "c1",
      "gen_ai.completion.0.content": "ho",
    }),
  );
  const kinds = [1, 2, 3, 4, 5, 6, 7].map((n) => spanOf(trace, n).kind);
  assertEquals(kinds, ["chain", "agent", "llm", "tool", "event", "agent", "llm"]);
  assertEquals(spanOf(trace, 3).outputMessages, [{
    role: "assistant",
    parts: [{ type: "tool_call", id: "c1", name: "add", arguments: { a: 1 } }],
  }]);
  assertEquals(spanOf(trace, 3).attributes["gen_ai.tool.definitions"], [{
    name: "add",
    parameters: { a: 1 },
  }]);
  assertEquals(spanOf(trace, 4).attributes["gen_ai.tool.name"], "add");
  assertEquals(spanOf(trace, 7).inputMessages!.at(-1)!.parts, [{
    type: "tool_call_response",
    id: "c1",
    response: "2",
  }]);
  assertEquals(tokens(trace), [40, 4]);
  const { prompt, output, totals } = trace.run;
  assertEquals([prompt, output, totals.llmCalls, totals.toolCalls, totals.costUsd], ["hi", "ho", 2, 1, 44]);
});

Deno.test("canonicalSpans() counts usage and cost once, where the innermost span has it", () => {
  const call = { ...CHAT, ...USED };
  const trace = read(
    attributes({ "gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 80n }),
    attributes(call),
    attributes({ "ai.operationId": "ai.generateText", "ai.usage.inputTokens": 40n }),
    { parentSpanId: idOf(3), attributes: call },
    { parentSpanId: idOf(4), attributes: { ...call, "llm.cost.total": 0.5 } },
  );
  assertEquals(tokens(trace), [80, 10]);
  assertEquals(trace.run.totals.costUsd, 45.5);
  assertEquals(trace.run.totals.llmCalls, 2); // one lies inside the other
  assertEquals([1, 3, 4].map((n) => spanOf(trace, n).usage), [undefined, undefined, undefined]);
  assertEquals(spanOf(trace, 1).attributes["gen_ai.usage.input_tokens"], 80);
});

Deno.test("canonicalSpans() does not know what a call cost that says neither usage nor cost", () => {
  const unknown = (...sketches: readonly SpanSketch[]) => read(...sketches).run.totals.unknownCostCalls;
  assertEquals(unknown(attributes(CHAT)), 1);
  assertEquals(unknown({ ...attributes(CHAT), statusCode: 2 }), 0);
  assertEquals(unknown(attributes({ ...CHAT, ...USED, "gen_ai.request.model": "unknown" })), 1);
  // The agent around it was billed for all.
  assertEquals(
    unknown(
      attributes({ "gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m", ...USED }),
      attributes(CHAT),
    ),
    0,
  );
});

Deno.test("canonicalSpans() sums Langfuse's buckets only where they lie apart", () => {
  const usage = (details: Record<string, number>) =>
    spanOf(read(attributes({ ...CALLS["Langfuse"], "langfuse.observation.usage_details": json(details) })), 1)
      .usage!;
  const apart = usage({
    input: 156,
    input_cached_tokens: 256,
    output: 34,
    output_reasoning_tokens: 24,
    total: 470,
  });
  assertEquals([apart.inputTokens, apart.cachedInputTokens, apart.outputTokens, apart.reasoningTokens], [
    412,
    256,
    58,
    24,
  ]);
  const within = usage({ input: 412, output: 58, cache_read_input_tokens: 256, total: 470 });
  assertEquals([within.inputTokens, within.cachedInputTokens, within.outputTokens], [412, 256, 58]);
});

Deno.test("canonicalSpans() says what failed, however it is said", () => {
  const exception = {
    ...{ timeUnixNano: 1n, name: "exception", droppedAttributesCount: 0 },
    attributes: pairs({ "exception.type": "Timeout", "exception.message": "too slow" }),
  };
  const failure = (sketch: SpanSketch) => {
    const { status, errorType, errorMessage } = spanOf(read(sketch), 1);
    return [status, errorType, errorMessage];
  };
  assertEquals(failure({ statusCode: 2, statusMessage: "no", attributes: { "error.type": "429" } }), [
    "error",
    "429",
    "no",
  ]);
  assertEquals(failure({ statusCode: 2, events: [exception] }), ["error", "Timeout", "too slow"]);
  assertEquals(
    failure({
      attributes: { "langfuse.observation.level": "ERROR", "langfuse.observation.status_message": "503" },
    }),
    ["error", "error", "503"],
  );
  assertEquals(
    failure({ statusCode: 1, events: [exception], attributes: { "langsmith.span.kind": "llm" } })[0],
    "error",
  );
  assertEquals(failure({ statusCode: 1, events: [exception] })[0], "ok");
});

Deno.test("canonicalSpans() shows Logfire's pending spans as open until the real ones come", () => {
  const pending = span(9, {
    parentSpanId: idOf(1),
    attributes: {
      ...CHAT,
      "logfire.span_type": "pending_span",
      "logfire.pending_parent_id": "0000000000000000",
    },
  });
  const [open] = canonicalSpans(sent([pending]), [], { prices });
  assertEquals([...open!.spans.keys()], [idOf(1)]);
  assertEquals([open!.run.status, spanOf(open!, 1).endTimeUs], ["running", undefined]);
  const real = span(1, attributes(CHAT));
  for (const order of [[pending, real], [real, pending]]) {
    const [done] = canonicalSpans(sent(order), [], { prices });
    assertEquals([done!.run.status, done!.spans.size], ["completed", 1]);
  }
  assertEquals(
    canonicalSpans(sent([pending]), [], { prices, isSettled: true })[0]!.run.status,
    "interrupted",
  );
});

Deno.test("canonicalSpans() gives the same run whatever order spans come in, also twice", () => {
  const spans = [
    span(
      1,
      attributes({
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "clerk",
        "session.id": "s1",
      }),
    ),
    span(2, attributes({ ...CHAT, ...USED, "user.id": "u1" })),
    span(3, { parentSpanId: idOf(2), attributes: { "http.request.method": "POST" } }),
  ];
  const [expected] = canonicalSpans(sent(spans), [], { prices });
  assertEquals([expected!.run.agent, expected!.run.group, expected!.run.userId], ["clerk", "s1", "u1"]);
  assertEquals([...expected!.spans.values()].map(({ kind }) => kind), ["agent", "llm", "http"]);
  assertEquals(canonicalSpans(sent([...spans.toReversed(), spans[1]!]), [], { prices })[0], expected);
});

Deno.test("canonicalSpans() waits for a root that has not come, and settles without one", () => {
  const child = sent([span(2, attributes(CHAT))]);
  assertEquals(canonicalSpans(child, [], { prices })[0]!.run.status, "running");
  const [settled] = canonicalSpans(child, [], { prices, isSettled: true });
  assertEquals([settled!.run.status, spanOf(settled!, 2).parentSpanId], ["completed", undefined]);
});

Deno.test("canonicalSpans() keeps hostile names, times and numbers in bounds", () => {
  const trace = read({
    name: "x".repeat(10_000),
    startTimeUnixNano: 2n ** 64n - 1n,
    endTimeUnixNano: 1n,
    parentSpanId: idOf(1),
    attributes: {
      ...CHAT,
      "gen_ai.usage.input_tokens": -5n,
      "gen_ai.usage.output_tokens": 2n ** 62n,
      "llm.input_messages.0.__proto__.polluted": "yes",
      "llm.input_messages.constructor.prototype.polluted": "yes",
      "__proto__": "own",
      "agentop.retry.delay_ms": "soon",
      "agentop.cost.usd": NaN,
    },
  });
  const call = spanOf(trace, 1);
  assert(
    call.name.length <= 200 && Number.isSafeInteger(call.startTimeUs) && call.endTimeUs! >= call.startTimeUs,
  );
  assertEquals([call.usage, call.parentSpanId], [undefined, undefined]);
  assertEquals((Object.prototype as Record<string, unknown>)["polluted"], undefined);
  assertEquals(Object.hasOwn(call.attributes, "agentop.retry.delay_ms"), false);
});

Deno.test("canonicalSpans() keeps the beginning of embeddings, and what it made of nothing else", () => {
  const call = spanOf(
    read(
      attributes({
        "gen_ai.operation.name": "embeddings",
        vector: Array.from({ length: 1024 }, () => 0.5),
        other: 7n,
      }),
    ),
    1,
  );
  assertEquals(call.kind, "embedding");
  assertEquals((call.attributes["vector"] as unknown[]).at(-1), "… 1016 more");
  assertEquals(call.attributes["other"], 7);
});

Deno.test("canonicalSpans() reads evaluations that were sent as events", () => {
  const trace = read({
    ...attributes(CHAT),
    events: [{
      ...{ timeUnixNano: 1n, name: "gen_ai.evaluation.result", droppedAttributesCount: 0 },
      attributes: pairs({ "gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.value": 0.5 }),
    }],
  });
  assertEquals(trace.evaluations.map(({ name, value, spanId }) => [name, value, spanId]), [[
    "tone",
    0.5,
    idOf(1),
  ]]);
});
