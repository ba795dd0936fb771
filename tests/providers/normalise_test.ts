import assert from "node:assert/strict";
import type { ChatResponse, Host, Provider } from "../../lib/core/mod.ts";
import { systemHost } from "../../lib/core/mod.ts";
import { createMistralProvider } from "../../lib/providers/mod.ts";
import { MAX_EVENT_CHARS, normaliseEvents } from "../../lib/providers/normalise_events.ts";
import { chunk, completion, event, finish, json, sse, startFaultServer } from "../support/fault_server.ts";
import { chatRequest, failureOf, mistralOn, recordingContext } from "./calls.ts";

const { signal } = new AbortController();
const OPENAI = { dialect: "openai" } as const;

async function answerTo(...chunks: readonly unknown[]): Promise<ChatResponse> {
  await using server = await startFaultServer(sse(...chunks));
  return await mistralOn(server).chat(chatRequest(), recordingContext());
}

/** A provider whose server is a function in this process. */
function inProcess(body: () => ReadableStream<Uint8Array> | string, contentType: string): Provider {
  const host: Host = {
    ...systemHost(),
    fetch: () => Promise.resolve(new Response(body(), { headers: { "content-type": contentType } })),
  };
  return createMistralProvider({ host, apiKey: "", serverUrl: "http://local.test" });
}

function endless(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({ pull: (controller) => controller.enqueue(bytes) });
}

const DIALECT: readonly [name: string, chunks: readonly unknown[]][] = [
  ["usage null on every chunk", [chunk({ content: "Hi" }, { usage: null }), finish()]],
  ["no id, no index, no finish reason", [{ choices: [{ delta: { content: "Hi" } }] }, finish()]],
  ["a role of null and content of null first", [
    chunk({ role: null, content: null }),
    chunk({ content: "Hi" }),
    finish(),
  ]],
  ["no delta", [{ choices: [{ index: 0 }] }, chunk({ content: "Hi" }), finish()]],
  ["created as a fraction", [{ ...chunk({ content: "Hi" }), created: 1.5 }, finish()]],
  ["extra fields", [
    chunk({ content: "Hi", refusal: null }, { system_fingerprint: "fp", timings: { x: 1 } }),
    finish(),
  ]],
];

for (const [name, chunks] of DIALECT) {
  Deno.test(`chat() understands a server that sends ${name}`, async () => {
    const response = await answerTo(...chunks);
    assert.deepEqual(response.message.parts, [{ type: "text", content: "Hi" }]);
    assert.equal(response.finishReason, "stop");
  });
}

Deno.test("chat() finds usage in a chunk without choices after the finish reason", async () => {
  const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7, prompt_tokens_details: null };
  const response = await answerTo(chunk({ content: "Hi" }), finish("stop", null), {
    id: "x",
    choices: [],
    usage,
  });
  assert.deepEqual([response.usage?.inputTokens, response.usage?.outputTokens], [5, 2]);
});

Deno.test("chat() reads reasoning_content and reasoning", async () => {
  const response = await answerTo(
    chunk({ reasoning_content: "Hm, " }),
    chunk({ reasoning: "well.", content: "" }),
    chunk({ content: "Four" }),
    finish(),
  );
  assert.deepEqual(response.message.parts, [
    { type: "reasoning", content: "Hm, well." },
    { type: "text", content: "Four" },
  ]);
});

Deno.test("chat() keeps the ids of other servers' tool calls", async () => {
  const response = await answerTo(
    chunk({ tool_calls: [{ index: 0, id: "call_abc", type: "function", function: { name: "f" } }] }),
    chunk({ tool_calls: [{ index: 0, id: null, function: { name: null, arguments: '{"a":' } }] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: "1}" } }] }),
    finish("tool_calls"),
  );
  assert.deepEqual(response.message.parts, [{
    type: "tool_call",
    id: "call_abc",
    name: "f",
    arguments: { a: 1 },
  }]);
});

Deno.test("chat() understands a whole answer in OpenAI's dialect", async () => {
  const message = {
    role: "assistant",
    content: null,
    reasoning_content: "Hm.",
    tool_calls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }],
  };
  const answer = completion(message, {
    usage: null,
    created: null,
    object: undefined,
    choices: [{ message, logprobs: null }],
  });
  await using server = await startFaultServer(json(answer));
  const response = await mistralOn(server).chat(chatRequest({ stream: false }), recordingContext());
  assert.deepEqual(response.message.parts, [
    { type: "reasoning", content: "Hm." },
    { type: "tool_call", id: "call_1", name: "f", arguments: {} },
  ]);
  assert.deepEqual([response.finishReason, response.usage], ["unknown", undefined]);
});

