import assert from "node:assert/strict";
import fc from "fast-check";
import { budgetWindows } from "../../lib/analysis/mod.ts";
import {
  ATTR,
  type BudgetWindows,
  type DurableEvent,
  newSpanId,
  type Run,
  type SpendClaim,
  type Store,
} from "../../lib/core/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { type FakeHost, fakeHost } from "./fake_host.ts";
import { sampleRun } from "./sample_run.ts";

export const START_MS = Date.UTC(2026, 10, 28, 12);
export const WINDOWS = budgetWindows(START_MS, "UTC");
const RUNS = 8;

export function hostAt(): FakeHost {
  return fakeHost({ startMs: START_MS });
}

export async function beginRun(store: Store, host: FakeHost, change: Partial<Run> = {}): Promise<Run> {
  const run = { ...sampleRun(host), ...change };
  await store.write([{ type: "run_start", run }], { claim: true });
  return run;
}

export function callOf(run: Run, host: FakeHost): { readonly spanId: string; readonly start: DurableEvent } {
  const spanId = newSpanId(host);
  return {
    spanId,
    start: {
      type: "span_start",
      span: {
        traceId: run.traceId,
        spanId,
        name: "chat",
        kind: "llm",
        requestModel: run.model,
        startTimeUs: host.now() * 1000,
        status: "unset",
        attributes: {},
      },
    },
  };
}

export function endOf(
  run: Run,
  spanId: string,
  host: FakeHost,
  usd: number | null,
  estimatedUsd?: number,
): DurableEvent {
  return {
    type: "span_end",
    traceId: run.traceId,
    spanId,
    endTimeUs: host.now() * 1000,
    status: "ok",
    cost: { usd, quantities: {} },
    ...(estimatedUsd === undefined ? {} : { attributes: { [ATTR.estimatedCostUsd]: estimatedUsd } }),
  };
}

export function claim(
  run: Run,
  spanId: string,
  usd: number | null,
  windows: BudgetWindows = WINDOWS,
): SpendClaim {
  return { traceId: run.traceId, spanId, model: run.model, usd, windows };
}

const STEP = fc.record({
  run: fc.nat(RUNS - 1),
  action: fc.constantFrom("reserve", "reserve", "answered", "lost", "again", "end"),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  usd: fc.double({ min: 0.001, max: 0.4, noNaN: true }),
});
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

/** So many random schedules of eight runs, one after the other in one store, each under budgets of its own: throws when one is passed. */
export async function checkSchedules(schedules: number, seed?: number): Promise<void> {
  const host = hostAt();
  await using store = await openStore(MEMORY, { host });
  let schedule = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 20, maxLength: 60 }), async (steps) => {
      await checkSchedule(store, host, `s${schedule++}`, steps);
    }),
    { numRuns: schedules, ...(seed === undefined ? {} : { seed }) },
  );
}

async function checkSchedule(
  store: Store,
  host: FakeHost,
  name: string,
  steps: readonly Step[],
): Promise<void> {
  const limits = { [`group:${name}`]: 1, [`agent:${name}even`]: 0.5, [`model:${name}`]: 0.9 };
  for (const [scope, limitUsd] of Object.entries(limits)) {
    await store.saveBudget({ scope, per: "day", limitUsd });
  }
  const runs: Run[] = [];
  for (let at = 0; at < RUNS; at++) {
    runs.push(
      await beginRun(store, host, { agent: `${name}${at % 2 ? "odd" : "even"}`, group: name, model: name }),
    );
  }
  const open = new Map<number, { readonly spanId: string; readonly usd: number }>();
  for (const { run: at, action, share, usd } of steps) {
    const run = runs[at]!;
    const call = open.get(at);
    if (action === "reserve" && !call) {
      const { spanId, start } = callOf(run, host);
      if ((await store.reserveSpend(claim(run, spanId, usd))).refusedBy) continue;
      await store.write([start]);
      open.set(at, { spanId, usd });
    } else if (call && action === "again") {
      await store.reserveSpend(claim(run, call.spanId, call.usd));
    } else if (call && action !== "reserve") {
      open.delete(at);
      const part = call.usd * share;
      const isLost = action === "lost";
      await store.write([endOf(run, call.spanId, host, isLost ? null : part, isLost ? part : undefined)]);
    }
    for (const { scope, spentUsd, reservedUsd, limitUsd } of await store.listBudgets(WINDOWS)) {
      assert.ok(spentUsd + reservedUsd <= limitUsd + 1e-9, `${scope}: ${spentUsd} + ${reservedUsd}`);
    }
  }
  const held = [...open.values()].reduce((sum, { usd }) => sum + usd, 0);
  const states = await store.listBudgets(WINDOWS);
  assert.ok(Math.abs(states.find(({ scope }) => scope === `group:${name}`)!.reservedUsd - held) < 1e-9);
  for (const scope of Object.keys(limits)) await store.removeBudget(scope, "day");
}
