import { sql } from "kysely";
import { isInsideCall } from "../analysis/mod.ts";
import {
  ATTR,
  estimatedUsdOf,
  NO_USAGE,
  QUARTER_MS,
  type RunTotals,
  type Span,
  type SpanEnd,
  type Trace,
} from "../core/mod.ts";
import { bytes } from "./codec.ts";
import { tokenColumns } from "./rows.ts";
import { type Db, run as execute } from "./statements.ts";
import type { OpenSpan, TraceState } from "./trace_state.ts";

const US_PER_QUARTER = QUARTER_MS * 1000;

/**
 * Keeps the sums of a run in its row, so that lists never add up spans; with them what else of it changes. Whatever changes the run may change what search should
 * find, and what its digest said holds no more.
 */
export async function setTotals(
  db: Db,
  traceId: string,
  totals: RunTotals,
  { seq, columns }: { readonly seq: number; readonly columns: Readonly<Record<string, unknown>> },
): Promise<void> {
  const row = {
    ...columns,
    seq,
    steps: totals.steps,
    llm_calls: totals.llmCalls,
    tool_calls: totals.toolCalls,
    attempts: totals.attempts,
    ...tokenColumns(totals.usage),
    cost_usd: totals.costUsd,
    unknown_cost_calls: totals.unknownCostCalls,
    estimated_cost_usd: totals.estimatedCostUsd ?? 0,
    retry_wait_ms: totals.retryWaitMs,
    indexed: 0,
    digest: null,
  };
  const { changes } = await execute(
    db,
    `set run totals ${Object.keys(columns)}`,
    [...Object.values(row), bytes(traceId)],
    () => db.updateTable("run").set(row).where("trace_id", "=", bytes(traceId)),
  );
  if (changes === 0n) throw new RangeError(`Cannot update run "${traceId}": it was never started`);
}

/** A run got what is no part of it, as an evaluation: only followers must hear of it. */
export async function setSeq(db: Db, traceId: string, seq: number): Promise<void> {
  await db.updateTable("run").set({ seq }).where("trace_id", "=", bytes(traceId)).execute();
}

/** Adds a call to the sums by model and quarter of an hour. */
export async function addUsageRow(
  db: Db,
  { runNo }: TraceState,
  event: SpanEnd,
  span: OpenSpan,
): Promise<void> {
  const { usage, cost } = event;
  const row = {
    run_no: runNo,
    model: span.model,
    quarter: Math.floor(event.endTimeUs / US_PER_QUARTER),
    llm_calls: span.kind === "llm" ? 1 : 0,
    ...tokenColumns(usage ?? NO_USAGE),
    cost_usd: cost?.usd ?? 0,
    unknown_cost_calls: cost && cost.usd === null ? 1 : 0,
    estimated_cost_usd: estimatedUsdOf(event) ?? 0,
  };
  const { run_no: _r, model: _m, quarter: _q, ...sums } = row;
  await execute(
    db,
    "add usage",
    [...Object.values(row), ...Object.values(sums)],
    () =>
      db.insertInto("run_usage").values(row).onConflict((conflict) =>
        conflict.columns(["run_no", "model", "quarter"]).doUpdateSet(
          Object.fromEntries(
            Object.entries(sums).map((
              [name, value],
            ) => [name, sql`${sql.ref(`run_usage.${name}`)} + ${value}`]),
          ),
        )
      ),
  );
}

/** The same of a span of a run that is written whole. */
export async function addSpanUsage(db: Db, state: TraceState, span: Span, trace: Trace): Promise<void> {
  const isFree = span.attributes[ATTR.modelSource] === "recorded";
  if (isFree || !(span.kind === "llm" || span.usage || span.cost)) return;
  const end = { ...span, type: "span_end" as const, endTimeUs: span.endTimeUs ?? span.startTimeUs };
  const open = state.openSpans.get(span.spanId)!;
  // A call that another one tells of again is one call.
  await addUsageRow(db, state, end, isInsideCall(span, trace) ? { ...open, kind: "chain" } : open);
}
