import assert from "node:assert/strict";
import { ProviderError, type ProviderErrorKind } from "../../lib/core/mod.ts";
import {
  type AttemptContext,
  type AttemptEnd,
  DEFAULT_RETRY_POLICY,
  isRetryableStatus,
  mergePolicy,
  type RetryPolicy,
  withRetry,
} from "../../lib/providers/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { failureOf } from "./calls.ts";

function failure(
  kind: ProviderErrorKind,
  retryable: boolean,
  data: { statusCode?: number; retryAfterMs?: number; partial?: string } = {},
): ProviderError {
  const errorType = String(data.statusCode ?? kind);
  return new ProviderError(`Cannot call m: ${errorType}`, {
    remedy: "again",
    provider: "p",
    kind,
    errorType,
    retryable,
    ...data,
  });
}

const http = (statusCode: number, retryAfterMs?: number) =>
  failure("http", isRetryableStatus(statusCode), {
    statusCode,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

/** Fails with each error in turn, then answers "done". */
function bench(errors: readonly unknown[], overrides: Partial<RetryPolicy> = {}, random = 0.5) {
  const host = fakeHost({ random: () => random });
  const controller = new AbortController();
  const ends: AttemptEnd[] = [];
  const queue = [...errors];
  const attempts: number[] = [];
  const run = (fn?: (context: AttemptContext) => Promise<string>, sleep = host.sleep) =>
    withRetry(
      fn ?? (({ attempt }) => {
        attempts.push(attempt);
        return queue.length > 0 ? Promise.reject(queue.shift()) : Promise.resolve("done");
      }),
      mergePolicy(DEFAULT_RETRY_POLICY, overrides),
      {
        host: { ...host, sleep },
        signal: controller.signal,
        provider: "p",
        onAttempt: (end) => ends.push(end),
      },
    );
  return { run, host, ends, attempts, abort: (reason: unknown) => controller.abort(reason) };
}

Deno.test("withRetry() returns a first success without waiting", async () => {
  const { run, host, ends } = bench([]);
  assert.equal(await run(), "done");
  assert.deepEqual(host.waits, []);
  assert.deepEqual(ends, [{ attempt: 1, outcome: "ok", aborted: false }]);
});

Deno.test({
  name: "withRetry() leaves no timer behind after success or failure",
  sanitizeOps: true,
  sanitizeResources: true,
  async fn() {
    await bench([]).run();
    await bench([http(500)]).run();
    await failureOf(bench([http(400)]).run());
  },
});

for (const status of [408, 429, 500, 502, 503, 504, 520, 529]) {
  Deno.test(`withRetry() retries ${status}`, async () => {
    const { run, attempts } = bench([http(status)]);
    assert.equal(await run(), "done");
    assert.deepEqual(attempts, [1, 2]);
  });
}

for (const status of [302, 400, 401, 403, 404, 409, 410, 413, 422, 501]) {
  Deno.test(`withRetry() does not retry ${status}`, async () => {
    const { run, attempts, host } = bench([http(status)]);
    assert.equal((await failureOf(run())).statusCode, status);
    assert.deepEqual(attempts, [1]);
    assert.deepEqual(host.waits, []);
  });
}

for (const kind of ["network", "timeout", "stream"] as const) {
  Deno.test(`withRetry() retries a ${kind} failure`, async () => {
    const { run, ends } = bench([failure(kind, true)]);
    assert.equal(await run(), "done");
    assert.deepEqual(ends.map((end) => end.outcome), ["retry", "ok"]);
  });
}

for (const kind of ["protocol", "input", "circuit"] as const) {
  Deno.test(`withRetry() does not retry a ${kind} failure`, async () => {
    assert.equal((await failureOf(bench([failure(kind, false)]).run())).kind, kind);
  });
}

Deno.test("withRetry() does not retry what is not a ProviderError", async () => {
  const bug = new TypeError("x is undefined");
  const { run, attempts } = bench([bug]);
  await assert.rejects(run(), (error) => error === bug);
  assert.deepEqual(attempts, [1]);
});

Deno.test("withRetry() backs off exponentially", async () => {
  const { run, host, ends } = bench([http(500), http(500), http(500)], { maxAttempts: 4, jitter: 0 });
  await run();
  assert.deepEqual(host.waits, [1_000, 2_000, 4_000]);
  assert.deepEqual(ends.map((end) => end.delayMs), [1_000, 2_000, 4_000, undefined]);
});

Deno.test("withRetry() caps the backoff", async () => {
  const { run, host } = bench([http(500), http(500), http(500)], {
    maxAttempts: 4,
    jitter: 0,
    maxWaitMs: 1_500,
  });
  await run();
  assert.deepEqual(host.waits, [1_000, 1_500, 1_500]);
});

Deno.test("withRetry() jitters between nothing and the whole backoff", async () => {
  const none = bench([http(500), http(500)], {}, 0);
  const most = bench([http(500), http(500)], {}, 0.999);
  await Promise.all([none.run(), most.run()]);
  assert.deepEqual(none.host.waits, [0, 0]);
  assert.deepEqual(most.host.waits, [999, 1_998]);
});

Deno.test("withRetry() waits at least as long as Retry-After asks", async () => {
  const { run, host } = bench([http(429, 7_000), http(503, 10)], { jitter: 0 });
  await run();
  assert.deepEqual(host.waits, [7_000, 2_000]);
});

Deno.test("withRetry() fails at once when Retry-After exceeds the cap, and says so", async () => {
  const { run, host, attempts } = bench([http(429, 60_001)]);
  const error = await failureOf(run());
  assert.equal(
    error.message,
    "Cannot call m: 429 (the server asks to wait 61 s, the limit is 60 s). Try: again",
  );
  assert.equal(error.retryAfterMs, 60_001);
  assert.deepEqual([attempts, host.waits], [[1], []]);
});

Deno.test("withRetry() gives up when attempts run out, with the last error's data", async () => {
  const last = failure("stream", true, { partial: "half an ans" });
  const { run, ends, host } = bench([http(500), http(503), last, http(500)]);
  const error = await failureOf(run());
  assert.equal(error.message, "Cannot call m: stream (3 attempts). Try: again");
  assert.deepEqual([error.kind, error.partial, error.cause], ["stream", "half an ans", last]);
  assert.deepEqual(ends.map((end) => end.outcome), ["retry", "retry", "fail"]);
  assert.equal(host.waits.length, 2);
});

Deno.test("withRetry() with one attempt never retries", async () => {
  const { run, attempts } = bench([http(500)], { maxAttempts: 1 });
  assert.equal((await failureOf(run())).message, "Cannot call m: 500. Try: again");
  assert.deepEqual(attempts, [1]);
});

Deno.test("withRetry() retries 409 only when the policy adds it", async () => {
  const { run, attempts } = bench([http(409)], { retryStatuses: [409] });
  assert.equal(await run(), "done");
  assert.deepEqual(attempts, [1, 2]);
});

Deno.test("withRetry() stops waiting as soon as it is aborted, with the signal's reason", async () => {
  const { run, abort, ends, attempts } = bench([http(500)]);
  const reason = new Error("stop");
  const waiting = run(undefined, (_ms, signal) =>
    new Promise((_resolve, reject) => {
      signal!.addEventListener("abort", () => reject(signal!.reason), { once: true });
      queueMicrotask(() => abort(reason));
    }));
  await assert.rejects(waiting, (error) => error === reason);
  assert.deepEqual(attempts, [1]);
  assert.deepEqual(ends.map((end) => end.outcome), ["retry"]);
});

Deno.test("withRetry() does not start once aborted", async () => {
  const { run, abort, attempts } = bench([]);
  abort(new Error("stop"));
  await assert.rejects(run(), /stop/);
  assert.deepEqual(attempts, []);
});

Deno.test("withRetry() aborts the running attempt and reports it as cancelled", async () => {
  const { run, abort, ends } = bench([]);
  const reason = new Error("stop");
  const running = run(({ signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      abort(reason);
    })
  );
  await assert.rejects(running, (error) => error === reason);
  assert.deepEqual(ends.map(({ outcome, aborted }) => [outcome, aborted]), [["fail", true]]);
});

Deno.test("withRetry() ends an attempt that takes too long and tries again", async () => {
  const { run, ends } = bench([], { attemptTimeoutMs: 5 });
  const result = await run(({ attempt, signal }) =>
    attempt === 2 ? Promise.resolve("second") : new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    })
  );
  assert.equal(result, "second");
  const error = ends[0]?.error;
  assert.ok(error instanceof ProviderError);
  assert.deepEqual([error.kind, error.errorType, error.retryable], ["timeout", "timeout", true]);
});

Deno.test("withRetry() does not call an attempt what never started", async () => {
  const ends: AttemptEnd[] = [];
  const refused = failure("circuit", false);
  const call = withRetry(() => Promise.resolve(1), DEFAULT_RETRY_POLICY, {
    host: fakeHost(),
    signal: new AbortController().signal,
    provider: "p",
    around: () => Promise.reject(refused),
    onAttempt: (end) => ends.push(end),
  });
  assert.equal(await failureOf(call), refused);
  assert.deepEqual(ends, []);
});
