import assert from "node:assert/strict";
import { join } from "node:path";
import {
  ATTR,
  type BudgetWindows,
  type DurableEvent,
  newSpanId,
  NO_TOTALS,
  type Run,
  type Trace,
} from "../../lib/core/mod.ts";
import { applyEvents } from "../../lib/core/mod.ts";
import { brokenText, runTookMs, tookMs, unfinishedAnswer } from "../../lib/analysis/mod.ts";
import { openStore, openStoreInWorker } from "../../lib/store/mod.ts";
import { interruption } from "../../lib/store/interrupted.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleRun } from "../support/sample_run.ts";

const CHILD = new URL("./fixtures/child.ts", import.meta.url).pathname;

/** A run in the middle of its first model call. */
function streaming(change: Partial<Run> = {}): { readonly trace: Trace; readonly llm: string } {
  const host = fakeHost();
  const run = { ...sampleRun(host), ...change };
  const [root, llm, attempt] = [newSpanId(host), newSpanId(host), newSpanId(host)];
  const span = (spanId: string, kind: "agent" | "llm" | "attempt", parentSpanId?: string): DurableEvent => ({
    type: "span_start",
    span: {
      traceId: run.traceId,
      spanId,
      ...(parentSpanId === undefined ? {} : { parentSpanId }),
      name: kind,
      kind,
      ...(kind === "llm" ? { step: 1 } : {}),
      startTimeUs: run.startTimeUs + 1_000,
      status: "unset",
      attributes: {},
    },
  });
  const trace = applyEvents(undefined, [
    { type: "run_start", run },
    span(root, "agent"),
    span(llm, "llm", root),
    span(attempt, "attempt", llm),
  ]);
  return { trace, llm };
}

Deno.test("interruption() keeps the text that had arrived, and the time at which the last of it did", () => {
  const { trace, llm } = streaming();
  const { traceId, startTimeUs } = trace.run;
  const partials = [{
    traceId,
    spanId: llm,
    text: "half an ans",
    reasoning: "",
    updatedAtUs: startTimeUs + 17_000_000,
  }];
  const ended = applyEvents(trace, interruption(trace, { partials, seenUs: startTimeUs + 9_000_000 }));
  assert.equal(ended.run.status, "interrupted");
  assert.equal(runTookMs(ended.run, 0), 17_000);
  const spans = [...ended.spans.values()];
  assert.deepEqual(spans.map((span) => [span.kind, span.status, tookMs(ended.run, span, 0)]), [
    ["agent", "interrupted", 17_000],
    ["llm", "interrupted", 16_999],
    ["attempt", "interrupted", 16_999],
  ]);
  assert.deepEqual(spans.map((span) => brokenText(ended, span)), Array(3).fill("half an ans"));
  assert.equal(unfinishedAnswer(ended), "half an ans");
  assert.equal(spans[2]!.attributes[ATTR.attemptPartial], "half an ans");
});

Deno.test("interruption() counts an attempt of unknown price as all that was set aside for its call", async () => {
  const { trace, llm } = streaming();
  const { run, spans } = trace;
  const windows = Object.fromEntries(
    ["day", "week", "month"].map((per) => [per, { from: 0, to: 10_000_000 }]),
  ) as unknown as BudgetWindows;
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    {
      await using store = await openStore(path);
      await store.saveBudget({ scope: "all", per: "day", limitUsd: 1 });
      // Unclaimed: nobody is at work on it.
      await store.write([
        { type: "run_start", run: { ...run, totals: NO_TOTALS } },
        ...[...spans.values()].map((span) => ({
          type: "span_start" as const,
          span,
        })),
      ]);
      const { refusedBy } = await store.reserveSpend({
        traceId: run.traceId,
        spanId: llm,
        model: "m",
        usd: 0.25,
        windows,
      });
      assert.equal(refusedBy, undefined);
      assert.equal(await store.recoverInterrupted(), 1);
      const [state] = await store.listBudgets(windows);
      assert.deepEqual([state!.spentUsd, state!.reservedUsd], [0.25, 0]);
      assert.equal((await store.verify()).ok, true);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("interruption() takes the last sign of life of the process where nothing was streamed", () => {
  const { trace } = streaming();
  const { startTimeUs } = trace.run;
  const end = (seenUs?: number) => runTookMs(applyEvents(trace, interruption(trace, { seenUs })).run, 0);
  assert.equal(end(startTimeUs + 30_000_000), 30_000);
  assert.equal(end(startTimeUs - 30_000_000), 1);
  assert.equal(end(), 1);
});

Deno.test("a run that was paused when its process died was idle from then on", () => {
  const { trace } = streaming();
  const { startTimeUs } = trace.run;
  const paused = {
    ...trace,
    run: { ...trace.run, status: "paused" as const, idleUs: 500_000, idleSinceUs: startTimeUs + 2_000_000 },
  };
  assert.equal(runTookMs(paused.run, startTimeUs / 1000 + 60_000), 1_500);
  const { run } = applyEvents(paused, interruption(paused, { seenUs: startTimeUs + 8_000_000 }));
  assert.deepEqual([run.idleUs, run.idleSinceUs, runTookMs(run, 0)], [6_500_000, undefined, 1_500]);
});

Deno.test("a store that was open before notices a killed process by itself, and how long it lived", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    await (await openStore(path))[Symbol.asyncDispose]();
    await using remote = await openStoreInWorker(path);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--quiet", "--allow-read", "--allow-write", CHILD, "stream", path],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    let said = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      said += chunk;
      if (!said.endsWith("\n")) continue;
      child.kill("SIGKILL");
      break;
    }
    await child.status;
    await child.stdin.abort().catch(() => {});
    const { traceId, updatedAtUs } = JSON.parse(said) as { traceId: string; updatedAtUs: number };
    const noticed = Promise.withResolvers<Trace>();
    const look = async () => {
      const trace = await remote.loadTrace(traceId);
      if (trace.run.status === "interrupted") noticed.resolve(trace);
    };
    const stop = remote.onChange(() => void look().catch(noticed.reject));
    await look();
    const trace = await noticed.promise;
    stop();
    assert.equal(unfinishedAnswer(trace), "half an ans");
    assert.ok(trace.run.endTimeUs! >= updatedAtUs, `${trace.run.endTimeUs} ${updatedAtUs}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
