import assert from "node:assert/strict";
import type { ChatResponse, ProviderErrorKind } from "../../lib/core/mod.ts";
import { createResilientProvider } from "../../lib/providers/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import {
  chunk,
  completion,
  event,
  type Fault,
  finish,
  flood,
  hang,
  head,
  json,
  LAST_PIECE,
  piece,
  raw,
  reply,
  reset,
  sse,
  SSE_HEAD,
  startFaultServer,
  status,
} from "../support/fault_server.ts";
import { API_KEY, chatRequest, deltasOf, failureOf, mistralOn, recordingContext } from "./calls.ts";

interface Case {
  readonly name: string;
  readonly fault: Fault;
  readonly whole?: boolean;
  readonly kind: ProviderErrorKind;
  readonly errorType: string;
  readonly retryable: boolean;
  readonly message: RegExp;
  readonly partial?: string;
  readonly firstByteTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
}

const HALF = piece(event(chunk({ role: "assistant", content: "Hel" })));
const JSON_TYPE = { "content-type": "application/json" };
const HALF_JSON = JSON.stringify(completion({ role: "assistant", content: "Hello" })).slice(0, 60);
const timeout = { kind: "timeout", errorType: "timeout", retryable: true } as const;
const network = { kind: "network", errorType: "connection", retryable: true } as const;
const cut = { kind: "stream", errorType: "stream_cut", retryable: true } as const;
const bad = { kind: "protocol", errorType: "bad_response", retryable: false } as const;

