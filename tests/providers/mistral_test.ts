import assert from "node:assert/strict";
import { type ChatRequest, type Message, toolCallsOf } from "../../lib/core/mod.ts";
import { chunk, completion, finish, json, sse, startFaultServer } from "../support/fault_server.ts";
import {
  API_KEY,
  chatRequest,
  deltasOf,
  LLM_SPAN_ID,
  mistralOn,
  recordingContext,
  TRACE_ID,
  user,
} from "./calls.ts";

const WEATHER = {
  name: "get_weather",
  description: "Weather of a city",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

/** The body that a request becomes on the wire. */
async function sent(changes: Partial<ChatRequest>): Promise<Record<string, unknown>> {
  await using server = await startFaultServer(
    changes.stream === false ? json(completion({ content: "" })) : sse(finish()),
  );
  await mistralOn(server).chat(chatRequest(changes), recordingContext());
  return JSON.parse(server.requests[0]!.body);
}

/** What a scripted stream becomes. */
async function streamed(...chunks: readonly unknown[]) {
  await using server = await startFaultServer(sse(...chunks));
  const context = recordingContext();
  const response = await mistralOn(server).chat(chatRequest({ tools: [WEATHER] }), context);
  return { response, events: context.events };
}

const toolChunk = (...calls: unknown[]) => chunk({ content: null, tool_calls: calls });

Deno.test("chat() posts to the chat route with the key and asks for a stream", async () => {
  await using server = await startFaultServer(sse(finish()));
  await mistralOn(server).chat(chatRequest(), recordingContext());
  const { method, path, headers, body } = server.requests[0]!;
  assert.deepEqual([method, path, headers["authorization"], headers["accept"]], [
    "POST",
    "/v1/chat/completions",
    `Bearer ${API_KEY}`,
    "text/event-stream",
  ]);
  assert.deepEqual(JSON.parse(body), {
    model: "mistral-small-latest",
    stream: true,
    messages: [{ role: "user", content: "hi" }],
  });
});

Deno.test("chat() sends no Authorization header without a key", async () => {
  await using server = await startFaultServer(sse(finish()));
  await mistralOn(server, { apiKey: "" }).chat(chatRequest(), recordingContext());
  assert.equal(server.requests[0]!.headers["authorization"], undefined);
});

Deno.test("chat() writes every parameter under Mistral's name", async () => {
  const body = await sent({
    tools: [WEATHER],
    parameters: {
      temperature: 0.2,
      topP: 0.9,
      maxTokens: 100,
      seed: 7,
      stop: ["END"],
      toolChoice: "any",
      parallelToolCalls: false,
      responseSchema: { title: "My answer!", type: "object" },
      reasoningEffort: "high",
      safePrompt: true,
    },
  });
  const { model: _, messages: _m, stream: _s, ...parameters } = body;
  assert.deepEqual(parameters, {
    temperature: 0.2,
    top_p: 0.9,
    max_tokens: 100,
    random_seed: 7,
    stop: ["END"],
    tool_choice: "any",
    parallel_tool_calls: false,
    reasoning_effort: "high",
    safe_prompt: true,
    response_format: {
      type: "json_schema",
      json_schema: { name: "My_answer_", schema: { title: "My answer!", type: "object" }, strict: true },
    },
    tools: [{ type: "function", function: WEATHER }],
  });
});

Deno.test("chat() leaves tool options out when there are no tools", async () => {
  const body = await sent({ parameters: { toolChoice: "any", parallelToolCalls: true } });
  assert.deepEqual([body["tools"], body["tool_choice"], body["parallel_tool_calls"]], [
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("chat() writes a whole conversation", async () => {
  const messages: Message[] = [
    { role: "system", parts: [{ type: "text", content: "Be brief." }] },
    user("Weather in Paris and Rome?"),
    {
      role: "assistant",
      parts: [
        { type: "reasoning", content: "Two calls." },
        { type: "text", content: "Looking." },
        { type: "tool_call", id: "D681PevKs", name: "get_weather", arguments: { city: "Paris" } },
        { type: "tool_call", id: "call_rome", name: "get_weather", arguments: '{"city": "Ro' },
      ],
    },
    {
      role: "tool",
      parts: [
        { type: "tool_call_response", id: "D681PevKs", name: "get_weather", response: "sunny" },
        { type: "tool_call_response", id: "call_rome", response: { error: "bad arguments" }, isError: true },
      ],
    },
  ];
  const body = await sent({ model: "magistral-small-latest", messages, tools: [WEATHER] });
  const wire = body["messages"] as Record<string, unknown>[];
  const calls = wire[2]!["tool_calls"] as { id: string }[];
  const romeId = calls[1]!.id;
  assert.match(romeId, /^[a-zA-Z0-9]{9}$/);
  assert.deepEqual(wire, [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Weather in Paris and Rome?" },
    {
      role: "assistant",
      prefix: false,
      content: [
        { type: "thinking", thinking: [{ type: "text", text: "Two calls." }] },
        { type: "text", text: "Looking." },
      ],
      tool_calls: [
        {
          id: "D681PevKs",
          type: "function",
          index: 0,
          function: { name: "get_weather", arguments: '{"city":"Paris"}' },
        },
        {
          id: romeId,
          type: "function",
          index: 1,
          function: { name: "get_weather", arguments: '{"invalid_arguments":"{\\"city\\": \\"Ro"}' },
        },
      ],
    },
    { role: "tool", tool_call_id: "D681PevKs", name: "get_weather", content: "sunny" },
    { role: "tool", tool_call_id: romeId, content: '{"error":"bad arguments"}' },
  ]);
});

Deno.test("chat() writes images, documents, audio and files", async () => {
  const body = await sent({
    messages: [{
      role: "user",
      parts: [
        { type: "text", content: "What is this?" },
        { type: "blob", mimeType: "image/png", data: "iVBO" },
        { type: "blob", mimeType: "audio/mpeg", data: "SUQz" },
        { type: "uri", mimeType: "image/jpeg", uri: "https://example.org/a.jpg" },
        { type: "uri", uri: "https://example.org/a.pdf" },
        { type: "file", fileId: "f-1" },
      ],
    }],
  });
  assert.deepEqual((body["messages"] as { content: unknown }[])[0]!.content, [
    { type: "text", text: "What is this?" },
    { type: "image_url", image_url: "data:image/png;base64,iVBO" },
    { type: "input_audio", input_audio: "SUQz" },
    { type: "image_url", image_url: "https://example.org/a.jpg" },
    { type: "document_url", document_url: "https://example.org/a.pdf" },
    { type: "file", file_id: "f-1" },
  ]);
});

Deno.test("chat() streams text to the parent span and returns the whole answer", async () => {
  const { response, events } = await streamed(
    chunk({ role: "assistant", content: "" }),
    chunk({ content: "Hel" }),
    chunk({ content: [{ type: "text", text: "lo" }] }),
    finish("stop", {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 64 },
      completion_tokens_details: { reasoning_tokens: 8 },
    }),
  );
  const { timeToFirstChunkMs, ...rest } = response;
  assert.ok(timeToFirstChunkMs! >= 0);
  assert.deepEqual(rest, {
    message: { role: "assistant", parts: [{ type: "text", content: "Hello" }] },
    finishReason: "stop",
    responseModel: "mistral-small-2603",
    responseId: "cmpl-1",
    statusCode: 200,
    usage: {
      inputTokens: 100,
      outputTokens: 20,
      cachedInputTokens: 64,
      cacheWriteInputTokens: 0,
      reasoningTokens: 8,
    },
  });
  const delta = { type: "delta", traceId: TRACE_ID, spanId: LLM_SPAN_ID, channel: "text" };
  assert.deepEqual(events, [{ ...delta, text: "Hel" }, { ...delta, text: "lo" }]);
});

Deno.test("chat() reads cached tokens under their other name and never more than there were", async () => {
  const { response } = await streamed(
    finish("stop", { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11, num_cached_tokens: 99 }),
  );
  assert.equal(response.usage?.cachedInputTokens, 10);
});

Deno.test("chat() reports no usage when the server counted none", async () => {
  const { response } = await streamed(chunk({ content: "a" }), finish("stop", null));
  assert.equal(response.usage, undefined);
  await using server = await startFaultServer(json(completion({ content: "a" }, { usage: undefined })));
  const whole = await mistralOn(server).chat(chatRequest({ stream: false }), recordingContext());
  assert.equal(whole.usage, undefined);
});

Deno.test("chat() keeps reasoning apart from the answer", async () => {
  const thinking = (text: string) =>
    chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text }] }] });
  const { response, events } = await streamed(
    thinking("Two "),
    thinking("plus two."),
    chunk({ content: "Four" }),
    finish(),
  );
  assert.deepEqual(response.message.parts, [
    { type: "reasoning", content: "Two plus two." },
    { type: "text", content: "Four" },
  ]);
  assert.deepEqual(deltasOf(events, "reasoning"), ["Two ", "plus two."]);
  assert.deepEqual(deltasOf(events, "text"), ["Four"]);
});

