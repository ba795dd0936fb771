import assert from "node:assert/strict";
import fc from "fast-check";
import {
  backoffMs,
  DEFAULT_RETRY_POLICY,
  isRetryableStatus,
  mergePolicy,
  parseRetryAfter,
} from "../../lib/providers/mod.ts";

const NOW = Date.UTC(1994, 10, 6, 8, 49, 7);

Deno.test("parseRetryAfter() reads seconds", () => {
  assert.equal(parseRetryAfter("7", NOW), 7_000);
  assert.equal(parseRetryAfter(" 0 ", NOW), 0);
  assert.equal(parseRetryAfter("1.5", NOW), 1_500);
  assert.equal(parseRetryAfter("9".repeat(400), NOW), Number.MAX_SAFE_INTEGER);
});

Deno.test("parseRetryAfter() reads the three HTTP date forms as GMT", () => {
  assert.equal(parseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", NOW), 30_000);
  assert.equal(parseRetryAfter("Sunday, 06-Nov-94 08:49:37 GMT", NOW), 30_000);
  assert.equal(parseRetryAfter("Sun Nov  6 08:49:37 1994", NOW), 30_000);
});

Deno.test("parseRetryAfter() waits no time for a date that is past", () => {
  assert.equal(parseRetryAfter("Sun, 06 Nov 1994 08:00:00 GMT", NOW), 0);
});

Deno.test("parseRetryAfter() ignores what is neither", () => {
  for (const value of [null, undefined, "", "soon", "-5", "1e3", "2026-01-01", "0x10", "Sun, 99 Foo"]) {
    assert.equal(parseRetryAfter(value, NOW), undefined, String(value));
  }
});

Deno.test("backoffMs() doubles from the least wait and stops at the cap", () => {
  const policy = mergePolicy(DEFAULT_RETRY_POLICY, { jitter: 0, maxWaitMs: 5_000 });
  assert.deepEqual([1, 2, 3, 4, 500].map((attempt) => backoffMs(policy, attempt, { random: 0 })), [
    1_000,
    2_000,
    4_000,
    5_000,
    5_000,
  ]);
});

Deno.test("backoffMs() stays between its jitter bounds and never below Retry-After", () => {
  fc.assert(fc.property(
    fc.record({
      minWaitMs: fc.integer({ min: 0, max: 10_000 }),
      maxWaitMs: fc.integer({ min: 0, max: 100_000 }),
      multiplier: fc.double({ min: 1, max: 10, noNaN: true }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.integer({ min: 1, max: 100 }),
    fc.double({ min: 0, max: 0.999999, noNaN: true }),
    fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: undefined }),
    (changes, attempt, random, retryAfterMs) => {
      const policy = mergePolicy(DEFAULT_RETRY_POLICY, changes);
      const ceiling = Math.min(policy.maxWaitMs, policy.minWaitMs * policy.multiplier ** (attempt - 1));
      const delay = backoffMs(policy, attempt, { random, retryAfterMs });
      assert.ok(delay >= Math.floor(Math.max(ceiling * (1 - policy.jitter), retryAfterMs ?? 0)));
      const asked = retryAfterMs ?? 0;
      assert.ok(delay <= Math.ceil(Math.max(ceiling, asked) + Math.max(ceiling, asked / 5) * policy.jitter));
    },
  ));
});

Deno.test("backoffMs() with full jitter can be anything from 0 to the backoff", () => {
  assert.equal(backoffMs(DEFAULT_RETRY_POLICY, 3, { random: 0 }), 0);
  assert.equal(backoffMs(DEFAULT_RETRY_POLICY, 3, { random: 0.5 }), 2_000);
  assert.equal(backoffMs(DEFAULT_RETRY_POLICY, 3, { random: 0.9999999 }), 4_000);
});

Deno.test("backoffMs() spreads above Retry-After what a server sent away together", () => {
  const waits = [0, 0.25, 0.5, 0.75].map((random) =>
    backoffMs(DEFAULT_RETRY_POLICY, 1, { random, retryAfterMs: 30_000 })
  );
  assert.deepEqual(waits, [30_000, 31_500, 33_000, 34_500]);
  assert.equal(backoffMs(DEFAULT_RETRY_POLICY, 1, { random: 0.5, retryAfterMs: 1_000 }), 1_500);
});

Deno.test("isRetryableStatus() says yes to 408, 429 and 5xx but 501", () => {
  const retryable = Array.from({ length: 500 }, (_, index) => 100 + index).filter(isRetryableStatus);
  assert.deepEqual(retryable.slice(0, 4), [408, 429, 500, 502]);
  assert.equal(retryable.length, 2 + 99);
});

Deno.test("mergePolicy() lets later overrides win and skips what is undefined", () => {
  const merged = mergePolicy(DEFAULT_RETRY_POLICY, { maxAttempts: 4, minWaitMs: 5 }, {
    maxAttempts: 2,
    ...{ minWaitMs: undefined },
  } as { maxAttempts: number });
  assert.equal(merged.maxAttempts, 2);
  assert.equal(merged.minWaitMs, 5);
  assert.equal(DEFAULT_RETRY_POLICY.maxAttempts, 3);
});

Deno.test("mergePolicy() refuses values that make no sense and names the field", () => {
  const bad = [
    { maxAttempts: 0 },
    { maxAttempts: 1.5 },
    { maxAttempts: NaN },
    { minWaitMs: -1 },
    { multiplier: 0.5 },
    {
      jitter: 1.1,
    },
    { attemptTimeoutMs: Infinity },
    { attemptTimeoutMs: 0 },
  ];
  for (const override of bad) {
    const [field] = Object.keys(override);
    assert.throws(
      () => mergePolicy(DEFAULT_RETRY_POLICY, override),
      new RegExp(`^RangeError: Cannot.*${field}`),
    );
  }
});
