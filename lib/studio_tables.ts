// Rows as the studio gives them back: tables with their columns and a look in notebooks.
import {
  type ColumnsFor,
  type DiffRow,
  type EvaluationRow,
  forkChanges,
  loadForkTree,
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
  type Experiment,
  isFinal,
  type JudgedRun,
  oneLine,
  type Run,
  type RunFilter,
  type RunSort,
  shortRunId,
  systemTimeZone,
  type Trace,
} from "./core/mod.ts";
import { chatBundle, receiptBundle, type Table, type TableLook, tableOf } from "./notebook/mod.ts";
import { type BranchSigns, branchText, damagedRowsNote } from "./present/mod.ts";
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
  const { rows, damagedRows } = await readRows(app, table, wanted);
  return tableOf(rows as readonly Rows[N][], table.columns, { ...LOOKS[name], ...damageLook(damagedRows) });
}

/** What could not be read is said below the rows. */
const damageLook = (damagedRows: number): TableLook =>
  damagedRows === 0 ? {} : { note: damagedRowsNote(damagedRows) };

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

export async function experimentsTable(experiments: readonly Experiment[]) {
  const { EXPERIMENT_COLUMNS, experimentRow } = await loadTables();
  return tableOf(experiments.map(experimentRow), EXPERIMENT_COLUMNS, {
    caption: "experiments, newest first",
    show: [
      "experimentId",
      "suite",
      "status",
      "variants",
      "planned",
      "done",
      "passed",
      "errors",
      "costUsd",
      "startTime",
    ],
    empty: 'No suite was run. Try: await studio.evaluate("sales")',
  });
}

export async function costsTable(app: App, by: CostKey, filter: RunFilter) {
  const { COST_SUM_COLUMNS, costSumRow } = await loadTables();
  const costs = await (await app.store()).costBy(by, filter, app.config.timeZone ?? systemTimeZone());
  const rows = costs.filter((it) => it.damagedRows === undefined).map(costSumRow);
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
    ...damageLook(costs.at(-1)?.damagedRows ?? 0),
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

const CHANGES_MAX_CHARS = 200;

/** Without blanks: a cell has one at a time. */
const TREE: BranchSigns = { through: "│·", blank: "··", branch: "├─ ", lastBranch: "└─ ", cut: "…" };

const FORK_COLUMNS: ColumnsFor<ForkRow> = {
  tree: { type: "text", about: "its place in the family; ● is the run that was asked for" },
  runId: { type: "text", about: "the run" },
  parentRunId: {
    type: "text",
    about: "the run it came from; null for the first, and where that is gone",
    nullable: true,
  },
  depth: { type: "integer", unit: "generations", about: "how many runs lie between it and the first" },
  changed: { type: "text", about: "what it changed; of the first, its agent" },
  status: { type: "text", about: "how it ended, or what it does" },
  model: { type: "text", about: "what it asked" },
  steps: { type: "integer", unit: "steps", about: "model and tool calls" },
  costUsd: { type: "number", unit: "USD", about: "what it cost; null when unknown", nullable: true },
  durationMs: { type: "number", unit: "ms", about: "how long it took; null until it ends", nullable: true },
};

/** A run of a family. */
export type ForkRow = {
  /** Its place in the family; ● is the run that was asked for. */
  readonly tree: string;
  /** The run. */
  readonly runId: string;
  /** The run it came from; null for the first, and where that is gone. */
  readonly parentRunId: string | null;
  /** How many runs lie between it and the first; generations. */
  readonly depth: number;
  /** What it changed; of the first, its agent. */
  readonly changed: string;
  /** How it ended, or what it does. */
  readonly status: string;
  /** What it asked. */
  readonly model: string;
  /** Model and tool calls; steps. */
  readonly steps: number;
  /** What it cost; null when unknown; USD. */
  readonly costUsd: number | null;
  /** How long it took; null until it ends; ms. */
  readonly durationMs: number | null;
};

export async function forksTable(app: App, asked: Run): Promise<Table<ForkRow>> {
  const { members, isCut } = await loadForkTree(await app.store(), [asked]);
  const rows = members.map((member): ForkRow => {
    const { run, parent, guides } = member;
    const mark = run.runId === asked.runId ? "● " : "";
    const changed = parent ? forkChanges(parent, run).join(", ") || "nothing" : run.agent;
    const { totals, endTimeUs, startTimeUs } = run;
    return {
      tree: `${branchText(member, TREE)}${mark}${shortRunId(run.runId)}`,
      runId: run.runId,
      parentRunId: parent?.runId ?? null,
      depth: guides.length,
      changed: oneLine(changed, CHANGES_MAX_CHARS),
      status: run.status,
      model: run.model,
      steps: totals.steps,
      costUsd: totals.unknownCostCalls > 0 ? null : totals.costUsd,
      durationMs: endTimeUs !== undefined && isFinal(run.status) ? (endTimeUs - startTimeUs) / 1000 : null,
    };
  });
  const only = rows.length === 1 ? "It was never run again" : "";
  return tableOf(rows, FORK_COLUMNS, {
    caption: "the run and what came of it",
    show: ["tree", "changed", "status", "model", "steps", "costUsd", "durationMs"],
    ...(only === "" && !isCut ? {} : { note: isCut ? "only a part of the family" : only }),
  });
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
