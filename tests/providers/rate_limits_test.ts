import assert from "node:assert/strict";
import { ATTR, type EndpointNote, type SpanEnd, systemHost } from "../../lib/core/mod.ts";
import { createMistralProvider, createResilientProvider } from "../../lib/providers/mod.ts";
import { limitHit, readLimits } from "../../lib/providers/rate_limits.ts";
import {
  chunk,
  finish,
  head,
  json,
  LAST_PIECE,
  piece,
  raw,
  startFaultServer,
} from "../support/fault_server.ts";
import { event } from "../support/fault_server.ts";
import { API_KEY, chatRequest, failureOf, mistralOn, recordingContext } from "./calls.ts";

const NOW = Date.UTC(2026, 10, 22);
const read = (headers: Record<string, string>) => readLimits(new Headers(headers), NOW);

Deno.test("readLimits() knows the headers of Mistral, of OpenAI and of gateways", () => {
  assert.deepEqual(
    read({
      "x-ratelimit-limit-req-minute": "60",
      "x-ratelimit-remaining-req-minute": "59",
      "x-ratelimit-remaining-tokens-month": "3950246",
      "x-ratelimit-tokens-query-cost": "2804",
    }),
    {
      limits: [
        { of: "requests", per: "minute", limit: 60, remaining: 59 },
        { of: "tokens", per: "month", remaining: 3950246 },
      ],
      queryCost: 2804,
    },
  );
  assert.deepEqual(read({ "ratelimitbysize-remaining": "0", "ratelimitbysize-reset": "12" }).limits, [
    { of: "tokens", remaining: 0, resetMs: 12_000 },
  ]);
  assert.deepEqual(
    read({ "x-ratelimit-remaining-tokens": "7", "x-ratelimit-reset-tokens": "6m0.5s" }).limits,
    [{ of: "tokens", remaining: 7, resetMs: 360_500 }],
  );
  assert.deepEqual(read({ "ratelimit-remaining": "3", "x-ratelimit-remaining-minute": "2" }).limits, [
    { remaining: 3 },
    { per: "minute", remaining: 2 },
  ]);
});

Deno.test("readLimits() reads resets as waits and as times, and passes over nonsense", () => {
  const reset = (value: string) => read({ "x-ratelimit-reset-requests": value }).limits[0]?.resetMs;
  assert.deepEqual(
    ["1.5", "120ms", "1h2m", "2026-11-22T00:00:09Z", String(NOW / 1000 + 5), String(NOW + 7)].map(reset),
    [1500, 120, 3_720_000, 9000, 5000, 7],
  );
  assert.deepEqual(
    ["soon", "", "-4", "1x", "9".repeat(400)].map(reset).slice(0, 4),
    Array(4).fill(undefined),
  );
  assert.deepEqual(read({ "x-ratelimit-remaining-requests": "many", "x-other": "1" }).limits, []);
});

Deno.test("limitHit() is the limit that is used up, or the one the body names", () => {
  const minute = { of: "requests", per: "minute", limit: 60, remaining: 3 } as const;
  const tokens = { of: "tokens", per: "minute", limit: 5000, remaining: 40 } as const;
  const month = { of: "tokens", per: "month", limit: 10, remaining: 0 } as const;
  assert.equal(limitHit({ limits: [minute, tokens] }, "Rate limit exceeded"), undefined);
  assert.deepEqual(limitHit({ limits: [minute, tokens], queryCost: 41 }, "Rate limit exceeded"), tokens);
  assert.deepEqual(limitHit({ limits: [{ ...minute, remaining: 0 }, month] }, "Rate limit exceeded"), month);
  assert.deepEqual(
    limitHit({ limits: [{ ...minute, remaining: 0 }, month] }, "Requests rate limit exceeded"),
    { ...minute, remaining: 0 },
  );
  assert.deepEqual(limitHit({ limits: [minute] }, "Requests rate limit exceeded"), { of: "requests" });
  assert.deepEqual(limitHit({ limits: [] }, "Too many tokens per month"), { of: "tokens", per: "month" });
});

