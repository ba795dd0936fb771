import assert from "node:assert/strict";
import { mock } from "node:test";
import {
  applyEvent,
  ATTR,
  type ChatResponse,
  isDurable,
  type Provider,
  ProviderError,
  type Span,
  type Trace,
  type TraceEvent,
} from "../../lib/core/mod.ts";
import { createResilientProvider, type ResilientOptions, type RetryNotice } from "../../lib/providers/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { chatRequest, deltasOf, failureOf, LLM_SPAN_ID, recordingContext, TRACE_ID } from "./calls.ts";

const ANSWER: ChatResponse = {
  message: { role: "assistant", parts: [{ type: "text", content: "Hello" }] },
  finishReason: "stop",
  responseModel: "mistral-small-2603",
  responseId: "cmpl-1",
  timeToFirstChunkMs: 12,
  statusCode: 200,
  usage: {
    inputTokens: 3,
    outputTokens: 1,
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    reasoningTokens: 0,
  },
};

function overloaded(statusCode: number, retryAfterMs?: number): ProviderError {
  return new ProviderError(`Cannot call m: ${statusCode}`, {
    remedy: "again later",
    provider: "scripted",
    kind: "http",
    errorType: String(statusCode),
    retryable: statusCode !== 401,
    statusCode,
    retryAfterMs,
  });
}

type Step = ProviderError | ChatResponse | {
  readonly text: string;
  readonly then: ProviderError | ChatResponse;
};

/** Answers each call with the next step, the last one again and again; counts calls. */
function scripted(...steps: readonly Step[]): Provider & { readonly calls: () => number } {
  let calls = 0;
  return {
    name: "scripted",
    calls: () => calls,
    async chat(_request, { emit, traceId, parentSpanId }) {
      const step = steps[Math.min(calls++, steps.length - 1)]!;
      await Promise.resolve();
      if ("text" in step) {
        emit({ type: "delta", traceId, spanId: parentSpanId, channel: "text", text: step.text });
      }
      const end = "then" in step ? step.then : step;
      if (end instanceof ProviderError) throw end;
      return end;
    },
  };
}

function resilient(provider: Provider, options: Partial<ResilientOptions> = {}) {
  const host = fakeHost();
  return { host, chat: createResilientProvider(provider, { host, ...options }) };
}

/** The attempt spans as a store would hold them, in order. */
function attemptsOf(events: readonly TraceEvent[]): Span[] {
  const run = { type: "run_start", run: { totals: {} } } as unknown as Parameters<typeof applyEvent>[1];
  const trace = events.filter(isDurable).reduce<Trace | undefined>(applyEvent, applyEvent(undefined, run));
  return [...trace!.spans.values()];
}

Deno.test("createResilientProvider() records a success as one attempt", async () => {
  const { chat, host } = resilient(scripted(ANSWER));
  const context = recordingContext();
  assert.equal(await chat.chat(chatRequest(), context), ANSWER);
  const [span, ...more] = attemptsOf(context.events);
  assert.equal(more.length, 0);
  assert.equal(host.waits.length, 0);
  assert.deepEqual([span?.kind, span?.name, span?.traceId, span?.parentSpanId, span?.status], [
    "attempt",
    "POST chat",
    TRACE_ID,
    LLM_SPAN_ID,
    "ok",
  ]);
  assert.deepEqual([span?.responseModel, span?.finishReasons, span?.timeToFirstChunkMs, span?.usage], [
    "mistral-small-2603",
    ["stop"],
    12,
    undefined,
  ]);
  assert.deepEqual(span?.attributes, {
    [ATTR.resendCount]: 0,
    [ATTR.attemptOutcome]: "ok",
    [ATTR.statusCode]: 200,
  });
});

