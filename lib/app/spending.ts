import {
  type DearPrompt,
  type Duplicates,
  loadSpending,
  type WhatIf,
  type WhatIfRow,
  whatIfTotal,
  whatIfUsage,
  whatIfUsd,
} from "../analysis/mod.ts";
import type { CostKey, FactsReader, Forecast, Run, RunFilter, RunReader, SpanFacts } from "../core/mod.ts";
import type { App } from "./app.ts";
import { costReport } from "./cost_report.ts";
import { soundTrace } from "./sound_trace.ts";

const DAY_MS = 86_400_000;
/** A run may have begun long before its last call of the days looked at. */
const RUN_DAYS_MAX = 7;
const MONTH_DAYS_MAX = 31;
/** Dearest runs that prompts are made of: what the others cost is little beside them. */
const RUNS_MAX = 10_000;
const RUNS_PER_PAGE = 1_000;
/** Model calls looked at for duplicates, oldest run first. */
const CALLS_MAX = 200_000;
/** Runs opened to compare what was asked, newest first. */
const TRACES_MAX = 1_000;

/** What was spent, and what the same tokens would have cost. */
export interface WhatIfReport extends WhatIf {
  readonly by: CostKey;
  /** Dearest first. */
  readonly rows: readonly WhatIfRow[];
  readonly total: WhatIfRow;
}

/**
 * What the runs of `filter` would have cost with the prices that a model has today, or with another part of their prompts from a
 * cache: without a model each at the prices of its own, by model then. Days are those of `timeZone`.
 */
export async function whatIfReport(
  app: App,
  { model, cachedShare }: WhatIf,
  { by = "model", filter = {}, timeZone }: {
    readonly by?: CostKey;
    readonly filter?: RunFilter;
    readonly timeZone?: string;
  } = {},
): Promise<WhatIfReport> {
  const report = await costReport(await app.store(), by, filter, timeZone);
  const assumed = {
    ...(model === undefined ? {} : { model }),
    ...(cachedShare === undefined ? {} : { cachedShare }),
  };
  const rows: WhatIfRow[] = [];
  for (const row of report.rows) {
    const { usd } = await app.whatIf(model ?? row.key, whatIfUsage(row.usage, assumed));
    rows.push({ row, usd: whatIfUsd(row, usd) });
  }
  return { ...assumed, by, rows, total: { ...whatIfTotal(rows), row: report.total } };
}

/** What the month that it is will have cost. Days are those of `timeZone`. */
export async function forecast(
  store: Pick<RunReader, "costBy">,
  nowMs: number,
  timeZone: string,
): Promise<Forecast> {
  const { forecastMonth } = await loadSpending();
  const sinceMs = nowMs - (MONTH_DAYS_MAX + RUN_DAYS_MAX) * DAY_MS;
  const days = await store.costBy("day", { sinceUs: sinceMs * 1000 }, timeZone);
  return forecastMonth(days.filter(({ damagedRows }) => damagedRows === undefined), nowMs, timeZone);
}

/** The prompts that cost most. */
export interface DearestPrompts {
  /** Dearest first. */
  readonly prompts: readonly DearPrompt[];
  /** Different prompts that were found. */
  readonly found: number;
  /** Runs that they were found in. */
  readonly runs: number;
  /** There are more runs, none of them dearer than these. */
  readonly isCut: boolean;
}

/** The `limit` dearest prompts of the runs of `filter`. A prompt is an agent's: of another agent it is another one. */
export async function dearestPrompts(
  store: Pick<RunReader, "listRuns">,
  filter: RunFilter = {},
  limit = 10,
): Promise<DearestPrompts> {
  const { dearPrompts } = await loadSpending();
  const runs: Run[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.listRuns({
      filter,
      sort: "cost",
      limit: RUNS_PER_PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    runs.push(...page.runs);
    cursor = page.nextCursor;
  } while (cursor !== undefined && runs.length < RUNS_MAX);
  const prompts = dearPrompts(runs);
  return {
    prompts: prompts.slice(0, limit),
    found: prompts.length,
    runs: runs.length,
    isCut: cursor !== undefined,
  };
}

/** What was paid more than once, and where that was looked for. */
export interface DuplicateReport extends Duplicates {
  /** Model calls that were looked at. */
  readonly callsSeen: number;
  /** Runs that were opened to compare what was asked. */
  readonly runsRead: number;
  /** There were more. */
  readonly isCut: boolean;
  /** Runs that could not be read, and figures that hold what cannot be. */
  readonly damaged: number;
}

/** Where calls and what they were asked is read from. */
export type CallReader = Pick<RunReader, "resolveRun" | "loadTrace"> & Pick<FactsReader, "spanFacts">;

/** Requests of the runs of `filter` that were paid more than once. */
export async function duplicateCalls(store: CallReader, filter: RunFilter = {}): Promise<DuplicateReport> {
  const { DuplicateCollector, mayBeDuplicates } = await loadSpending();
  const { calls, isCut, damagedRows } = await modelCalls(store, filter);
  const { runIds, spanIds } = mayBeDuplicates(calls);
  const collector = new DuplicateCollector();
  let damaged = damagedRows;
  const read = runIds.slice(0, TRACES_MAX);
  for (const runId of read) {
    const trace = await soundTrace(store, (await store.resolveRun(runId)).traceId);
    if (!trace) damaged++;
    for (const span of trace?.spans.values() ?? []) {
      if (spanIds.has(span.spanId)) collector.add(trace!.run, span);
    }
  }
  return {
    ...collector.found(),
    callsSeen: calls.length,
    runsRead: read.length,
    isCut: isCut || runIds.length > read.length,
    damaged,
  };
}

async function modelCalls(store: Pick<FactsReader, "spanFacts">, filter: RunFilter) {
  const calls: SpanFacts[] = [];
  let damagedRows = 0;
  let cursor: string | undefined;
  do {
    const page = await store.spanFacts({
      filter,
      kinds: ["llm"],
      ...(cursor === undefined ? {} : { cursor }),
    });
    calls.push(...page.spans);
    damagedRows += page.damagedRows;
    cursor = page.nextCursor;
  } while (cursor !== undefined && calls.length < CALLS_MAX);
  return { calls, damagedRows, isCut: cursor !== undefined };
}
