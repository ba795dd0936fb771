import assert from "node:assert/strict";
import fc from "fast-check";
import { ATTR, type ChatResponse, NO_USAGE, type Provider, ProviderError } from "../../lib/core/mod.ts";
import { attemptOf } from "../../lib/analysis/mod.ts";
import {
  createResilientProvider,
  RETRY_BURST,
  RetryQuota,
  sharedRetryQuota,
} from "../../lib/providers/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { chatRequest, failureOf, recordingContext } from "./calls.ts";

const ANSWER: ChatResponse = {
  message: { role: "assistant", parts: [{ type: "text", content: "Hello" }] },
  finishReason: "stop",
  responseModel: "m",
  usage: NO_USAGE,
};

function busy(sendAgain = false): ProviderError {
  return new ProviderError("Cannot call m: too many requests", {
    remedy: "again later",
    provider: "scripted",
    kind: "http",
    errorType: "429",
    statusCode: 429,
    retryable: !sendAgain,
    sendAgain,
  });
}

/** A server that fails where `fails` says so, and counts. */
function server(fails: () => boolean): Provider & { sent: number } {
  const provider = {
    name: "scripted",
    sent: 0,
    chat() {
      provider.sent++;
      return fails() ? Promise.reject(busy()) : Promise.resolve(ANSWER);
    },
  };
  return provider;
}

Deno.test("retries are never more than the burst, a tenth of the calls and what time gave back", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ failures: fc.integer({ min: 0, max: 9 }), pauseMs: fc.nat(500) }), {
        minLength: 40,
        maxLength: 80,
      }),
      async (calls) => {
        const host = fakeHost();
        const startMs = host.now();
        let failuresLeft = 0;
        const provider = server(() => failuresLeft-- > 0);
        const chat = createResilientProvider(provider, {
          host,
          policy: { maxAttempts: 5, minWaitMs: 1, maxWaitMs: 10 },
        });
        for (const { failures, pauseMs } of calls) {
          failuresLeft = failures;
          host.advance(pauseMs);
          await chat.chat(chatRequest(), recordingContext()).catch(() => {});
        }
        const retries = provider.sent - calls.length;
        const given = RETRY_BURST + calls.length * 0.1 + (host.now() - startMs) / 10_000;
        assert.ok(retries <= given, `${retries} retries for ${calls.length} calls`);
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("the quota is that of all policies together, and a call that it ends says so", async () => {
  const provider = server(() => true);
  const chat = createResilientProvider(provider, {
    host: fakeHost(),
    policy: { maxAttempts: 20, minWaitMs: 0, maxWaitMs: 0 },
  });
  const runs = Array.from({ length: 30 }, (_, index) => {
    const context = recordingContext();
    const own = index % 2 ? chat : chat.withPolicy({ maxAttempts: 10 });
    return failureOf(own.chat(chatRequest(), context)).then((error) => ({ error, context }));
  });
  const ended = await Promise.all(runs);
  const retries = provider.sent - runs.length;
  assert.ok(retries >= RETRY_BURST && retries <= RETRY_BURST + runs.length * 0.1, String(retries));
  const cut = ended.filter(({ error }) => /retry quota of this endpoint is used up/.test(error.message));
  assert.ok(cut.length > 20);
  assert.deepEqual([cut[0]?.error.errorType, cut[0]?.error.statusCode], ["429", 429]);
  const last = cut[0]?.context.events.at(-1);
  assert.ok(last?.type === "span_end");
  assert.equal(last.attributes?.[ATTR.attemptOutcome], "quota");
  assert.equal(last.attributes?.[ATTR.retryDelayMs], undefined);
  const shown = attemptOf({ ...last, attributes: last.attributes ?? {} } as never);
  assert.equal(shown.outcome, "429, quota used up");
});

Deno.test("what cannot be tried again anyway takes nothing from the quota", async () => {
  const host = fakeHost();
  const quota = new RetryQuota(host);
  const chat = createResilientProvider(server(() => true), { host, quota, policy: { maxAttempts: 1 } });
  for (let call = 0; call < 300; call++) await failureOf(chat.chat(chatRequest(), recordingContext()));
  let left = 0;
  while (quota.take()) left++;
  assert.equal(left, RETRY_BURST);
});

Deno.test("a process that outlives an outage can retry again", () => {
  const host = fakeHost();
  const quota = new RetryQuota(host);
  while (quota.take());
  host.advance(9_999);
  assert.equal(quota.take(), false);
  host.advance(1);
  assert.equal(quota.take(), true);
  for (let call = 0; call < 10; call++) quota.called();
  assert.deepEqual([quota.take(), quota.take()], [true, false]);
  host.advance(1e12);
  let left = 0;
  while (quota.take()) left++;
  assert.equal(left, RETRY_BURST);
});

Deno.test("sharedRetryQuota() is one for a server and a key", () => {
  const host = fakeHost();
  const of = (serverUrl: string, apiKey: string) => sharedRetryQuota({ serverUrl, apiKey }, host);
  const quota = of("http://127.0.0.1:1", "one");
  assert.equal(of("http://127.0.0.1:1", "one"), quota);
  assert.notEqual(of("http://127.0.0.1:1", "two"), quota);
  assert.notEqual(of("http://127.0.0.1:2", "one"), quota);
});
