import type {
  CostSumRow,
  DiffRow,
  EvaluationRow,
  ExperimentRow,
  MemoryRow,
  MessageRow,
  RunCostRow,
  RunRow,
  SpanRow,
} from "./analysis/mod.ts";
import type { App } from "./app/mod.ts";
import type { CostKey, Forecast } from "./core/mod.ts";
import type { Table } from "./notebook/mod.ts";
import { filterOf, traceOf, wantedRows } from "./studio_arguments.ts";
import type {
  CacheQuery,
  DearestQuery,
  DuplicatesQuery,
  ExperimentsQuery,
  RowsQuery,
  RunsQuery,
  SqlRow,
  WhatIfQuery,
} from "./studio_options.ts";
import type { CacheRow, DearPromptRow, DuplicateRow, WhatIfCostRow } from "./studio_spending.ts";
import type { ReceiptRow } from "./studio_tables.ts";

const SQL_ROWS_MAX = 100_000;

/** Loaded with the first table. */
const tables = () => import("./studio_tables.ts");
const spending = () => import("./studio_spending.ts");

/** What a studio reads as tables of flat rows. */
export class StudioRows {
  readonly #app: App;

  /** Use {@linkcode openStudio}. */
  constructor(app: App) {
    this.#app = app;
  }

  /**
   * Runs, newest first.
   *
   * @throws {AgentOpError} A term of the search is not understood.
   */
  async runs({ search = "", sort = "newest", limit = 50 }: RunsQuery = {}): Promise<Table<RunRow>> {
    const [{ runsTable }, filter, store] = await Promise.all([
      tables(),
      filterOf(this.#app, search),
      this.#app.store(),
    ]);
    const { runs } = await store.listRuns({ filter, sort, limit });
    return await runsTable(this.#app, runs, sort);
  }

  /**
   * Spans: model calls, their attempts, tool calls and others, oldest run first.
   *
   * @throws {AgentOpError} There is no such run, or a term of the search is not understood.
   */
  async spans(query: RowsQuery = {}): Promise<Table<SpanRow>> {
    return await (await tables()).rowsTable(this.#app, "spans", await wantedRows(this.#app, query));
  }

  /**
   * Messages in the order of their conversations. Those of one run are shown as a conversation.
   *
   * @throws {AgentOpError} There is no such run, or a term of the search is not understood.
   */
  async messages(query: RowsQuery = {}): Promise<Table<MessageRow>> {
    return await (await tables()).messagesTable(this.#app, await wantedRows(this.#app, query));
  }

  /**
   * Scores, newest first.
   *
   * @throws {AgentOpError} There is no such run, or a term of the search is not understood.
   */
  async evaluations(query: RowsQuery = {}): Promise<Table<EvaluationRow>> {
    return await (await tables()).rowsTable(this.#app, "evaluations", await wantedRows(this.#app, query));
  }

  /** Experiments, newest first: suites that were run. {@linkcode Studio.experiment} opens one. */
  async experiments({ suite, limit = 50 }: ExperimentsQuery = {}): Promise<Table<ExperimentRow>> {
    const [{ experimentsTable }, store] = await Promise.all([tables(), this.#app.store()]);
    const { experiments } = await store.listExperiments({ limit, ...(suite === undefined ? {} : { suite }) });
    return await experimentsTable(experiments);
  }

  /**
   * What replays and comparisons found, a row for each.
   *
   * @throws {AgentOpError} There is no such run, or a term of the search is not understood.
   */
  async diffs(query: RowsQuery = {}): Promise<Table<DiffRow>> {
    return await (await tables()).rowsTable(this.#app, "diffs", await wantedRows(this.#app, query));
  }

  /**
   * How much agents held, were sent and changed at each step: figures, for what {@linkcode Studio.memory} says in full.
   *
   * @throws {AgentOpError} There is no such run, or a term of the search is not understood.
   */
  async memoryRows(query: RowsQuery = {}): Promise<Table<MemoryRow>> {
    return await (await tables()).rowsTable(this.#app, "memory", await wantedRows(this.#app, query));
  }

  /**
   * What each run used and cost, by model and UTC day: what {@linkcode Studio.costs} adds up.
   *
   * @throws {AgentOpError} There is no such run, or a term of the search is not understood.
   */
  async costRows(query: RowsQuery = {}): Promise<Table<RunCostRow>> {
    return await (await tables()).rowsTable(this.#app, "costs", await wantedRows(this.#app, query));
  }

  /**
   * What was spent, dearest first, in USD; calls of unknown cost are counted beside. Days are those of the studio's time zone.
   *
   * @throws {AgentOpError} A term of the search is not understood.
   */
  async costs(by: CostKey = "model", search = ""): Promise<Table<CostSumRow>> {
    return await (await tables()).costsTable(this.#app, by, await filterOf(this.#app, search));
  }

  /**
   * What was spent, and what the same tokens would have cost with the prices of another model, or with another part of the prompts
   * from a cache, in USD. An estimate: another model counts and answers otherwise. What has no known price is `null`.
   *
   * @throws {AgentOpError} A share is not from 0 to 1, or a term of the search is not understood.
   */
  async whatIf(query: WhatIfQuery): Promise<Table<WhatIfCostRow>> {
    return await (await spending()).whatIfTable(this.#app, query);
  }

  /**
   * What this month will have cost at its end, in USD: what is spent, and for the days left the mean of the last 30 whole days, with
   * its 95 % interval (Student's t, days as independent and alike). Days are those of the studio's time zone.
   */
  async forecast(): Promise<Forecast> {
    return await (await spending()).forecastOf(this.#app);
  }

  /**
   * The prompts that cost most, in USD, of each agent; hand-offs are runs with prompts of their own.
   *
   * @throws {AgentOpError} A term of the search is not understood.
   */
  async dearestPrompts(query: DearestQuery = {}): Promise<Table<DearPromptRow>> {
    return await (await spending()).dearestTable(this.#app, query);
  }

  /**
   * Model calls whose very request was paid before, a row each: what a cache of answers would have saved, in USD.
   *
   * @throws {AgentOpError} A term of the search is not understood.
   */
  async duplicates(query: DuplicatesQuery = {}): Promise<Table<DuplicateRow>> {
    return await (await spending()).duplicatesTable(this.#app, query);
  }

  /**
   * What the provider's prompt cache did for each model call: how much came from it, where the beginning of the prompt ceased to be
   * that of the call before, which edit did it, and what that cost in USD.
   *
   * @throws {AgentOpError} There is no such run, or a term of the search is not understood.
   */
  async cache(query: CacheQuery = {}): Promise<Table<CacheRow>> {
    return await (await spending()).cacheTable(this.#app, query);
  }

  /**
   * How the cost of a run came about: a row per call and unit, quantity × price. Shown as a receipt.
   *
   * @throws {AgentOpError} There is no such run.
   */
  async receipt(run: string): Promise<Table<ReceiptRow>> {
    return await (await tables()).receiptTable(await traceOf(this.#app, run));
  }

  /**
   * One read-only query over `runs`, `spans`, `messages`, `tool_calls`, `memory_snapshots`, `diffs`, `evaluations`, `experiments`
   * and `experiment_results`.
   *
   * @throws {AgentOpError} The query is wrong, writes, or takes longer than 5 s; or the store is in memory.
   */
  async sql(query: string, options: { readonly maxRows?: number } = {}): Promise<Table<SqlRow>> {
    const [{ rowObjects }, { sqlTable }] = await Promise.all([import("./app/mod.ts"), tables()]);
    return await sqlTable(
      rowObjects(await this.#app.sql(query, { maxRows: options.maxRows ?? SQL_ROWS_MAX })),
    );
  }
}
