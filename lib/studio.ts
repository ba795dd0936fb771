import type { AgentConfig } from "./agent/mod.ts";
import type { EvaluationRow, MemoryStep, RunDiff } from "./analysis/mod.ts";
import { App } from "./app/mod.ts";
import { readConfig } from "./cli/mod.ts";
import { escapeText, type Evaluation, type Run, sentenceOf, type Span, type Trace } from "./core/mod.ts";
import type { BisectResult } from "./evals/mod.ts";
import type { Chart, Table } from "./notebook/mod.ts";
import type { ReplayResult } from "./replay/mod.ts";
import {
  asText,
  filterOf,
  knownZone,
  listOf,
  runnerOptions,
  traceOf,
  wantedRows,
} from "./studio_arguments.ts";
import { cellSignal } from "./studio_cell.ts";
import type { StudioComparison, StudioExperiment } from "./studio_experiments.ts";
import type {
  AgentSpec,
  BisectRunsOptions,
  ChartOptions,
  CompareOptions,
  EvaluateOptions,
  ExportOptions,
  GateOptions,
  ReplayRunOptions,
  RunOptions,
  ScoreRunsOptions,
  StudioOptions,
  SuiteSpec,
} from "./studio_options.ts";
import { StudioRows } from "./studio_rows.ts";
import type { ForkRow } from "./studio_tables.ts";

/** What a result looks like in a notebook. Loaded with the first one. */
const views = () => import("./studio_views.ts");
const tables = () => import("./studio_tables.ts");
const experiments = () => import("./studio_experiments.ts");

/**
 * Opens the store with everything around it: the same as the `agentop` command works with. Close it with `await using`.
 *
 * ```ts
 * import { openStudio } from "@agentop/studio";
 *
 * await using studio = await openStudio({ store: ":memory:", simulator: true });
 * const run = await studio.run({ model: "mistral-small-latest", tools: ["calculator"] }, "What is 17% of 240?");
 * console.log(run.status, run.output, run.totals.costUsd);
 * ```
 *
 * @param options What is not to come from the environment.
 * @returns The studio; its store is open.
 * @throws {AgentOpError} A variable of the environment or a rule of `redact` cannot be used, or there is no such time zone.
 * @throws {StoreError} The store cannot be opened.
 */
export async function openStudio(options: StudioOptions = {}): Promise<Studio> {
  const { host, simulator, timeZone, onWarning = console.warn, ...flags } = options;
  const { endpoint, ...config } = readConfig(flags);
  const models = simulator ? { useSimulator: true } : endpoint ? { endpoint } : {};
  await using stack = new AsyncDisposableStack();
  const app = stack.use(
    new App(
      { ...config, ...models, ...(timeZone === undefined ? {} : { timeZone: knownZone(timeZone) }) },
      {
        ...(host ? { host } : {}),
        onWarning: (warning) => onWarning(`agentop: ${escapeText(sentenceOf(warning))}`),
      },
    ),
  );
  if (config.redact !== undefined) await app.arm();
  await app.store();
  stack.move();
  return new Studio(app);
}

/**
 * Runs, and what can be done with them. A run is named by its id, its beginning or end, `last`, or `last~2`. Tables are plain
 * arrays of flat rows; `columns` says type, unit and meaning of each column, `toArrow()` hands them to other programs. In a
 * notebook everything shows itself.
 */
export class Studio extends StudioRows implements AsyncDisposable {
  readonly #app: App;

  /** Use {@linkcode openStudio}. */
  constructor(app: App) {
    super(app);
    this.#app = app;
  }