Deno.test("chat() takes parallel tool calls in one chunk, as Mistral sends them", async () => {
  const { response, events } = await streamed(
    toolChunk(
      { id: "D681PevKs", index: 0, function: { name: "get_weather", arguments: '{"city": "Paris"}' } },
      { id: "QxZ1aB2cD", index: 1, function: { name: "get_weather", arguments: { city: "Rome" } } },
    ),
    finish("tool_calls"),
  );
  assert.equal(response.finishReason, "tool_calls");
  assert.deepEqual(response.message.parts, [
    {
      type: "tool_call",
      id: "D681PevKs",
      name: "get_weather",
      arguments: { city: "Paris" },
      argumentsText: '{"city": "Paris"}',
    },
    { type: "tool_call", id: "QxZ1aB2cD", name: "get_weather", arguments: { city: "Rome" } },
  ]);
  assert.equal(
    deltasOf(events, "tool_call").join(""),
    'get_weather {"city": "Paris"}\nget_weather {"city":"Rome"}',
  );
});

Deno.test("chat() joins fragments of interleaved calls by their index", async () => {
  const { response } = await streamed(
    toolChunk({ id: "call_a", index: 0, function: { name: "f", arguments: "" } }),
    toolChunk({ id: "call_b", index: 1, function: { name: "g", arguments: "" } }),
    toolChunk({ index: 0, function: { name: "", arguments: '{"a":' } }),
    toolChunk({ index: 1, function: { name: "", arguments: '{"b":' } }),
    toolChunk({ index: 0, function: { name: "", arguments: "1}" } }, {
      index: 1,
      function: { name: "", arguments: "2}" },
    }),
    finish("tool_calls"),
  );
  assert.deepEqual(toolCallsOf(response.message).map((call) => [call.id, call.name, call.arguments]), [
    ["call_a", "f", { a: 1 }],
    ["call_b", "g", { b: 2 }],
  ]);
});

