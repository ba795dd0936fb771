/** Errors that come with status 200, and whole answers where a stream was asked for. */
import assert from "node:assert/strict";
import { createResilientProvider } from "../../lib/providers/mod.ts";
import { systemHost, type Usage } from "../../lib/core/mod.ts";
import {
  chunk,
  completion,
  event,
  type Fault,
  finish,
  json,
  reply,
  sse,
  startFaultServer,
} from "../support/fault_server.ts";
import { chatRequest, deltasOf, failureOf, mistralOn, recordingContext } from "./calls.ts";

const LIMITED = { error: { message: "Rate limit exceeded: free-models", code: 429 }, user_id: "u" };
const EMPTY = completion({ content: null });

interface Case {
  readonly name: string;
  readonly fault: Fault;
  readonly errorType: string;
  readonly retryable: boolean;
  readonly message: RegExp;
}

const stream = (text: string) => reply(200, text, { "content-type": "text/event-stream" });

const CASES: readonly Case[] = [
  { name: "a code", fault: json(LIMITED), errorType: "429", retryable: true, message: /free-models/ },
  {
    name: "an error beside an empty answer",
    fault: json({ ...EMPTY, error: LIMITED.error }),
    errorType: "429",
    retryable: true,
    message: /free-models/,
  },
  {
    name: "an error in Mistral's shape",
    fault: json({
      object: "error",
      message: "Service tier capacity exceeded",
      code: "3505",
      type: "overloaded",
    }),
    errorType: "503",
    retryable: true,
    message: /capacity exceeded/,
  },
  {
    name: "a word for a code",
    fault: json({ error: { message: "You are too fast", type: "tokens", code: "rate_limit_exceeded" } }),
    errorType: "429",
    retryable: true,
    message: /too fast.*Try: again later, or fewer runs at a time$/,
  },
  {
    name: "a wrong key",
    fault: json({ error: { message: "Who are you?", type: "authentication_error" } }),
    errorType: "401",
    retryable: false,
    message: /Who are you.*Try: check MISTRAL_API_KEY$/,
  },
  {
    name: "a mere text",
    fault: json({ error: "model runner has unexpectedly stopped" }),
    errorType: "stream_error",
    retryable: true,
    message: /unexpectedly stopped/,
  },
  {
    name: "only a detail",
    fault: json({ detail: "Not here" }),
    errorType: "stream_error",
    retryable: true,
    message: /Not here/,
  },
  {
    name: "JSON that says to be text",
    fault: reply(200, JSON.stringify(LIMITED), { "content-type": "text/plain" }),
    errorType: "429",
    retryable: true,
    message: /free-models/,
  },
  {
    name: "a line of JSON in a stream",
    fault: stream(`${event(chunk({ content: "part" }))}{"error":"CUDA: out of memory"}\n`),
    errorType: "stream_error",
    retryable: true,
    message: /reported an error: CUDA: out of memory/,
  },
  {
    name: "a line of JSON instead of a stream",
    fault: stream(JSON.stringify(LIMITED)),
    errorType: "429",
    retryable: true,
    message: /free-models/,
  },
  {
    name: "an answer without choices",
    fault: json({ id: null, object: "chat.completion", choices: null, model: null }),
    errorType: "bad_response",
    retryable: false,
    message: /the answer holds no message/,
  },
];

for (const { name, fault, errorType, retryable, message } of CASES) {
  Deno.test(`an error in a 200 is that error: ${name}`, async () => {
    await using server = await startFaultServer(fault);
    const error = await failureOf(mistralOn(server).chat(chatRequest(), recordingContext()));
    assert.deepEqual([error.errorType, error.retryable], [errorType, retryable]);
    assert.match(error.message, message);
    if (errorType !== "stream_error" && errorType !== "bad_response") {
      assert.equal(error.statusCode, Number(errorType));
    }
  });
}

Deno.test("an error in a 200 that says later is tried again, not before Retry-After", async () => {
  const limited = reply(200, JSON.stringify(LIMITED), {
    "content-type": "application/json",
    "retry-after": "0.05",
  });
  await using server = await startFaultServer(limited, sse(chunk({ content: "second try" }), finish()));
  const provider = createResilientProvider(mistralOn(server), {
    host: systemHost(),
    policy: { minWaitMs: 0 },
  });
  const context = recordingContext();
  const response = await provider.chat(chatRequest(), context);
  assert.deepEqual(response.message.parts, [{ type: "text", content: "second try" }]);
  const ends = context.events.filter((it) => it.type === "span_end");
  assert.deepEqual(ends.map((it) => it.errorType), ["429", undefined]);
  const waitedMs = Number(ends[0]!.attributes?.["agentop.retry.delay_ms"]);
  assert.ok(waitedMs >= 50 && waitedMs <= 60, String(waitedMs));
});

Deno.test("a whole answer to a stream request is taken, its text told like a stream's", async () => {
  const calls = [{ id: "abcDEF123", function: { name: "f", arguments: "{}" } }];
  await using server = await startFaultServer(json(completion({ content: "whole", tool_calls: calls })));
  const context = recordingContext();
  const response = await mistralOn(server).chat(chatRequest(), context);
  assert.deepEqual(response.message.parts.map(({ type }) => type), ["text", "tool_call"]);
  assert.deepEqual(deltasOf(context.events, "text"), ["whole"]);
  assert.ok(response.usage);
});

Deno.test("an error that says nothing is none", async () => {
  for (const error of [null, "", false, {}]) {
    await using server = await startFaultServer(json({ ...completion({ content: "fine" }), error }));
    const response = await mistralOn(server).chat(chatRequest(), recordingContext());
    assert.deepEqual(response.message.parts, [{ type: "text", content: "fine" }]);
  }
});

Deno.test("usage as text, as fractions or as nonsense does not cost a finished answer", async () => {
  const usageOf = async (usage: unknown): Promise<Usage | undefined> => {
    await using server = await startFaultServer(sse(chunk({ content: "x" }), { ...finish(), usage }));
    const response = await mistralOn(server).chat(chatRequest(), recordingContext());
    assert.equal(response.finishReason, "stop");
    await using whole = await startFaultServer(json({ ...completion({ content: "x" }), usage }));
    const other = await mistralOn(whole).chat(chatRequest({ stream: false }), recordingContext());
    assert.deepEqual(other.usage, response.usage);
    return response.usage;
  };
  const seven = {
    inputTokens: 7,
    outputTokens: 2,
    cachedInputTokens: 4,
    cacheWriteInputTokens: 0,
    reasoningTokens: 0,
  };
  const cached = { prompt_tokens_details: { cached_tokens: "4" } };
  assert.deepEqual(
    await usageOf({ prompt_tokens: "7", completion_tokens: "2", total_tokens: "9", ...cached }),
    seven,
  );
  assert.deepEqual(
    await usageOf({ prompt_tokens: 7.0, completion_tokens: 1.9, total_tokens: 8.9, ...cached }),
    seven,
  );
  assert.equal(await usageOf({ prompt_tokens: "many", completion_tokens: -1, total_tokens: [] }), undefined);
  assert.equal(await usageOf("none"), undefined);
});
