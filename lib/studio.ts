import type { AgentConfig, Approver } from "./agent/mod.ts";
import type { MemoryStep, RunDiff } from "./analysis/mod.ts";
import { App, type SqlValue } from "./app/mod.ts";
import { readConfig } from "./cli/mod.ts";
import {
  AgentOpError,
  type CostKey,
  type CostRow,
  type Evaluation,
  type Host,
  oneLine,
  type Run,
  type RunSort,
  systemTimeZone,
  timeZoneNamed,
  type Trace,
  type TraceEvent,
} from "./core/mod.ts";
import type { ReplayMode, ReplayResult, ToolPolicy } from "./replay/mod.ts";

/** Where a studio works. What is left out comes from the environment, as it does for the `agentop` command. */
export interface StudioOptions {
  /** Path of the store, or `:memory:` for one that is gone when the studio is closed. */
  readonly store?: string;
  /** Folder for the store, agents and settings. */
  readonly home?: string;
  /** Answers come from the built-in simulator, whatever keys are set. @default false */
  readonly simulator?: boolean;
  /** Whose days `since:` and `costs("day")` mean: an IANA name, e.g. `Europe/Paris`, or `UTC`. @default `AGENTOP_TZ`, else this machine's */
  readonly timeZone?: string;
  /** Clock, ids, network and chance; for tests. */
  readonly host?: Host;
}

/** An agent by name or path, or written out as in an agent file. */
export type AgentSpec = string | Readonly<Record<string, unknown>>;

/** What a run may do and is labelled with. */
export interface RunOptions {
  /** Changes by their `--set` names: `{ model: "mistral-large-latest", temperature: 0 }`. */
  readonly set?: Readonly<Record<string, string | number | boolean>>;
  /** Experiment, session or batch the run belongs to. */
  readonly group?: string;
  /** The user it is made for. */
  readonly user?: string;
  /** Labels. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The run stops before more than this is spent, in USD. */
  readonly budgetUsd?: number;
  /** Model and tool calls together. */
  readonly maxSteps?: number;
  /** The run stops after this time. */
  readonly timeoutSeconds?: number;
  /** Answers for tools that write, execute or reach the network. Without it they are refused. */
  readonly approver?: Approver;
  /** Told of every event once it is stored, and of streamed text at once. */
  readonly onEvent?: (event: TraceEvent) => void;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
}

/** How a run is run again. */
export interface ReplayRunOptions extends Pick<RunOptions, "set" | "approver" | "onEvent" | "signal"> {
  /** `recorded` asks nobody; `hybrid` asks the model and keeps known tool results; `live` runs everything. @default "hybrid" */
  readonly mode?: ReplayMode;
  /** The first step to run again; those before it are shared with the original. */
  readonly from?: number;
  /** What steps say instead, by their number; 0 is the prompt. */
  readonly edits?: Readonly<Record<number, string>>;
  /** For tool calls that are not on record. @default "live" */
  readonly tools?: ToolPolicy;
}

/** Which runs. */
export interface RunsQuery {
  /** As typed after `agentop runs --search`: `status:failed model:large since:24h refund`. */
  readonly search?: string;
  /** In which order. @default "newest" */
  readonly sort?: RunSort;
  /** How many at most. @default 50 */
  readonly limit?: number;
}

/** What goes out, and where to. */
export interface ExportOptions {
  /** Runs by their names: one or two for `html`. */
  readonly runs?: readonly string[];
  /** Runs by a search, as in `runs`. */
  readonly search?: string;
  /** A file or a folder; without it a text format gives its text. */
  readonly file?: string;
  /** An existing file may be replaced. @default false */
  readonly force?: boolean;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** A column's value by its name. Integers beyond 2^53 are text, bytes are hex digits. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

const SQL_ROWS_MAX = 100_000;

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
 * @throws {AgentOpError} A variable of the environment cannot be used, or there is no such time zone.
 * @throws {StoreError} The store cannot be opened.
 */
export async function openStudio(options: StudioOptions = {}): Promise<Studio> {
  const { host, simulator, timeZone, ...flags } = options;
  const { endpoint, ...config } = readConfig(flags);
  const models = simulator ? { useSimulator: true } : endpoint ? { endpoint } : {};
  await using stack = new AsyncDisposableStack();
  const app = stack.use(
    new App(
      { ...config, ...models, ...(timeZone === undefined ? {} : { timeZone: knownZone(timeZone) }) },
      host ? { host } : {},
    ),
  );
  await app.store();
  stack.move();
  return new Studio(app);
}

/** Runs, and what can be done with them. A run is named by its id, its beginning or end, `last`, or `last~2`. */
export class Studio implements AsyncDisposable {
  readonly #app: App;

  /** Use {@linkcode openStudio}. */
  constructor(app: App) {
    this.#app = app;
  }

  get #timeZone(): string {
    return this.#app.config.timeZone ?? systemTimeZone();
  }

