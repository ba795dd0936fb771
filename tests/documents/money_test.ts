import assert from "node:assert/strict";
import { diffRuns, jsonChanges } from "../../lib/analysis/mod.ts";
import { ATTR, type CostRow, NO_USAGE, type RunTotals, type Span, type Trace } from "../../lib/core/mod.ts";
import { costShape, diffDocument, runShape, spanShape } from "../../lib/documents/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleRun } from "../support/sample_run.ts";

const HOST = fakeHost();

function traceOf(totals: Partial<RunTotals>, extra: Partial<Trace["run"]> = {}): Trace {
  const run = sampleRun(HOST);
  return {
    run: { ...run, ...extra, totals: { ...run.totals, ...totals } },
    spans: new Map(),
    snapshots: [],
    evaluations: [],
  } as unknown as Trace;
}

const LOST = { costUsd: 0, unknownCostCalls: 1, estimatedCostUsd: 0.1 + 0.2 };

Deno.test("every document says of a cost what is known, whether that is all, and what is estimated", async () => {
  const wanted = { costUsd: null, costKnown: false, estimatedCostUsd: 0.3 };
  const pick = ({ costUsd, costKnown, estimatedCostUsd }: Record<string, unknown>) => ({
    costUsd,
    costKnown,
    estimatedCostUsd,
  });
  const row: CostRow = { key: "m", runs: 1, llmCalls: 1, usage: NO_USAGE, ...LOST };
  assert.deepEqual(pick(runShape(traceOf(LOST).run)), wanted);
  assert.deepEqual(pick(costShape(row)), wanted);
  const span: Span = {
    traceId: "0".repeat(32),
    spanId: "0".repeat(16),
    name: "POST chat",
    kind: "attempt",
    startTimeUs: 1,
    status: "error",
    cost: { usd: null, quantities: {} },
    attributes: { [ATTR.estimatedCostUsd]: 0.3 },
  };
  assert.deepEqual(pick(spanShape(span)), wanted);
  const { cost: _, ...free } = { ...span, attributes: {} };
  assert.deepEqual(pick(spanShape(free)), { costUsd: null, costKnown: null, estimatedCostUsd: null });
  const known = { costUsd: 0.3, costKnown: true, estimatedCostUsd: null };
  assert.deepEqual(pick(runShape(traceOf({ costUsd: 0.1 + 0.2 }).run)), known);
  const diff = diffDocument(await diffRuns(traceOf({ costUsd: 1 }), traceOf(LOST)));
  assert.deepEqual(
    [diff.costDeltaUsd, diff.costKnown, diff.estimatedCostUsd],
    [null, false, { left: null, right: 0.3 }],
  );
});

Deno.test("runs without a group have no key, and a group of that name has one", () => {
  const row: CostRow = {
    key: "(none)",
    runs: 1,
    llmCalls: 1,
    usage: NO_USAGE,
    costUsd: 1,
    unknownCostCalls: 0,
  };
  assert.equal(costShape({ ...row, isUngrouped: true }).key, null);
  assert.equal(costShape(row).key, "(none)");
});

Deno.test("changes have both sides, null where there is nothing, and times carry no noise", async () => {
  const changes = jsonChanges({ gone: 1, kept: 1 }, { kept: 2, come: 3 });
  assert.ok(changes.some((change) => !("left" in change)));
  const start = 1_700_000_000_000_000;
  const left = traceOf({}, { startTimeUs: start, endTimeUs: start + 100_100, config: { gone: 1, kept: 1 } });
  const right = traceOf({}, { startTimeUs: start, endTimeUs: start + 300_300, config: { kept: 2, come: 3 } });
  const document = diffDocument(await diffRuns(left, right));
  assert.deepEqual(document.config, [
    { path: "/gone", op: "remove", left: 1, right: null },
    { path: "/kept", op: "replace", left: 1, right: 2 },
    { path: "/come", op: "add", left: null, right: 3 },
  ]);
  assert.equal(document.durationDeltaMs, 200.2);
  assert.notEqual(300.3 - 100.1, 200.2);
});
