import assert from "node:assert/strict";
import {
  type Cost,
  type DurableEvent,
  newRunId,
  newSpanId,
  newTraceId,
  RUN_STATUSES,
  type Trace,
} from "../../lib/core/mod.ts";
import { pricedSpans, receiptSum } from "../../lib/analysis/mod.ts";
import { lineText, STATUS_LOOKS, sumText } from "../../lib/present/mod.ts";
import type { Env } from "../../lib/tui/contract/screen.ts";
import { UNICODE } from "../../lib/tui/draw/glyphs.ts";
import { tableColumns, tableRow } from "../../lib/tui/screens/runs/table.ts";
import { tabLines } from "../../lib/tui/trace/content.ts";
import { CliHome } from "../support/cli.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleRun } from "../support/sample_run.ts";
import { pageText, plainOf } from "./support.ts";

const COLUMNS = 90;
const tag = {
  model: "m-2603",
  source: "list",
  date: "2026-01-02",
  usdPerMillion: { input_tokens: 0.1, output_tokens: 0.3 },
};
/** Priced, forged, of unknown price, and answered from a recording. */
const COSTS: readonly Cost[] = [
  { usd: 0.0000007, quantities: { output_tokens: 2, input_tokens: 1 }, tag },
  { usd: 0.5, quantities: { input_tokens: 12.5 }, tag },
  { usd: null, quantities: { input_tokens: 3 } },
  { usd: 0, quantities: { input_tokens: 7 } },
];

const host = fakeHost();

function eventsOf(): readonly DurableEvent[] {
  const run = { ...sampleRun(host), traceId: newTraceId(host), runId: newRunId(host) };
  const { traceId } = run;
  const root = newSpanId(host);
  const span = { traceId, name: "chat", status: "unset", attributes: {} } as const;
  const calls = COSTS.flatMap((cost, index): readonly DurableEvent[] => {
    const spanId = newSpanId(host);
    const startTimeUs = run.startTimeUs + 10 + index;
    return [
      {
        type: "span_start",
        span: {
          ...span,
          spanId,
          parentSpanId: root,
          kind: "llm",
          step: index + 1,
          startTimeUs,
          requestModel: "m",
        },
      },
      { type: "span_end", traceId, spanId, endTimeUs: startTimeUs + 1, status: "ok", cost },
    ];
  });
  return [
    { type: "run_start", run },
    { type: "span_start", span: { ...span, spanId: root, kind: "agent", startTimeUs: run.startTimeUs } },
    ...calls,
    { type: "run_update", traceId, change: { status: "completed", endTimeUs: run.startTimeUs + 99 } },
  ];
}

function receiptTab(trace: Trace, index: number): string {
  return plainOf(tabLines("receipt", trace, [...trace.spans.values()][index]!, undefined, COLUMNS));
}

Deno.test("a receipt has the same lines, order, sum and doubts in the CLI, the page and the workbench", async () => {
  await using home = await CliHome.create();
  const events = eventsOf();
  const trace = await home.withStore(async (store) => {
    await store.write(events);
    return await store.loadTrace((events[0] as Extract<DurableEvent, { type: "run_start" }>).run.traceId);
  });
  const { stdout } = await home.run(["cost", "last"]);
  const page = (await pageText(trace, 0)).split("Call by call")[1]!;
  const priced = pricedSpans(trace);
  assert.deepEqual(priced[0]!.receipt.lines.map(lineText), [
    "1 input token × $0.10 / 1M",
    "2 output tokens × $0.30 / 1M",
  ]);
  for (const [index, { receipt, isFree }] of priced.entries()) {
    const tab = receiptTab(trace, index + 1);
    assert.equal(isFree, index === 3);
    for (const text of isFree ? [] : receipt.lines.map(lineText)) {
      assert.ok(stdout.includes(text), `CLI: ${text}`);
      assert.ok(page.includes(text), `page: ${text}`);
      assert.ok(tab.includes(text), `workbench: ${text}`);
    }
  }
  const billed = priced.filter((it) => !it.isFree).map(({ receipt }) => receipt);
  assert.equal(sumText(receiptSum(billed)), "$0.5000007 and 1 call of unknown cost");
  const whole = [stdout, await pageText(trace, 0), receiptTab(trace, 0)];
  for (
    const text of [
      "$0.5000007",
      "and 1 call of unknown cost",
      "1 call answered from a recording: nothing to pay",
    ]
  ) {
    for (const said of whole) assert.ok(said.includes(text), `${text} in ${said}`);
  }
  const alone = [stdout, await pageText(trace, 0), receiptTab(trace, 1) + receiptTab(trace, 2)];
  for (
    const text of [
      "m, priced as m-2603",
      "price: list, 2026-01-02",
      "the stored total is not what these lines add up to",
    ]
  ) {
    for (const said of alone) assert.ok(said.includes(text), `${text} in ${said}`);
  }
});

Deno.test("a status has the same sign in the CLI, the page and the workbench", async () => {
  await using home = await CliHome.create();
  const env = { glyphs: UNICODE, nowMs: host.now() } as Env;
  const runs = RUN_STATUSES.map((status) => ({
    ...sampleRun(host, { agent: status }),
    traceId: newTraceId(host),
    runId: newRunId(host),
    status,
  }));
  // Whoever opens a store of the command line looks for runs whose process died: those are shown as they are in memory.
  const kept = runs.filter(({ status }) => !["running", "waiting", "paused"].includes(status));
  await home.withStore((store) => store.write(kept.map((run) => ({ type: "run_start", run }))));
  const { stdout } = await home.run(["runs"]);
  for (const run of runs) {
    const { glyph } = STATUS_LOOKS[run.status];
    if (kept.includes(run)) {
      assert.match(stdout, new RegExp(`^${glyph} +\\S+ +${run.status} +${run.status} `, "m"));
    }
    const row = plainOf([
      tableRow({ kind: "run", id: run.traceId, run, depth: 0 }, tableColumns(120), {
        selected: false,
        marked: false,
      }, env),
    ]);
    assert.match(row, new RegExp(`^ *${glyph} `));
    const page = await pageText({ run, spans: new Map(), snapshots: [], evaluations: [] }, 0);
    assert.match(page, new RegExp(`${glyph} ${run.status} `));
  }
});