const CASES: readonly Case[] = [
  { name: "a connection closed before the answer", fault: raw(""), ...network, message: /closed before/ },
  { name: "a reset connection", fault: reset(), ...network, message: /reset by peer/ },
  {
    name: "an answer that is not HTTP",
    fault: raw("nonsense\r\n\r\n"),
    ...network,
    message: /no connection/,
  },
  { name: "silence", fault: hang(), ...timeout, message: /no answer for 0.05 s/, firstByteTimeoutMs: 50 },
  {
    name: "silence after the headers",
    fault: hang(SSE_HEAD),
    ...timeout,
    message: /no answer for 0.05 s/,
    firstByteTimeoutMs: 50,
  },
  {
    name: "a stream that stands still",
    fault: hang(SSE_HEAD + HALF),
    ...timeout,
    message: /stood still for 0.05 s/,
    partial: "Hel",
    idleTimeoutMs: 50,
  },
  {
    name: "an event that drips without end",
    fault: flood(SSE_HEAD + HALF, piece(" ")),
    ...timeout,
    message: /stood still/,
    partial: "Hel",
    idleTimeoutMs: 50,
  },
  {
    name: "a whole answer that stops in the middle",
    whole: true,
    fault: hang(head(200, { ...JSON_TYPE, "content-length": "999" }) + HALF_JSON),
    ...timeout,
    message: /stood still/,
    idleTimeoutMs: 50,
  },
  {
    name: "a stream cut between events",
    fault: raw(SSE_HEAD + HALF),
    ...cut,
    message: /lost/,
    partial: "Hel",
  },
  {
    name: "a stream cut within an event",
    fault: raw(SSE_HEAD + HALF + "20\r\ndata: {"),
    ...cut,
    message: /lost/,
    partial: "Hel",
  },
  { name: "a stream cut before its first event", fault: raw(SSE_HEAD), ...cut, message: /lost/ },
  { name: "a stream that is reset", fault: reset(SSE_HEAD + HALF), ...cut, message: /lost/, partial: "Hel" },
  {
    name: "a stream that ends well without a finish reason",
    fault: raw(SSE_HEAD + HALF + LAST_PIECE),
    ...cut,
    message: /ended before the answer was finished/,
    partial: "Hel",
  },
  {
    name: "a stream that says [DONE] without a finish reason",
    fault: sse(chunk({ content: "Hel" })),
    ...cut,
    message: /ended before/,
    partial: "Hel",
  },
  {
    name: "a stream of unknown length cut within an event",
    fault: raw(
      head(200, { "content-type": "text/event-stream" }) + event(chunk({ content: "Hel" })) + 'data: {"id',
    ),
    ...cut,
    message: /ended before/,
    partial: "Hel",
  },
  {
    name: "a whole answer shorter than its length",
    whole: true,
    fault: raw(head(200, { ...JSON_TYPE, "content-length": "999" }) + HALF_JSON),
    ...cut,
    message: /lost/,
  },
  {
    name: "a whole answer of unknown length that is cut",
    whole: true,
    fault: raw(head(200, JSON_TYPE) + HALF_JSON),
    ...cut,
    message: /ended early/,
  },
  {
    name: "a whole answer that is not JSON",
    whole: true,
    fault: reply(200, "{oops", JSON_TYPE),
    ...bad,
    message: /not a JSON/,
  },
  {
    name: "a whole answer that is a list",
    whole: true,
    fault: json([1]),
    ...bad,
    message: /not a JSON object/,
  },
  {
    name: "a whole answer without a message",
    whole: true,
    fault: json({ choices: [] }),
    ...bad,
    message: /no message/,
  },
  {
    name: "a whole answer of wrong types",
    whole: true,
    fault: json({ choices: 7 }),
    ...bad,
    message: /shape/,
  },
  {
    name: "an event that is not JSON",
    fault: sse(chunk({ content: "Hel" }), "{oops"),
    ...bad,
    message: /event of the stream/,
    partial: "Hel",
  },
  { name: "an event of wrong types", fault: sse(chunk({ content: 5 })), ...bad, message: /unexpected shape/ },
  {
    name: "a page instead of a stream",
    fault: reply(200, "<html>", { "content-type": "text/html" }),
    ...bad,
    message: /the answer is text\/html/,
  },
  { name: "an empty answer", fault: raw(head(204, {})), ...bad, message: /no known type/ },
  {
    name: "an error inside a stream",
    fault: sse(chunk({ content: "Hel" }), { object: "error", message: "engine overloaded", code: "3505" }),
    kind: "stream",
    errorType: "stream_error",
    retryable: true,
    message: /reported an error: engine overloaded/,
    partial: "Hel",
  },
  {
    name: "a permanent error inside a stream",
    fault: sse({ error: { message: "context too long", code: 400 } }),
    kind: "stream",
    errorType: "400",
    retryable: false,
    message: /context too long/,
  },
  {
    name: "an HTML 502",
    fault: reply(502, "<html><head><title>Bad\n Gateway</title></head></html>", {
      "content-type": "text/html",
    }),
    kind: "http",
    errorType: "502",
    retryable: true,
    message: /: 502: Bad Gateway\. Try: again later$/,
  },
  {
    name: "a redirect loop",
    fault: ({ request, write }) => write(head(307, { location: request.path, "content-length": "0" })),
    kind: "protocol",
    errorType: "307",
    retryable: false,
    message: /redirects to \/v1\/chat\/completions.*MISTRAL_SERVER_URL/,
  },
];

for (
  const { name, fault, whole, firstByteTimeoutMs, idleTimeoutMs, message, partial, ...expected } of CASES
) {
  Deno.test(`chat() ends in a defined error: ${name}`, async () => {
    await using server = await startFaultServer(fault);
    const provider = mistralOn(server, { firstByteTimeoutMs, idleTimeoutMs });
    const error = await failureOf(provider.chat(chatRequest({ stream: !whole }), recordingContext()));
    const { kind, errorType, retryable } = error;
    assert.deepEqual({ kind, errorType, retryable }, expected);
    assert.match(error.message, message);
    assert.equal(error.partial, partial);
    assert.ok(server.requests.length <= 1, "one attempt per call");
  });
}

Deno.test("chat() reports a refused connection", async () => {
  const server = await startFaultServer();
  await server[Symbol.asyncDispose]();
  const error = await failureOf(mistralOn(server).chat(chatRequest(), recordingContext()));
  assert.deepEqual([error.kind, error.retryable], ["network", true]);
  assert.match(error.message, /Connection refused.*Try: check MISTRAL_SERVER_URL/);
});