  /**
   * Everything that is known of a run: spans, snapshots, evaluations.
   *
   * @param run Its id, a beginning or end of it, `last` or `last~2`.
   * @throws {AgentOpError} There is no such run.
   */
  async trace(run: string): Promise<Trace> {
    return (await views()).shownTrace(this.#app, await traceOf(this.#app, run));
  }

  /**
   * One step of a run: what it took and gave. Shown opened.
   *
   * @param step Its number, from 1.
   * @throws {AgentOpError} There is no such run or step.
   */
  async step(run: string, step: number): Promise<Span> {
    return (await views()).shownStep(this.#app, await traceOf(this.#app, run), step);
  }

  /**
   * Runs an agent to its end; how it ended is its status.
   *
   * @param agent Name, path, or what an agent file would say.
   * @throws {AgentOpError} It is pointless to start: no such agent, an empty prompt, a tool that cannot be set up.
   * @throws {StoreError} The store could not keep a step.
   */
  async run(agent: AgentSpec, prompt: string, options: RunOptions = {}): Promise<Run> {
    const { newRun } = await import("./app/mod.ts");
    const { set, user, signal = cellSignal(), budgetUsd, maxSteps, timeoutSeconds, group, tags } = options;
    const { config, request } = await newRun(this.#app, {
      agent: await this.#agent(agent),
      prompt,
      overrides: asText(set),
      budgetUsd,
      maxSteps,
      timeoutSeconds,
      ...(group === undefined ? {} : { group }),
      ...(user === undefined ? {} : { userId: user }),
      ...(tags === undefined ? {} : { tags }),
    });
    const rights = { maxSteps, isGuarded: false };
    const runner = await this.#app.createRunner({ ...await runnerOptions(options), rights });
    return (await views()).shownRun(
      this.#app,
      await runner.run(config, request, signal ? { signal } : {}),
    );
  }

  async #agent(agent: AgentSpec): Promise<AgentConfig> {
    if (typeof agent === "string") return await this.#app.resolveAgent(agent);
    const { parseAgentFile } = await import("./agent/mod.ts");
    return await parseAgentFile(JSON.stringify(agent), "inline.yaml", this.#app.config.defaults);
  }

  /**
   * Runs a run again, and stores the difference. Shown as that difference.
   *
   * @throws {AgentOpError} It cannot be run again like this; nothing is written then.
   */
  async replay(run: string, options: ReplayRunOptions = {}): Promise<ReplayResult> {
    const { mode = "hybrid", tools = "live", edits = {}, from, signal = cellSignal() } = options;
    const steps = options.onProgress ? (await (await this.#app.store()).resolveRun(run)).totals.steps : null;
    const replayed = await this.#app.replay(run, {
      mode,
      tools,
      overrides: asText(options.set),
      edits: new Map(Object.entries(edits).map(([step, text]) => [Number(step), text])),
      runner: await runnerOptions(options, steps),
      ...(from === undefined ? {} : { from }),
      ...(signal ? { signal } : {}),
    });
    return (await views()).shownReplay(this.#app, replayed);
  }

  /**
   * A run that shares the steps before `from` with another and goes on by itself.
   *
   * @throws {AgentOpError} There is no such step, or an edit does not fit it.
   */
  async fork(
    run: string,
    from: number,
    options: Omit<ReplayRunOptions, "from" | "mode"> = {},
  ): Promise<ReplayResult> {
    return await this.replay(run, { ...options, from });
  }

  /**
   * What differs between two finished runs, step by step.
   *
   * @throws {AgentOpError} One of them is not there, or not finished.
   */
  async diff(left: string, right: string): Promise<RunDiff> {
    return (await views()).shownDiff(this.#app, await this.#app.diff(left, right));
  }

  /**
   * The family of a run: what it goes back to, and all replays and forks that came of it, with what each changed. Shown as a tree.
   *
   * @throws {AgentOpError} There is no such run.
   */
  async forks(run: string): Promise<Table<ForkRow>> {
    const store = await this.#app.store();
    return await (await tables()).forksTable(this.#app, await store.resolveRun(run));
  }

  /**
   * What the agent knew after each step, and what changed it. Shown as the changes, step by step.
   *
   * @throws {AgentOpError} There is no such run.
   */
  async memory(run: string): Promise<readonly MemoryStep[]> {
    return await (await views()).shownMemory(await traceOf(this.#app, run));
  }

  /**
   * Scores a stored run and keeps the verdict.
   *
   * @param scorer `NAME`, `NAME=VALUE` or `NAME={key: value}`: `numeric=36034.8`, `includes=refund`, …
   * @throws {AgentOpError} There is no such run or scorer, or its settings do not fit.
   */
  async score(run: string, scorer: string): Promise<Evaluation> {
    const { scoreRuns, shownEvaluation } = await views();
    const [judged] = await scoreRuns(this.#app, { runs: [run], limit: 1 }, scorer);
    return shownEvaluation(judged!);
  }

  /**
   * Scores stored runs, the newest first, and keeps the verdicts. Runs that have not ended are left out.
   *
   * @param scorer As for {@linkcode Studio.score}.
   * @param query Which runs; `limit` is how many at most.
   * @throws {AgentOpError} There is no such run or scorer, or its settings do not fit.
   */
  async scoreRuns(scorer: string, query: ScoreRunsOptions = {}): Promise<Table<EvaluationRow>> {
    const [{ scoreRuns }, { scoresTable }] = await Promise.all([views(), tables()]);
    const { onProgress, ...which } = query;
    return await scoresTable(
      await scoreRuns(this.#app, await wantedRows(this.#app, which), scorer, onProgress),
    );
  }

  /**
   * Runs a suite: variants × cases × repeats, each a run of its own, judged by its scorers. Interrupting the cell, or the signal,
   * leaves an experiment that goes on with `resume`.
   *
   * @param suite Its path, its name in `evals/`, or what a suite file would say.
   * @returns The experiment with its scores, results and gate.
   * @throws {AgentOpError} The suite cannot be run as it is; nothing is written then.
   * @throws {StoreError} The store could not keep a result.
   */
  async evaluate(suite: SuiteSpec, options: EvaluateOptions = {}): Promise<StudioExperiment> {
    return await (await experiments()).evaluateSuite(this.#app, suite, options);
  }

  /**
   * One experiment: scores with intervals, every result, and the worst cases.
   *
   * @param experiment Its id, a beginning or end of it, `last` or `last~2`.
   * @param options What it is to be measured by.
   * @throws {AgentOpError} There is no such experiment.
   */
  async experiment(experiment: string, options: GateOptions = {}): Promise<StudioExperiment> {
    return await (await experiments()).experimentOf(this.#app, experiment, options);
  }

  /**
   * Compares two experiments case by case: what may be claimed, and the cases that changed most.
   *
   * @param before An experiment, or one of its variants: `EXP/VARIANT`.
   * @param after The other one; not needed for an experiment with two variants.
   * @throws {AgentOpError} It is not clear which variants are meant, or they have no case in common.
   */
  async compare(before: string, after?: string, options: CompareOptions = {}): Promise<StudioComparison> {
    return await (await experiments()).compared(this.#app, before, after, options);
  }

  /**
   * Finds the change of model, instructions, parameters or tools that made a good run bad. Each try is a replay.
   *
   * @param good A run that is good.
   * @param bad A run of the same prompt that is not.
   * @throws {AgentOpError} There are no such runs, or nothing between them can be searched.
   */
  async bisect(good: string, bad: string, options: BisectRunsOptions): Promise<BisectResult> {
    return await (await views()).bisect(this.#app, good, bad, options);
  }

  /**
   * Draws what runs say: `cost`, `tokens`, `latency`, `waterfall` and others; what experiments say: `score-intervals` and
   * `cost-vs-score`. `agentop chart list` names them all.
   *
   * @throws {AgentOpError} There is no such chart, run or experiment, or a term of the search is not understood.
   */
  async chart(name: string, options: ChartOptions = {}): Promise<Chart> {
    const { search = "", runs = [], experiments = [], theme } = options;
    const choice = {
      runs: listOf(runs),
      experiments: listOf(experiments),
      ...(search === "" ? {} : { filter: await filterOf(this.#app, search) }),
    };
    return await (await views()).chart(this.#app, name, choice, theme);
  }

  /**
   * Writes runs for somebody who has neither this program nor the store: `html` of a run, or of what differs between two;
   * `csv`, `jsonl` and `parquet` of one table, `sqlite` of all tables, of any number of runs, or of all.
   *
   * @returns The text of a text format without a `file`, otherwise where the file is.
   * @throws {AgentOpError} There is no such format or run, or the file is there already.
   */
  async export(format: string, options: ExportOptions = {}): Promise<string> {
    return await (await views()).exportRuns(
      this.#app,
      format,
      options,
      await filterOf(this.#app, options.search),
    );
  }

  /** Closes the store and the simulator. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app[Symbol.asyncDispose]();
  }
}
