import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BudgetExceededError,
  BudgetLedger,
  estimatePromptTokensMax,
  type Reservation,
} from "../../lib/agent/budget.ts";
import type { Message, ToolDefinition } from "../../lib/core/mod.ts";

Deno.test("reserve() refuses what does not fit with what is spent and reserved", () => {
  const ledger = new BudgetLedger(1);
  const first = ledger.reserve(0.6);
  assert.throws(() => ledger.reserve(0.5), (error: unknown) => {
    assert.ok(error instanceof BudgetExceededError);
    assert.deepEqual([error.limitUsd, error.spentUsd, error.reservedUsd, error.wantedUsd], [1, 0, 0.6, 0.5]);
    assert.equal(error.exitCode, 3);
    assert.equal(
      error.message,
      "Cannot call the model within the budget of $1.000000: it can cost $0.500000 with $0.000000 spent and " +
        "$0.600000 reserved. Try: a higher budget, or a lower maxTokens",
    );
    return true;
  });
  ledger.settle(first, 0.1);
  ledger.reserve(0.9);
  assert.deepEqual([ledger.spentUsd, ledger.reservedUsd, ledger.availableUsd], [0.1, 0.9, 0]);
});

Deno.test("settle() keeps the worst case as spent when the cost is unknown", () => {
  const ledger = new BudgetLedger(1);
  ledger.settle(ledger.reserve(0.25), null);
  assert.deepEqual([ledger.spentUsd, ledger.reservedUsd], [0.25, 0]);
});

Deno.test("release() gives everything back, once", () => {
  const ledger = new BudgetLedger(1);
  const reservation = ledger.reserve(1);
  ledger.release(reservation);
  ledger.release(reservation);
  assert.equal(ledger.availableUsd, 1);
  assert.throws(() => ledger.settle(reservation, 0.1), RangeError);
  assert.throws(() => new BudgetLedger(1).settle(ledger.reserve(0.1), 0.1), RangeError);
});

Deno.test("reserve() refuses an unknown price under a limit and allows it without one", () => {
  assert.throws(() => new BudgetLedger(1).reserve(null), /its price is unknown/);
  const unlimited = new BudgetLedger();
  unlimited.settle(unlimited.reserve(null), 0.5);
  assert.deepEqual([unlimited.spentUsd, unlimited.availableUsd], [0.5, Infinity]);
});

Deno.test("a ledger inside another keeps both limits, and passes on what it spends", () => {
  const outer = new BudgetLedger(1, { spentUsd: 0.2 });
  const inner = new BudgetLedger(0.5, { outer, spentUsd: 0.1 });
  const call = inner.reserve(0.4);
  assert.deepEqual([inner.availableUsd, outer.reservedUsd], [0, 0.4]);
  assert.throws(() => inner.reserve(0.01), /within the budget of \$0\.500000/);
  assert.deepEqual(outer.reservedUsd, 0.4, "what the inner one refused is not reserved outside");
  inner.settle(call, 0.3);
  assert.deepEqual([inner.spentUsd, outer.spentUsd, outer.reservedUsd], [0.4, 0.5, 0]);
  inner.setLimit(undefined);
  assert.equal(inner.isLimited, true);
  assert.throws(() => inner.reserve(0.6), /within the budget of \$1\.000000/);
  assert.equal(inner.reservedUsd, 0, "what the outer one refused is not reserved inside");
  inner.release(inner.reserve(0.5));
  inner.charge(0.5);
  assert.deepEqual([inner.spentUsd, outer.availableUsd], [0.9, 0]);
  assert.equal(new BudgetLedger(undefined, { outer: new BudgetLedger() }).isLimited, false);
});

Deno.test("setLimit() works while calls are in flight", () => {
  const ledger = new BudgetLedger(1, { spentUsd: 0.5 });
  const running = ledger.reserve(0.5);
  assert.throws(() => ledger.reserve(0.1), BudgetExceededError);
  ledger.setLimit(2);
  ledger.release(ledger.reserve(1));
  ledger.setLimit(0.1);
  assert.equal(ledger.availableUsd, 0);
  assert.throws(() => ledger.reserve(0.000001), BudgetExceededError);
  ledger.settle(running, 0.2);
  assert.equal(ledger.spentUsd, 0.7);
  for (const bad of [-1, NaN]) assert.throws(() => ledger.setLimit(bad), RangeError);
});

Deno.test("charge() counts costs nobody could foresee", () => {
  const ledger = new BudgetLedger(0.1);
  ledger.charge(0.2);
  assert.equal(ledger.spentUsd, 0.2);
  assert.throws(() => ledger.reserve(0), BudgetExceededError);
});

Deno.test("reserve() loses nothing to binary fractions", () => {
  const ledger = new BudgetLedger(1);
  for (let call = 0; call < 10; call++) ledger.settle(ledger.reserve(0.1), 0.1);
  assert.equal(ledger.spentUsd, 1);
  const large = new BudgetLedger(1234.1);
  large.reserve(1234.1);
  assert.equal(large.availableUsd, 0);
});

interface Step {
  readonly worst: number;
  readonly share: number;
  readonly end: "settle" | "unknown" | "release";
}