Deno.test("chat() under retry ends a stream of comments that never says anything", async () => {
  await using server = await startFaultServer(flood(SSE_HEAD, piece(": still here\n\n")));
  const provider = createResilientProvider(mistralOn(server, { idleTimeoutMs: 10_000 }), {
    host: fakeHost(),
    policy: { maxAttempts: 1, attemptTimeoutMs: 50 },
  });
  const error = await failureOf(provider.chat(chatRequest(), recordingContext()));
  assert.deepEqual([error.kind, error.errorType], ["timeout", "timeout"]);
});

const HTTP_CASES: readonly [status: number, retryable: boolean, remedy: RegExp][] = [
  [400, false, /change what the message names/],
  [401, false, /check MISTRAL_API_KEY$/],
  [403, false, /MISTRAL_API_KEY may use/],
  [404, false, /model's name and MISTRAL_SERVER_URL/],
  [408, true, /again later/],
  [409, false, /change/],
  [410, false, /change/],
  [413, false, /shorter prompt/],
  [422, false, /change/],
  [429, true, /again later, or fewer runs/],
  [500, true, /again later/],
  [501, false, /again later/],
  [503, true, /again later/],
  [529, true, /again later/],
];

for (const [code, retryable, remedy] of HTTP_CASES) {
  for (const stream of [true, false]) {
    Deno.test(`chat() reports ${code} (${stream ? "streamed" : "whole"})`, async () => {
      await using server = await startFaultServer(status(code));
      const error = await failureOf(mistralOn(server).chat(chatRequest({ stream }), recordingContext()));
      assert.deepEqual([error.kind, error.statusCode, error.errorType, error.retryable], [
        "http",
        code,
        String(code),
        retryable,
      ]);
      assert.match(
        error.message,
        new RegExp(`^Cannot call mistral-small-latest at 127.0.0.1:\\d+: ${code}: scripted ${code}\\. Try: `),
      );
      assert.match(error.message, remedy);
    });
  }
}

const BODIES: readonly [body: unknown, said: RegExp][] = [
  [{ message: "Unauthorized", request_id: "x" }, /: 422: Unauthorized\. Try/],
  [{ detail: "Invalid model: x" }, /: 422: Invalid model: x\. Try/],
  [
    { detail: [{ loc: ["body", "temperature"], msg: "too hot" }, { loc: ["body", "top_p"], msg: "no" }] },
    /: 422: temperature: too hot; top_p: no\. Try/,
  ],
  [{ object: "error", message: { detail: [{ msg: "nested" }] } }, /: 422: nested\. Try/],
  [{ error: { message: "from OpenAI's dialect", code: null } }, /: 422: from OpenAI's dialect\. Try/],
  [{ error: "from Ollama." }, /: 422: from Ollama\. Try/],
  [{}, /: 422: \{\}\. Try/],
  ["\u001b[31mred\u202e", /: 422: \\x1b\[31mred\\u202e\. Try/],
];

for (const [body, said] of BODIES) {
  Deno.test(`chat() quotes the server: ${JSON.stringify(body)}`, async () => {
    await using server = await startFaultServer(json(body, 422));
    assert.match((await failureOf(mistralOn(server).chat(chatRequest(), recordingContext()))).message, said);
  });
}

Deno.test("chat() never shows the key, even when the server echoes it", async () => {
  const faults = [
    status(401, { "x-echo": API_KEY }),
    json({ message: `bad key ${API_KEY}` }, 401),
    sse({ error: { message: `bad key ${API_KEY}` } }),
    reply(200, "x", { "content-type": `text/${API_KEY}` }),
    ({ write }: Parameters<Fault>[0]) => write(head(302, { location: `/${API_KEY}`, "content-length": "0" })),
  ];
  for (const fault of faults) {
    await using server = await startFaultServer(fault);
    const error = await failureOf(mistralOn(server).chat(chatRequest(), recordingContext()));
    const { inspect } = await import("node:util");
    assert.ok(!inspect(error, { depth: 10 }).includes(API_KEY), error.message);
  }
});

Deno.test("chat() bounds what it quotes", async () => {
  await using server = await startFaultServer(json({ message: "x".repeat(200_000) }, 400));
  const error = await failureOf(mistralOn(server).chat(chatRequest(), recordingContext()));
  assert.ok(error.message.length < 700, `${error.message.length}`);
});

Deno.test("chat() hands on both forms of Retry-After", async () => {
  const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 30_000);
  await using server = await startFaultServer(
    status(429, { "retry-after": "7" }),
    status(503, { "retry-after": date.toUTCString() }),
  );
  const provider = mistralOn(server);
  assert.equal((await failureOf(provider.chat(chatRequest(), recordingContext()))).retryAfterMs, 7_000);
  const later = await failureOf(provider.chat(chatRequest(), recordingContext()));
  assert.ok(later.retryAfterMs! > 20_000 && later.retryAfterMs! <= 31_000, String(later.retryAfterMs));
});

Deno.test("chat() throws the signal's reason when aborted in the middle of a stream", async () => {
  await using server = await startFaultServer(hang(SSE_HEAD + HALF));
  const reason = new Error("stop");
  const context = recordingContext((event) => event.type === "delta" && context.abort(reason));
  await assert.rejects(mistralOn(server).chat(chatRequest(), context), (error) => error === reason);
  assert.deepEqual(deltasOf(context.events, "text"), ["Hel"]);
});

Deno.test("chat() throws the signal's reason when aborted before the answer", async () => {
  const reason = new Error("stop");
  const context = recordingContext();
  await using server = await startFaultServer(async ({ signal }) => {
    context.abort(reason);
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  });
  await assert.rejects(mistralOn(server).chat(chatRequest(), context), (error) => error === reason);
});

Deno.test("chat() sends nothing when aborted beforehand", async () => {
  await using server = await startFaultServer(sse(finish()));
  const context = recordingContext();
  context.abort(new Error("stop"));
  await assert.rejects(mistralOn(server).chat(chatRequest(), context), /stop/);
  assert.equal(server.requests.length, 0);
});

Deno.test("chat() lets the listener's own failure through", async () => {
  await using server = await startFaultServer(sse(chunk({ content: "Hel" }), finish()));
  const full = new Error("the disk is full");
  const context = recordingContext(() => {
    throw full;
  });
  await assert.rejects(mistralOn(server).chat(chatRequest(), context), (error) => error === full);
});

Deno.test("chat() takes an answer whose connection is lost after the finish reason", async () => {
  await using server = await startFaultServer(raw(SSE_HEAD + HALF + piece(event(finish()))));
  const { message, usage }: ChatResponse = await mistralOn(server).chat(chatRequest(), recordingContext());
  assert.deepEqual([message.parts, usage?.inputTokens], [[{ type: "text", content: "Hel" }], 12]);
});

Deno.test("chat() under retry replays a cut stream and ends with the whole answer", async () => {
  await using server = await startFaultServer(
    status(429, { "retry-after": "2" }),
    raw(SSE_HEAD + HALF),
    sse(chunk({ content: "Hello" }), finish()),
  );
  const host = fakeHost();
  const context = recordingContext();
  const response = await createResilientProvider(mistralOn(server), { host }).chat(chatRequest(), context);
  assert.deepEqual(response.message.parts, [{ type: "text", content: "Hello" }]);
  assert.deepEqual(host.waits, [2_500, 1_000]);
  assert.deepEqual(context.events.map((event) => event.type), [
    "span_start",
    "span_end",
    "span_start",
    "delta",
    "span_end",
    "reset",
    "span_start",
    "delta",
    "span_end",
  ]);
  assert.equal(new Set(server.requests.map((request) => request.body)).size, 1);
});

Deno.test("a 401 without a key asks for one, not for a look at it", async () => {
  await using server = await startFaultServer(status(401));
  const error = await failureOf(mistralOn(server, { apiKey: "" }).chat(chatRequest(), recordingContext()));
  assert.match(error.message, /\. Try: set MISTRAL_API_KEY$/);
});