Deno.test("chat() tells calls apart by id where every index is 0", async () => {
  const { response } = await streamed(
    toolChunk({ id: "call_a", index: 0, function: { name: "f", arguments: '{"a":1}' } }),
    toolChunk({ id: "call_b", index: 0, function: { name: "f", arguments: '{"a":2}' } }),
    finish("tool_calls"),
  );
  assert.deepEqual(toolCallsOf(response.message).map((call) => call.arguments), [{ a: 1 }, { a: 2 }]);
});

Deno.test("chat() tells whole calls apart that have neither id nor index, and names them", async () => {
  const { response } = await streamed(
    toolChunk({ function: { name: "f", arguments: '{"a":1}' } }),
    toolChunk({ function: { name: "f", arguments: '{"a":2}' } }),
    finish("tool_calls"),
  );
  const calls = toolCallsOf(response.message);
  assert.deepEqual(calls.map((call) => call.arguments), [{ a: 1 }, { a: 2 }]);
  assert.ok(calls.every((call) => /^[0-9a-f]{9}$/.test(call.id)));
  assert.notEqual(calls[0]!.id, calls[1]!.id);
});

Deno.test("chat() keeps arguments that are not JSON as they came and reads none as an empty object", async () => {
  const { response } = await streamed(
    toolChunk(
      { id: "aaaaaaaaa", index: 0, function: { name: "f", arguments: '{"a": tru' } },
      { id: "bbbbbbbbb", index: 1, function: { name: "g", arguments: "" } },
      { id: "ccccccccc", index: 2, function: { name: "h", arguments: '{"__proto__": {"x": 1}}' } },
    ),
    finish("tool_calls"),
  );
  const [bad, none, proto] = toolCallsOf(response.message);
  assert.deepEqual([bad!.arguments, none!.arguments], ['{"a": tru', {}]);
  assert.ok(Object.hasOwn(proto!.arguments as object, "__proto__"));
  assert.equal(({} as Record<string, unknown>)["x"], undefined);
});

Deno.test("chat() refuses more tool calls than anyone needs", async () => {
  const calls = Array.from({ length: 300 }, (_, index) => ({
    id: `call_${index}`,
    index,
    function: { name: "f", arguments: "{}" },
  }));
  await assert.rejects(streamed(toolChunk(...calls), finish("tool_calls")), /more than 256 tool calls/);
});

Deno.test("chat() without streaming returns the same answer and streams nothing", async () => {
  await using server = await startFaultServer(json(completion({
    role: "assistant",
    content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm." }] }, {
      type: "text",
      text: "Looking.",
    }],
    tool_calls: [{ id: "D681PevKs", function: { name: "get_weather", arguments: '{"city":"Paris"}' } }],
  })));
  const context = recordingContext();
  const response = await mistralOn(server).chat(chatRequest({ stream: false }), context);
  assert.deepEqual(response.message.parts, [
    { type: "reasoning", content: "Hm." },
    { type: "text", content: "Looking." },
    { type: "tool_call", id: "D681PevKs", name: "get_weather", arguments: { city: "Paris" } },
  ]);
  assert.deepEqual([response.usage?.inputTokens, response.responseModel, response.statusCode], [
    12,
    "mistral-small-2603",
    200,
  ]);
  assert.deepEqual(context.events, []);
  assert.equal(JSON.parse(server.requests[0]!.body).stream, false);
});

Deno.test("chat() passes on finish reasons it does not know", async () => {
  const { response } = await streamed(chunk({ content: "a" }), finish("model_length"));
  assert.equal(response.finishReason, "model_length");
});

Deno.test("chat() names the request's model when the server names none", async () => {
  const { response } = await streamed({ ...chunk({ content: "a" }), model: null, id: null }, {
    ...finish(),
    model: undefined,
    id: undefined,
  });
  assert.deepEqual([response.responseModel, response.responseId], ["mistral-small-latest", undefined]);
});