Deno.test("law: eight concurrent runs never spend more than the limit", async () => {
  const amount = fc.double({ min: 0, max: 0.3, noNaN: true });
  const step: fc.Arbitrary<Step> = fc.record({
    worst: amount,
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    end: fc.constantFrom("settle", "unknown", "release"),
  });
  const run = fc.array(step, { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(run, { minLength: 8, maxLength: 8 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (scheduler, runs, limit) => {
        const ledger = new BudgetLedger(limit);
        let sent = 0;
        const check = () => {
          assert.ok(ledger.spentUsd + ledger.reservedUsd <= limit + 1e-12);
          assert.ok(sent <= limit + 1e-9, `spent ${sent} of ${limit}`);
        };
        const play = async (steps: readonly Step[]) => {
          for (const { worst, share, end } of steps) {
            let reservation: Reservation;
            try {
              reservation = ledger.reserve(worst);
            } catch (error) {
              assert.ok(error instanceof BudgetExceededError);
              return;
            }
            check();
            await scheduler.schedule(Promise.resolve());
            if (end === "release") ledger.release(reservation);
            else ledger.settle(reservation, end === "settle" ? worst * share : null);
            if (end !== "release") sent += end === "settle" ? worst * share : worst;
            check();
          }
        };
        const all = Promise.all(runs.map(play));
        await scheduler.waitFor(all);
        assert.equal(ledger.reservedUsd, 0);
      },
    ),
    { numRuns: 1000 },
  );
});

const text = (content: string, role: Message["role"] = "user"): Message => ({
  role,
  parts: [{ type: "text", content }],
});
const tool: ToolDefinition = { name: "add", description: "Adds", parameters: { type: "object" } };
const utf8 = (value: string) => new TextEncoder().encode(value).length;

Deno.test("law: estimatePromptTokensMax() is at least one token per byte of every text", () => {
  const message: fc.Arbitrary<Message> = fc.record({
    role: fc.constantFrom("system", "user", "assistant", "tool"),
    parts: fc.array(
      fc.oneof(
        fc.string({ unit: "binary" }).map((content) => ({ type: "text", content }) as const),
        fc.jsonValue().map((args) =>
          ({ type: "tool_call", id: "a1b2c3d4e", name: "add", arguments: args }) as const
        ),
        fc.string({ unit: "binary" }).map((response) =>
          ({ type: "tool_call_response", id: "a1b2c3d4e", response }) as const
        ),
      ),
      { maxLength: 4 },
    ),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), (messages) => {
      let bytes = utf8(JSON.stringify(tool));
      for (const part of messages.flatMap((each) => each.parts)) {
        if (part.type === "text") bytes += utf8(part.content);
        // As mistral-common writes it: the text inside a JSON string.
        else if (part.type === "tool_call") bytes += utf8(JSON.stringify(part.arguments));
        else if (part.type === "tool_call_response") bytes += utf8(JSON.stringify(part.response));
      }
      assert.ok(estimatePromptTokensMax(messages, [tool]) >= bytes + messages.length);
    }),
    { numRuns: 50 },
  );
});

Deno.test("estimatePromptTokensMax() counts only what came since a call with known usage", () => {
  const before = [text("x".repeat(100_000), "system"), text("hello")];
  const since = [text("hi", "assistant"), text("go on")];
  const calibration = { inputTokens: 20_000, outputTokens: 5, messageCount: 2 };
  const close = estimatePromptTokensMax([...before, ...since], [tool], calibration);
  assert.ok(close >= 20_005 + utf8("higo on") && close < 20_250, String(close));
  const whole = estimatePromptTokensMax([...before, ...since], [tool]);
  assert.ok(whole > 100_000);
});

Deno.test("estimatePromptTokensMax() ignores a calibration that cannot fit", () => {
  const messages = [text("hello")];
  const whole = estimatePromptTokensMax(messages, []);
  for (
    const calibration of [
      { inputTokens: 1, outputTokens: 1, messageCount: 2 },
      { inputTokens: NaN, outputTokens: 1, messageCount: 0 },
      { inputTokens: 1, outputTokens: -5, messageCount: 0 },
      { inputTokens: 1e9, outputTokens: 1, messageCount: 1 },
    ]
  ) assert.equal(estimatePromptTokensMax(messages, [], calibration), whole);
});

Deno.test("estimatePromptTokensMax() bounds images and admits that documents have no bound", () => {
  const withPart = (part: Message["parts"][number]) =>
    estimatePromptTokensMax([{ role: "user", parts: [part] }], []);
  const image = withPart({ type: "uri", mimeType: "image/png", uri: "https://example.org/a.png" });
  assert.ok(image > 4200 && Number.isFinite(image));
  assert.equal(withPart({ type: "file", fileId: "f1" }), Infinity);
  assert.equal(withPart({ type: "blob", mimeType: "audio/mpeg", data: "AAAA" }), Infinity);
  const known = { inputTokens: 900, outputTokens: 10, messageCount: 1 };
  const later: Message[] = [{ role: "user", parts: [{ type: "file", fileId: "f1" }] }, text("and?")];
  assert.ok(Number.isFinite(estimatePromptTokensMax(later, [], known)), "the first call measured it");
});