  /**
   * Runs, newest first.
   *
   * @throws {AgentOpError} A term of the search is not understood.
   */
  async runs({ search = "", sort = "newest", limit = 50 }: RunsQuery = {}): Promise<readonly Run[]> {
    const { parseRunQuery } = await import("./analysis/mod.ts");
    const { filter, errors: [problem] } = parseRunQuery(search, this.#app.host.now(), this.#timeZone);
    if (problem) throw problem;
    return (await (await this.#app.store()).listRuns({ filter, sort, limit })).runs;
  }

  /**
   * Everything that is known of a run: spans, snapshots, evaluations.
   *
   * @param run Its id, a beginning or end of it, `last` or `last~2`.
   * @throws {AgentOpError} There is no such run.
   */
  async trace(run: string): Promise<Trace> {
    const store = await this.#app.store();
    return await store.loadTrace((await store.resolveRun(run)).traceId);
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
    const { set, user, signal, budgetUsd, maxSteps, timeoutSeconds, group, tags } = options;
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
    const runner = await this.#app.createRunner(await runnerOptions(options));
    return await runner.run(config, request, signal ? { signal } : {});
  }

  async #agent(agent: AgentSpec): Promise<AgentConfig> {
    if (typeof agent === "string") return await this.#app.resolveAgent(agent);
    const { parseAgentFile } = await import("./agent/mod.ts");
    return await parseAgentFile(JSON.stringify(agent), "inline.yaml", this.#app.config.defaults);
  }

  /**
   * Runs a run again, and stores the difference.
   *
   * @throws {AgentOpError} It cannot be run again like this; nothing is written then.
   */
  async replay(run: string, options: ReplayRunOptions = {}): Promise<ReplayResult> {
    const { mode = "hybrid", tools = "live", edits = {}, from, signal } = options;
    return await this.#app.replay(run, {
      mode,
      tools,
      overrides: asText(options.set),
      edits: new Map(Object.entries(edits).map(([step, text]) => [Number(step), text])),
      runner: await runnerOptions(options),
      ...(from === undefined ? {} : { from }),
      ...(signal ? { signal } : {}),
    });
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
    return await this.#app.diff(left, right);
  }

  /**
   * What the agent knew after each step, and what changed it.
   *
   * @throws {AgentOpError} There is no such run.
   */
  async memory(run: string): Promise<readonly MemoryStep[]> {
    const { memorySteps } = await import("./analysis/mod.ts");
    return memorySteps(await this.trace(run));
  }

  /**
   * Scores a stored run and keeps the verdict.
   *
   * @param scorer `NAME`, `NAME=VALUE` or `NAME={key: value}`: `numeric=36034.8`, `includes=refund`, …
   * @throws {AgentOpError} There is no such run or scorer, or its settings do not fit.
   */
  async score(run: string, scorer: string): Promise<Evaluation> {
    const [{ scoreRun }, { parseScorer }] = await Promise.all([
      import("./evals/mod.ts"),
      import("./scorers/mod.ts"),
    ]);
    const services = await this.#app.replayServices();
    return await scoreRun(services, await services.store.resolveRun(run), await parseScorer(scorer));
  }

  /**
   * What was spent, dearest first, in USD; calls of unknown cost are counted beside. Days are those of the studio's time zone.
   *
   * @throws {AgentOpError} A term of the search is not understood.
   */
  async costs(by: CostKey = "model", search = ""): Promise<readonly CostRow[]> {
    const { parseRunQuery } = await import("./analysis/mod.ts");
    const { filter, errors: [problem] } = parseRunQuery(search, this.#app.host.now(), this.#timeZone);
    if (problem) throw problem;
    return await (await this.#app.store()).costBy(by, filter, this.#timeZone);
  }

  /**
   * One read-only query over `runs`, `spans`, `messages`, `tool_calls`, `memory_snapshots`, `diffs` and `evaluations`.
   *
   * @throws {AgentOpError} The query is wrong, writes, or takes longer than 5 s; or the store is in memory.
   */
  async sql(query: string, options: { readonly maxRows?: number } = {}): Promise<readonly SqlRow[]> {
    const { rowObjects } = await import("./app/mod.ts");
    return rowObjects(await this.#app.sql(query, { maxRows: options.maxRows ?? SQL_ROWS_MAX }));
  }

  /**
   * Writes runs for somebody who has neither this program nor the store: `html` of a run, or of what differs between two;
   * `sqlite` of any number, or of all.
   *
   * @returns The text of a text format without a `file`, otherwise where the file is.
   * @throws {AgentOpError} There is no such format or run, or the file is there already.
   */
  async export(format: string, options: ExportOptions = {}): Promise<string> {
    const { exporterOf, exportFile, exportText } = await import("./app/mod.ts");
    const { parseRunQuery } = await import("./analysis/mod.ts");
    const { runs = [], search = "", file, force = false, signal = new AbortController().signal } = options;
    const { filter, errors: [problem] } = parseRunQuery(search, this.#app.host.now(), this.#timeZone);
    if (problem) throw problem;
    const exporter = await exporterOf(format);
    const choice = { runs, filter, signal };
    return file === undefined
      ? await exportText(this.#app, exporter, choice)
      : await exportFile(this.#app, exporter, file, choice, { force });
  }

  /** Closes the store and the simulator. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app[Symbol.asyncDispose]();
  }
}

function knownZone(name: string): string {
  const zone = timeZoneNamed(name);
  if (zone !== undefined) return zone;
  throw new AgentOpError(`Cannot use "${oneLine(name, 60)}": not a time zone`, { remedy: "Europe/Paris" });
}

function asText(set: RunOptions["set"] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(set).map(([key, value]) => [key, String(value)]));
}

async function runnerOptions({ approver, onEvent }: Pick<RunOptions, "approver" | "onEvent">) {
  const { refuseAll } = await import("./agent/mod.ts");
  return { approver: approver ?? refuseAll, ...(onEvent ? { listeners: [onEvent] } : {}) };
}