Deno.test("a 429 names the limit, what was left and when it resets, in the error and on the attempt", async () => {
  const refusal = json({ object: "error", message: "Rate limit exceeded", code: "1300" }, 429, {
    "x-ratelimit-limit-req-minute": "60",
    "x-ratelimit-remaining-req-minute": "0",
    "x-ratelimit-reset-req-minute": "12",
    "x-ratelimit-remaining-tokens-minute": "900",
  });
  await using server = await startFaultServer(refusal);
  const host = systemHost();
  const saved: EndpointNote[] = [];
  const provider = createResilientProvider(
    createMistralProvider({
      host,
      apiKey: API_KEY,
      serverUrl: server.url,
      notes: {
        saveEndpointNote: (note) => Promise.resolve(void saved.push(note)),
        endpointNotes: () => Promise.resolve([]),
      },
    }),
    { host, policy: { maxWaitMs: 1000 } },
  );
  const context = recordingContext();
  const error = await failureOf(provider.chat(chatRequest(), context));
  assert.match(
    error.reason,
    /429: Rate limit exceeded \(requests per minute: 0 of 60 left, resets in 12 s\) \(the server asks to wait 12 s/,
  );
  const limit = { of: "requests", per: "minute", limit: 60, remaining: 0, resetMs: 12_000 };
  assert.deepEqual([error.limit, error.retryAfterMs], [limit, 12_000]);
  const [end] = context.events.filter((it) => it.type === "span_end") as readonly SpanEnd[];
  assert.deepEqual(end!.attributes![ATTR.rateLimit], limit);
  assert.deepEqual(saved[0]!.limits, [limit, { of: "tokens", per: "minute", remaining: 900 }]);
  assert.match(saved[0]!.keyId, /^[0-9a-f]{8}$/);
});

Deno.test("a limit of nothing, and a month that is used up, are not waited for", async () => {
  const none = json({ message: "Rate limit exceeded" }, 429, { "x-ratelimit-limit-req-minute": "0" });
  const month = json({ message: "Rate limit exceeded" }, 429, { "x-ratelimit-remaining-tokens-month": "0" });
  const unsaid = json({ message: "Rate limit exceeded" }, 429, { "x-ratelimit-remaining-req-minute": "4" });
  await using server = await startFaultServer(none, month, unsaid);
  const failure = () => failureOf(mistralOn(server).chat(chatRequest(), recordingContext()));
  const [first, second, third] = [await failure(), await failure(), await failure()];
  assert.deepEqual([first.retryable, first.remedy], [false, "a key whose plan allows this model"]);
  assert.deepEqual([second.retryable, second.remedy], [false, "a higher limit, or next month"]);
  assert.deepEqual([third.retryable, third.limit], [true, undefined]);
  assert.match(third.reason, /which limit is not said/);
});

Deno.test("what an answer leaves of the limits is noted, for every key apart", async () => {
  const stream = [chunk({ role: "assistant", content: "Hello" }), finish()].map((it) => piece(event(it)))
    .join("");
  const answer = raw(
    head(200, {
      "content-type": "text/event-stream",
      "transfer-encoding": "chunked",
      "x-ratelimit-limit-req-minute": "60",
      "x-ratelimit-remaining-req-minute": "59",
    }) + stream + piece("data: [DONE]\n\n") + LAST_PIECE,
  );
  await using server = await startFaultServer(answer);
  const saved: EndpointNote[] = [];
  const notes = {
    saveEndpointNote: (note: EndpointNote) => Promise.resolve(void saved.push(note)),
    endpointNotes: () => Promise.reject(new Error("a store that fails is no trouble")),
  };
  const request = chatRequest({ promptCacheKey: "k" });
  for (const apiKey of [API_KEY, "another-key", ""]) {
    await mistralOn(server, { notes, apiKey }).chat(request, recordingContext());
  }
  assert.deepEqual(saved.map(({ limits }) => limits[0]?.remaining), [59, 59, 59]);
  assert.equal(new Set(saved.map(({ keyId }) => keyId)).size, 3);
});
