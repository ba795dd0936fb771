import assert from "node:assert/strict";
import fc from "fast-check";
import { quantile, runTookMs } from "../../lib/analysis/mod.ts";
import {
  isLive,
  NO_TOTALS,
  NO_USAGE,
  retriesOf,
  roundUsd,
  type RunFilter,
  type RunStatus,
  totalTokens,
} from "../../lib/core/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleRun } from "../support/sample_run.ts";

const FILTERS: readonly RunFilter[] = [{}, { agent: "a" }, { status: ["failed", "running"] }, {
  user: "nobody",
}];
const STATUSES: readonly RunStatus[] = ["completed", "failed", "stopped", "running", "waiting", "queued"];

const RUN = fc.record({
  agent: fc.constantFrom("a", "b"),
  status: fc.constantFrom(...STATUSES),
  tookMs: fc.nat(5_000),
  idleMs: fc.nat(2_000),
  llmCalls: fc.nat(5),
  attempts: fc.nat(8),
  tokens: fc.nat(9_000),
  microUsd: fc.nat(9_000),
  unknownCostCalls: fc.nat(1),
  estimatedMicroUsd: fc.nat(90),
});

Deno.test("summarizeRuns() adds up what the list shows, of the runs that fit", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(RUN, { maxLength: 45 }), async (given) => {
      const host = fakeHost();
      await using store = await openStore(MEMORY, { host });
      for (const it of given) {
        const base = { ...sampleRun(host, { agent: it.agent }), status: it.status };
        const ended = isLive(it.status) || it.status === "queued"
          ? {}
          : { endTimeUs: base.startTimeUs + it.tookMs * 1000 };
        await store.write([{
          type: "run_start",
          run: {
            ...base,
            ...ended,
            idleUs: it.idleMs * 1000,
            totals: {
              ...NO_TOTALS,
              llmCalls: it.llmCalls,
              attempts: it.attempts,
              retryWaitMs: it.attempts * 10,
              usage: { ...NO_USAGE, inputTokens: it.tokens, outputTokens: 3 },
              costUsd: it.microUsd / 1e6,
              unknownCostCalls: it.unknownCostCalls,
              ...(it.estimatedMicroUsd > 0 ? { estimatedCostUsd: it.estimatedMicroUsd / 1e6 } : {}),
            },
          },
        }]);
      }
      for (const filter of FILTERS) {
        const { runs } = await store.listRuns({ filter, limit: 100 });
        const sum = (pick: (run: (typeof runs)[number]) => number) =>
          runs.reduce((total, run) => total + pick(run), 0);
        const { p95Ms, estimatedCostUsd = 0, costUsd, ...rest } = await store.summarizeRuns(filter);
        assert.deepEqual(rest, {
          runs: runs.length,
          live: runs.filter((run) => isLive(run.status)).length,
          failed: runs.filter((run) => run.status === "failed").length,
          retries: sum((run) => retriesOf(run.totals)),
          retryWaitMs: sum((run) => run.totals.retryWaitMs),
          tokens: sum((run) => totalTokens(run.totals.usage)),
          unknownCostCalls: sum((run) => run.totals.unknownCostCalls),
        });
        const ended = runs.filter((run) => run.endTimeUs !== undefined);
        assert.equal(p95Ms, quantile(ended.map((run) => runTookMs(run, 0)!), 0.95));
        assert.equal(costUsd, roundUsd(sum((run) => run.totals.costUsd)));
        assert(Math.abs(estimatedCostUsd - sum((run) => run.totals.estimatedCostUsd ?? 0)) < 1e-9);
      }
    }),
    { numRuns: 25 },
  );
});
