import { join } from "node:path";
import { budgetWindows, quantile } from "../../lib/analysis/mod.ts";
import { newRunId, newTraceId, NO_TOTALS, type Run, systemHost } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import type { Figure } from "./figure.ts";

const RUNS = 8;
const CALLS = 2_000;
const WARM_UP = 200;

/** What the budgets that all processes share add to a model call. */
export async function budget(): Promise<Figure[]> {
  const folder = await Deno.makeTempDir({ prefix: "agentop-bench-" });
  try {
    const host = systemHost();
    await using store = await openStore(join(folder, "a.db"), { host });
    await store.saveBudget({ scope: "all", per: "day", limitUsd: 1e6 });
    await store.saveBudget({ scope: "agent:researcher", per: "month", limitUsd: 1e6 });
    const runs: Run[] = [];
    for (let at = 0; at < RUNS; at++) {
      const run: Run = {
        traceId: newTraceId(host),
        runId: newRunId(host),
        agent: "researcher",
        status: "running",
        model: "mistral-small-latest",
        origin: "agent",
        userId: "default",
        tags: {},
        config: {},
        prompt: "Why?",
        startTimeUs: Math.round(host.now() * 1000),
        totals: NO_TOTALS,
      };
      await store.write([{ type: "run_start", run }], { claim: true });
      runs.push(run);
    }
    const times: number[] = [];
    for (let call = 0; call < CALLS + WARM_UP; call++) {
      const { traceId, model } = runs[call % RUNS]!;
      // The same spans again: as many calls are under way as there would be.
      const spanId = (call % RUNS).toString(16).padStart(16, "0");
      const begun = performance.now();
      if (await store.isBudgeted()) {
        const windows = budgetWindows(host.now(), "Europe/Paris");
        await store.reserveSpend({ traceId, spanId, model, usd: 0.001, windows });
      }
      if (call >= WARM_UP) times.push(performance.now() - begun);
    }
    return [
      { name: "reserving in two budgets, p50", value: quantile(times, 0.5)!, unit: "ms", limit: 0.3 },
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
