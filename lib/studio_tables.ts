// Rows as the studio gives them back: tables with their columns and a look in notebooks.
import {
  type ColumnsFor,
  type DiffRow,
  type EvaluationRow,
  loadTables,
  type MemoryRow,
  type MessageRow,
  pricedSpans,
  type RunCostRow,
  type RunRow,
  type SpanRow,
  type TableDefinition,
} from "./analysis/mod.ts";
import { type App, readRows, type RowsWanted } from "./app/mod.ts";
import {
  type CostKey,
  type JudgedRun,
  type Run,
  type RunFilter,
  type RunSort,
  systemTimeZone,
  type Trace,
} from "./core/mod.ts";
import { chatBundle, receiptBundle, type Table, type TableLook, tableOf } from "./notebook/mod.ts";
import type { SqlRow } from "./studio_options.ts";

const NO_RUNS = 'There are no runs. Try: await studio.run("main", "What is 17% of 240?")';

/** A row of each table. */
interface Rows {
  readonly runs: RunRow;
  readonly spans: SpanRow;
  readonly messages: MessageRow;
  readonly costs: RunCostRow;
  readonly evaluations: EvaluationRow;
  readonly diffs: DiffRow;
  readonly memory: MemoryRow;
}

const LOOKS: Readonly<Record<keyof Rows, TableLook>> = {
  runs: {
    show: [
      "runId",
      "status",
      "agent",
      "model",
      "steps",
      "totalTokens",
      "costUsd",
      "durationMs",
      "startTime",
      "prompt",
    ],
    empty: NO_RUNS,
  },
  spans: {
    caption: "spans, oldest run first",
    show: [
      "runId",
      "step",
      "kind",
      "name",
      "status",
      "errorType",
      "durationMs",
      "inputTokens",
      "outputTokens",
      "costUsd",
    ],
    empty: "These runs have no spans.",
  },
  messages: {
    caption: "messages in order",
    show: ["runId", "position", "role", "content", "toolCalls", "tokenCount", "timestamp"],
    empty: "These runs have no messages on record.",
  },
  costs: {
    caption: "tokens and money by run, model and day",
    show: [
      "runId",
      "agent",
      "model",
      "day",
      "llmCalls",
      "inputTokens",
      "cachedInputTokens",
      "outputTokens",
      "costUsd",
    ],
    empty: "These runs called no model.",
  },
  evaluations: {
    caption: "scores, newest first",
    show: ["runId", "agent", "model", "name", "value", "label", "explanation", "source", "timestamp"],
    empty: 'Nothing was scored. Try: await studio.score("last", "completed")',
  },
  diffs: {
    caption: "differences between runs",
    show: [
      "leftRunId",
      "rightRunId",
      "overrides",
      "identical",
      "sameAnswer",
      "sameSteps",
      "changedSteps",
      "addedSteps",
      "removedSteps",
      "costDeltaUsd",
      "durationDeltaMs",
    ],
    empty: 'Nothing was compared. Try: await studio.replay("last")',
  },
  memory: {
    caption: "memory after each step",
    show: [
      "runId",
      "step",
      "cause",
      "name",
      "messages",
      "sentMessages",
      "keys",
      "characters",
      "messagesAdded",
      "keysChanged",
    ],
    empty: "No memory was recorded.",
  },
};

/** The rows of a table, as a table. */
export async function rowsTable<N extends keyof Rows>(
  app: App,
  name: N,
  wanted: RowsWanted,
): Promise<Table<Rows[N]>> {
  const { TABLES } = await loadTables();
  const table: TableDefinition = TABLES[name] as unknown as TableDefinition;
  const { rows } = await readRows(app, table, wanted);
  return tableOf(rows as readonly Rows[N][], table.columns, LOOKS[name]);
}

export async function runsTable(app: App, runs: readonly Run[], sort: RunSort) {
  const { runRow, TABLES } = await loadTables();
  const nowMs = app.host.now();
  const caption = sort === "newest" || sort === "oldest" ? `runs, ${sort} first` : `runs, most ${sort} first`;
  return tableOf(runs.map((run) => runRow(run, nowMs)), TABLES.runs.columns, { ...LOOKS.runs, caption });
}