Deno.test("createResilientProvider() records each try with its status, wait and server hint", async () => {
  const { chat, host } = resilient(scripted(overloaded(429, 2_000), overloaded(500), ANSWER));
  const context = recordingContext();
  await chat.chat(chatRequest(), context);
  const spans = attemptsOf(context.events);
  assert.deepEqual(spans.map((span) => span.attributes), [
    {
      [ATTR.resendCount]: 0,
      [ATTR.attemptOutcome]: "retry",
      [ATTR.statusCode]: 429,
      [ATTR.retryDelayMs]: 2_500,
      [ATTR.retryAfterMs]: 2_000,
      [ATTR.errorType]: "429",
    },
    {
      [ATTR.resendCount]: 1,
      [ATTR.attemptOutcome]: "retry",
      [ATTR.statusCode]: 500,
      [ATTR.retryDelayMs]: 1_000,
      [ATTR.errorType]: "500",
    },
    { [ATTR.resendCount]: 2, [ATTR.attemptOutcome]: "ok", [ATTR.statusCode]: 200 },
  ]);
  assert.deepEqual(spans.map((span) => [span.status, span.errorType]), [["error", "429"], ["error", "500"], [
    "ok",
    undefined,
  ]]);
  assert.deepEqual(host.waits, [2_500, 1_000]);
  assert.equal(new Set(spans.map((span) => span.spanId)).size, 3);
});

Deno.test("createResilientProvider() does not count waits as attempt time", async () => {
  const { chat } = resilient(scripted(overloaded(503), ANSWER));
  const context = recordingContext();
  await chat.chat(chatRequest(), context);
  const [first, second] = attemptsOf(context.events);
  assert.equal(first!.endTimeUs, first!.startTimeUs);
  assert.equal(second!.startTimeUs - first!.endTimeUs!, 500_000);
});

Deno.test("createResilientProvider() keeps partial text on the attempt and tells listeners to forget it", async () => {
  const cut = new ProviderError("Cannot call m: cut", {
    remedy: "again",
    provider: "scripted",
    kind: "stream",
    errorType: "stream_cut",
    retryable: true,
  });
  const { chat } = resilient(scripted({ text: "Hel", then: cut }, { text: "Hello", then: ANSWER }));
  const context = recordingContext();
  await chat.chat(chatRequest(), context);
  assert.deepEqual(context.events.map((event) => event.type), [
    "span_start",
    "delta",
    "span_end",
    "reset",
    "span_start",
    "delta",
    "span_end",
  ]);
  assert.ok(context.events.every((event) => event.type !== "reset" || event.spanId === LLM_SPAN_ID));
  assert.deepEqual(attemptsOf(context.events).map((span) => span.attributes[ATTR.attemptPartial]), [
    "Hel",
    undefined,
  ]);
  assert.deepEqual(deltasOf(context.events, "text"), ["Hel", "Hello"]);
});

Deno.test("createResilientProvider() sends no reset when nothing was streamed, nor after the last failure", async () => {
  const silent = recordingContext();
  await resilient(scripted(overloaded(500), ANSWER)).chat.chat(chatRequest(), silent);
  assert.ok(silent.events.every((event) => event.type !== "reset"));
  const last = recordingContext();
  const { chat } = resilient(scripted({ text: "abc", then: overloaded(401) }));
  await failureOf(chat.chat(chatRequest(), last));
  assert.ok(last.events.every((event) => event.type !== "reset"));
  assert.equal(attemptsOf(last.events)[0]?.attributes[ATTR.attemptPartial], "abc");
});

Deno.test("createResilientProvider() bounds the partial text it keeps", async () => {
  const text = "x".repeat(70_000);
  const { chat } = resilient(scripted({ text, then: overloaded(401) }));
  const context = recordingContext();
  await failureOf(chat.chat(chatRequest(), context));
  assert.equal(attemptsOf(context.events)[0]?.attributes[ATTR.attemptPartial], "x".repeat(65_536));
});

Deno.test("createResilientProvider() announces each retry and survives a listener that throws", async () => {
  const notices: RetryNotice[] = [];
  const { chat } = resilient(scripted(overloaded(429, 3_000), ANSWER), {
    onRetry: (notice) => {
      notices.push(notice);
      throw new Error("listener");
    },
  });
  const context = recordingContext();
  await chat.chat(chatRequest(), context);
  assert.deepEqual(notices, [{
    provider: "scripted",
    model: "mistral-small-latest",
    traceId: TRACE_ID,
    spanId: attemptsOf(context.events)[0]!.spanId,
    attempt: 1,
    maxAttempts: 3,
    delayMs: 3_500,
    retryAfterMs: 3_000,
    statusCode: 429,
    errorType: "429",
    message: "Cannot call m: 429. Try: again later",
  }]);
});