Deno.test("the openai dialect rewrites requests", async () => {
  await using server = await startFaultServer(sse(finish()));
  await mistralOn(server, OPENAI).chat(
    chatRequest({
      messages: [
        {
          role: "user",
          parts: [{ type: "text", content: "a" }, { type: "blob", mimeType: "image/png", data: "iVBO" }],
        },
        {
          role: "assistant",
          parts: [
            { type: "reasoning", content: "Hm." },
            { type: "text", content: "Looking." },
            { type: "tool_call", id: "abcdefghi", name: "f", arguments: {} },
          ],
        },
        { role: "tool", parts: [{ type: "tool_call_response", id: "abcdefghi", name: "f", response: "1" }] },
      ],
      tools: [{ name: "f", description: "", parameters: {} }],
      parameters: { seed: 7, toolChoice: "any", safePrompt: true },
    }),
    recordingContext(),
  );
  assert.deepEqual(JSON.parse(server.requests[0]!.body), {
    model: "mistral-small-latest",
    stream: true,
    stream_options: { include_usage: true },
    seed: 7,
    tool_choice: "required",
    tools: [{ type: "function", function: { name: "f", description: "", parameters: {} } }],
    messages: [
      {
        role: "user",
        content: [{ type: "text", text: "a" }, {
          type: "image_url",
          image_url: { url: "data:image/png;base64,iVBO" },
        }],
      },
      {
        role: "assistant",
        content: "Looking.",
        tool_calls: [{ id: "abcdefghi", type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "abcdefghi", content: "1" },
    ],
  });
});

Deno.test("the openai dialect asks for usage only on streams", async () => {
  await using server = await startFaultServer(json(completion({ content: "a" })));
  await mistralOn(server, OPENAI).chat(chatRequest({ stream: false }), recordingContext());
  assert.equal(JSON.parse(server.requests[0]!.body).stream_options, undefined);
});

Deno.test("a stream whose every byte arrives alone says the same", async () => {
  const text = event(chunk({ content: "Zoë 🦊" })) + ": comment\r\n\r\n" + event(finish()) + event("[DONE]");
  const bytes = new TextEncoder().encode(text);
  let sent = 0;
  const provider = inProcess(
    () =>
      new ReadableStream({
        pull: (controller) =>
          sent < bytes.length ? controller.enqueue(bytes.subarray(sent, ++sent)) : controller.close(),
      }),
    "text/event-stream; charset=utf-8",
  );
  const response = await provider.chat(chatRequest(), recordingContext());
  assert.deepEqual(response.message.parts, [{ type: "text", content: "Zoë 🦊" }]);
});

Deno.test("a stream that counts its tokens and says [DONE] is whole though it names no finish reason", async () => {
  const usage = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 };
  const answer = await answerTo(chunk({ content: "whole" }), chunk({}, { usage }));
  assert.deepEqual([answer.message.parts, answer.finishReason], [
    [{ type: "text", content: "whole" }],
    "unknown",
  ]);
});

Deno.test("a stream without [DONE] or a last blank line is whole once it named a finish reason", async () => {
  const provider = inProcess(
    () => event(chunk({ content: "a" })) + event(finish()).trimEnd(),
    "text/event-stream",
  );
  assert.equal((await provider.chat(chatRequest(), recordingContext())).finishReason, "stop");
});

const LIMITS: readonly [
  name: string,
  type: string,
  body: () => ReadableStream<Uint8Array>,
  whole: boolean,
  RegExp,
][] = [
  [
    "an event without end",
    "text/event-stream",
    () => endless(`data: ${"x".repeat(100_000)}`),
    false,
    /one event is larger/,
  ],
  [
    "an answer without end",
    "text/event-stream",
    () => endless(event(chunk({ content: "x".repeat(500_000) }))),
    false,
    /longer than \d+ char/,
  ],
  [
    "a whole answer without end",
    "application/json",
    () => endless(" ".repeat(1_000_000)),
    true,
    /larger than \d+ bytes/,
  ],
];

for (const [name, type, body, whole, message] of LIMITS) {
  Deno.test(`chat() gives up on ${name}`, async () => {
    const error = await failureOf(
      inProcess(body, type).chat(chatRequest({ stream: !whole }), recordingContext()),
    );
    assert.deepEqual([error.kind, error.errorType, error.retryable], ["protocol", "too_large", false]);
    assert.match(error.message, message);
  });
}

Deno.test("chat() survives nesting that no one can write back", async () => {
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  const streamed = inProcess(() => event(`{"choices": ${deep}}`), "text/event-stream");
  assert.equal((await failureOf(streamed.chat(chatRequest(), recordingContext()))).kind, "protocol");
  const whole = inProcess(() => `{"choices": ${deep}}`, "application/json");
  assert.equal(
    (await failureOf(whole.chat(chatRequest({ stream: false }), recordingContext()))).kind,
    "protocol",
  );
});

for (const [type, stream] of [["text/event-stream", true], ["application/json", false]] as const) {
  Deno.test(`chat() ends when aborted though the body of ${type} ignores the signal`, async () => {
    const context = recordingContext();
    const provider = inProcess(() => {
      setTimeout(() => context.abort(new Error("stop")));
      return new ReadableStream();
    }, type);
    await assert.rejects(provider.chat(chatRequest({ stream }), context), /stop/);
  });
}

Deno.test("normaliseEvents() delivers what came before trouble, then the trouble", async () => {
  const body = new Response(event(chunk({ content: "a" })) + event("{oops") + event(chunk({ content: "b" })))
    .body!;
  const reader = normaliseEvents(body, { signal }).getReader();
  const first = await reader.read();
  assert.match(new TextDecoder().decode(first.value), /"content":"a"/);
  await assert.rejects(reader.read(), { name: "WireError", code: "bad_json" });
});

Deno.test("normaliseEvents() hands a cancellation on", async () => {
  let cancelled: unknown;
  const body = new ReadableStream<Uint8Array>({ cancel: (reason) => void (cancelled = reason) });
  await normaliseEvents(body, { signal }).cancel("enough");
  assert.equal(cancelled, "enough");
});

Deno.test("normaliseEvents() takes an event just below the limit", async () => {
  const content = "x".repeat(MAX_EVENT_CHARS - 1_000);
  const text = await new Response(normaliseEvents(new Response(event(chunk({ content }))).body!, { signal }))
    .text();
  assert.ok(text.length > content.length);
});