/** Messages of one run are shown as a conversation. */
export async function messagesTable(app: App, wanted: RowsWanted) {
  const { TABLES: { messages } } = await loadTables();
  const { rows, runs: [only, ...others] } = await readRows(app, messages, wanted);
  const bundle = async () => chatBundle(await (await app.store()).loadMessages(only!.traceId));
  return tableOf(rows, messages.columns, {
    ...LOOKS.messages,
    ...(only && others.length === 0 ? { bundle } : {}),
  });
}

export async function costsTable(app: App, by: CostKey, filter: RunFilter) {
  const { COST_SUM_COLUMNS, costSumRow } = await loadTables();
  const rows = (await (await app.store()).costBy(by, filter, app.config.timeZone ?? systemTimeZone())).map(
    costSumRow,
  );
  return tableOf(rows, COST_SUM_COLUMNS, {
    caption: `costs by ${by}, dearest first`,
    show: [
      "key",
      "runs",
      "llmCalls",
      "inputTokens",
      "cachedInputTokens",
      "outputTokens",
      "costUsd",
      "unknownCostCalls",
    ],
    empty: "No model was called.",
  });
}

const RECEIPT_COLUMNS: ColumnsFor<ReceiptRow> = {
  step: { type: "integer", unit: "step", about: "number of the call's step", nullable: true },
  model: { type: "text", about: "what the call asked for" },
  unit: { type: "text", about: "what is billed: input_tokens, cached_input_tokens, output_tokens, …" },
  quantity: { type: "number", unit: "units", about: "how many of it" },
  usdPerMillion: {
    type: "number",
    unit: "USD",
    about: "price of a million; null when unknown",
    nullable: true,
  },
  costUsd: {
    type: "number",
    unit: "USD",
    about: "quantity × price × factor; null when unknown",
    nullable: true,
  },
  isFree: { type: "boolean", about: "it was paid before: a recording answered, or a fork began with it" },
  priceSource: { type: "text", about: "where the price comes from", nullable: true },
  priceDate: { type: "text", about: "the day the price was known to hold", nullable: true },
  spanId: { type: "text", about: "the span of the call" },
};

/** A line of a receipt: one unit of one call. */
export type ReceiptRow = {
  /** Number of the call's step. */
  readonly step: number | null;
  /** What the call asked for. */
  readonly model: string;
  /** What is billed: input_tokens, cached_input_tokens, output_tokens, …. */
  readonly unit: string;
  /** How many of it; units. */
  readonly quantity: number;
  /** Price of a million; null when unknown; USD. */
  readonly usdPerMillion: number | null;
  /** Quantity × price × factor; null when unknown; USD. */
  readonly costUsd: number | null;
  /** It was paid before: a recording answered, or a fork began with it. */
  readonly isFree: boolean;
  /** Where the price comes from. */
  readonly priceSource: string | null;
  /** The day the price was known to hold. */
  readonly priceDate: string | null;
  /** The span of the call. */
  readonly spanId: string;
};

export function receiptTable(trace: Trace): Table<ReceiptRow> {
  const rows = pricedSpans(trace).flatMap(({ span, step, receipt, isFree }) =>
    receipt.lines.map((line): ReceiptRow => ({
      step: step ?? null,
      model: receipt.model,
      unit: line.unit,
      quantity: line.quantity,
      usdPerMillion: line.usdPerMillion,
      costUsd: line.usd === null ? null : line.usd * receipt.factor,
      isFree,
      priceSource: receipt.source ?? null,
      priceDate: receipt.date ?? null,
      spanId: span.spanId,
    }))
  );
  return tableOf(rows, RECEIPT_COLUMNS, { bundle: () => receiptBundle(trace) });
}

export async function sqlTable(rows: readonly SqlRow[]): Promise<Table<SqlRow>> {
  return await Promise.resolve(
    tableOf(rows, undefined, { caption: "rows of the query", empty: "No row fits." }),
  );
}

/** Scores as a table. */
export async function scoresTable(judged: readonly JudgedRun[]) {
  const { evaluationRow, TABLES } = await loadTables();
  return tableOf(judged.map(evaluationRow), TABLES.evaluations.columns, {
    ...LOOKS.evaluations,
    caption: "scores",
    empty: "There is no run to score.",
  });
}