Deno.test("withPolicy() overrides per agent and per call without changing the original", async () => {
  const provider = scripted(overloaded(500));
  const { chat } = resilient(provider, { policy: { maxAttempts: 2 } });
  const perAgent = chat.withPolicy({ maxAttempts: 1 });
  await failureOf(perAgent.chat(chatRequest(), recordingContext()));
  assert.equal(provider.calls(), 1);
  await failureOf(chat.chat(chatRequest(), recordingContext()));
  assert.equal(provider.calls(), 3);
  assert.deepEqual([chat.policy.maxAttempts, perAgent.policy.maxAttempts], [2, 1]);
});

Deno.test("createResilientProvider() records a cancelled attempt and throws the reason", async () => {
  const context = recordingContext();
  const provider: Provider = {
    name: "scripted",
    chat: (_request, { signal, emit, traceId, parentSpanId }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        emit({ type: "delta", traceId, spanId: parentSpanId, channel: "text", text: "Hel" });
        context.abort(new Error("the user pressed stop"));
      }),
  };
  await assert.rejects(resilient(provider).chat.chat(chatRequest(), context), /the user pressed stop/);
  const [span] = attemptsOf(context.events);
  assert.deepEqual([span?.status, span?.errorType, span?.attributes[ATTR.attemptOutcome]], [
    "error",
    "cancelled",
    "fail",
  ]);
  assert.equal(span?.attributes[ATTR.attemptPartial], "Hel");
});

Deno.test("createResilientProvider() drops what a provider emits after its attempt ended", async () => {
  let late: (() => void) | undefined;
  const provider: Provider = {
    name: "scripted",
    chat(_request, { emit, traceId, parentSpanId }) {
      late = () => emit({ type: "delta", traceId, spanId: parentSpanId, channel: "text", text: "late" });
      return Promise.resolve(ANSWER);
    },
  };
  const context = recordingContext();
  await resilient(provider).chat.chat(chatRequest(), context);
  late!();
  assert.deepEqual(deltasOf(context.events, "text"), []);
});

Deno.test("the circuit opens after five failures in a row and then refuses without an attempt", async () => {
  const provider = scripted(overloaded(500));
  const { chat } = resilient(provider, { policy: { maxAttempts: 1 } });
  for (let call = 0; call < 5; call++) await failureOf(chat.chat(chatRequest(), recordingContext()));
  const context = recordingContext();
  const error = await failureOf(chat.chat(chatRequest(), context));
  assert.deepEqual([error.kind, error.errorType, error.retryable], ["circuit", "circuit_open", false]);
  assert.match(
    error.message,
    /^Cannot call scripted: 5 calls in a row failed.*last: Cannot call m: 500.*Try: again later$/,
  );
  assert.equal(provider.calls(), 5);
  assert.deepEqual(context.events, []);
});

Deno.test("the circuit of one model does not stop calls of another", async () => {
  const provider = scripted(...Array.from({ length: 5 }, () => overloaded(503)), ANSWER);
  const { chat } = resilient(provider, { policy: { maxAttempts: 1 } });
  for (let call = 0; call < 5; call++) await failureOf(chat.chat(chatRequest(), recordingContext()));
  assert.equal((await failureOf(chat.chat(chatRequest(), recordingContext()))).errorType, "circuit_open");
  assert.equal(await chat.chat({ ...chatRequest(), model: "another" }, recordingContext()), ANSWER);
});

Deno.test("the circuit is shared by all policies of a provider", async () => {
  const provider = scripted(overloaded(503));
  const { chat } = resilient(provider, { policy: { maxAttempts: 5 } });
  await failureOf(chat.chat(chatRequest(), recordingContext()));
  const error = await failureOf(chat.withPolicy({ maxAttempts: 2 }).chat(chatRequest(), recordingContext()));
  assert.equal(error.errorType, "circuit_open");
});

for (const status of [429, 401]) {
  Deno.test(`the circuit does not count ${status}`, async () => {
    const provider = scripted(overloaded(status));
    const { chat } = resilient(provider, { policy: { maxAttempts: 1 } });
    for (let call = 0; call < 8; call++) {
      assert.equal((await failureOf(chat.chat(chatRequest(), recordingContext()))).statusCode, status);
    }
    assert.equal(provider.calls(), 8);
  });
}

Deno.test("a success closes the count of failures", async () => {
  const four = Array.from({ length: 4 }, () => overloaded(500));
  const { chat } = resilient(scripted(...four, ANSWER, ...four, ANSWER), { policy: { maxAttempts: 1 } });
  for (let call = 0; call < 10; call++) {
    await chat.chat(chatRequest(), recordingContext()).catch((error) => assert.equal(error.statusCode, 500));
  }
});

Deno.test("the circuit lets one call test the server after 30 s and closes when it succeeds", async () => {
  mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  try {
    const five = Array.from({ length: 5 }, () => overloaded(500));
    const provider = scripted(...five, ANSWER);
    const { chat } = resilient(provider, { policy: { maxAttempts: 1 } });
    for (let call = 0; call < 5; call++) await failureOf(chat.chat(chatRequest(), recordingContext()));
    mock.timers.setTime(1_029_999);
    assert.equal((await failureOf(chat.chat(chatRequest(), recordingContext()))).kind, "circuit");
    mock.timers.setTime(1_030_000);
    assert.equal(await chat.chat(chatRequest(), recordingContext()), ANSWER);
    assert.equal(await chat.chat(chatRequest(), recordingContext()), ANSWER);
    assert.equal(provider.calls(), 7);
  } finally {
    mock.timers.reset();
  }
});

/** A provider whose calls end when told. */
function gated() {
  const pending: (() => void)[] = [];
  let most = 0;
  let running = 0;
  const provider: Provider = {
    name: "gated",
    async chat() {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => pending.push(resolve));
      running--;
      return ANSWER;
    },
  };
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    provider,
    settle,
    release: () => pending.shift()?.(),
    waiting: () => pending.length,
    most: () => most,
  };
}

Deno.test("createResilientProvider() runs at most maxConcurrency calls at a time", async () => {
  const { provider, settle, release, waiting, most } = gated();
  const { chat } = resilient(provider, { maxConcurrency: 2 });
  const calls = Array.from({ length: 5 }, () => chat.chat(chatRequest(), recordingContext()));
  for (let done = 0; done < 5; done++) {
    await settle();
    assert.equal(waiting(), Math.min(2, 5 - done));
    release();
  }
  await Promise.all(calls);
  assert.equal(most(), 2);
});

Deno.test("a call that waits for its turn can be cancelled and frees its place in the queue", async () => {
  const { provider, settle, release, waiting } = gated();
  const { chat } = resilient(provider, { maxConcurrency: 1 });
  const first = chat.chat(chatRequest(), recordingContext());
  await settle();
  const cancelled = recordingContext();
  const second = chat.chat(chatRequest(), cancelled);
  const third = chat.chat(chatRequest(), recordingContext());
  await settle();
  cancelled.abort(new Error("changed my mind"));
  await assert.rejects(second, /changed my mind/);
  assert.deepEqual(cancelled.events, []);
  release();
  await first;
  await settle();
  assert.equal(waiting(), 1);
  release();
  assert.equal(await third, ANSWER);
});

Deno.test("a call's attempt begins when its turn comes", async () => {
  const { provider, settle, release } = gated();
  const { chat, host } = resilient(provider, { maxConcurrency: 1 });
  const context = recordingContext();
  const first = chat.chat(chatRequest(), recordingContext());
  await settle();
  const second = chat.chat(chatRequest(), context);
  await settle();
  host.advance(5_000);
  const turnUs = host.now() * 1000;
  release();
  await first;
  await settle();
  release();
  await second;
  assert.equal(attemptsOf(context.events)[0]?.startTimeUs, turnUs);
});
