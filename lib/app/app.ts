import type { AgentConfig, AgentRunner, AgentServices, RunnerOptions, ToolReference } from "../agent/mod.ts";
import type { RunDiff } from "../analysis/mod.ts";
import {
  type Explanation,
  type Host,
  LOST_REMEDY,
  lostSentence,
  reasonOf,
  Redactor,
  type Run,
  secretsOf,
  type Store,
  systemHost,
  systemTimeZone,
  type Tool,
  type Usage,
} from "../core/mod.ts";
import type { EvalServices } from "../evals/mod.ts";
import type { LoadedPriceBook } from "../pricing/mod.ts";
import type { ReplayOptions, ReplayResult, ReplayServices } from "../replay/mod.ts";
import { checkStorePath, MEMORY, openStore, openStoreInWorker } from "../store/mod.ts";
import type { AgentEntry } from "./agent_entry.ts";
import type { ListedAgent, ResolveOptions } from "./agents.ts";
import type { AppConfig } from "./config.ts";
import { ModelAccess, type ModelServer } from "./model_access.ts";
import { RecordedRuns } from "./recorded_runs.ts";
import type { RightsOptions, RunRights } from "./rights.ts";
import type { TrustedFolder } from "./trust.ts";
import type { Ingest } from "./ingest/mod.ts";
import type { CallRecorder, ProxiedCallsOptions } from "./proxied/mod.ts";
import { AlertNews } from "./alerts/news.ts";
import type { AlertOutlets } from "./alerts/services.ts";
import type { SqlRows } from "./sql_query.ts";

export interface AppOptions {
  readonly host?: Host;
  /** Trouble that no run fails for. */
  readonly onNote?: (note: string) => void;
  /** What a person must hear of, in one line. */
  readonly onWarning?: (warning: Explanation) => void;
  /** Knows more secrets than the configuration holds. @default those of the configuration */
  readonly redactor?: Redactor;
  /** Shows a notice on the person's desktop; absent where nobody sits. */
  readonly onDesktop?: (text: string) => void | Promise<void>;
}

/**
 * The program without its edges: opened once from a configuration, it owns the store, one way to the models, prices and the
 * agents that can be found. What a use case needs is put together here and nowhere else; everything is made with its first use.
 */
export class App implements AsyncDisposable {
  readonly config: AppConfig;
  readonly host: Host;
  /** Stands before the store, the models and whatever leaves the program. */
  readonly redactor: Redactor;
  readonly #onNote: (note: string) => void;
  readonly #onWarning: AppOptions["onWarning"];
  readonly #onDesktop: AppOptions["onDesktop"];
  readonly #stack = new AsyncDisposableStack();
  readonly #models: ModelAccess;
  readonly #recorded: RecordedRuns;
  /** Looks at what ended, and tells people what rules find. */
  readonly alerts: AlertNews;
  #store: Promise<Store> | undefined;
  #writing: Promise<Store> | undefined;
  #prices: Promise<LoadedPriceBook> | undefined;
  #ingest: Promise<Ingest> | undefined;

  constructor(config: AppConfig, options: AppOptions = {}) {
    this.config = config;
    this.host = options.host ?? systemHost();
    this.redactor = options.redactor ?? new Redactor(secretsOf(config));
    this.#onNote = options.onNote ?? (() => {});
    this.#onWarning = options.onWarning;
    this.#onDesktop = options.onDesktop;
    this.alerts = new AlertNews({
      config,
      host: this.host,
      redactor: this.redactor,
      store: () => this.store(),
    }, options);
    this.#recorded = new RecordedRuns(config.home, config.storePath);
    this.#models = this.#stack.use(new ModelAccess(config, this.host, () => this.store()));
  }

  /** The same with the simulator answering, whatever keys are set. Closed with this one. */
  onSimulator(): App {
    const { endpoint: _, ...config } = this.config;
    const options = { host: this.host, onNote: this.#onNote, redactor: this.redactor };
    return this.#stack.use(new App({ ...config, useSimulator: true }, options));
  }

  /**
   * Opens the store once; runs of processes that died are marked as interrupted first. Says what it has lost since it was written.
   * Throws `StoreError`.
   */
  store(): Promise<Store> {
    return this.#store ??= (async () => {
      checkStorePath(this.config);
      const { host, redactor } = this;
      const onNews = () => this.alerts.hear();
      const store = this.#stack.use(await openStore(this.config.storePath, { host, redactor, onNews }));
      this.#stack.use(this.alerts); // which ends before the store is closed
      await store.recoverInterrupted();
      for (const lost of this.#onWarning ? await store.lostWrites() : []) {
        this.#onWarning?.({ message: lostSentence(lost), remedy: LOST_REMEDY });
      }
      return store;
    })();
  }

  /** The store on a thread of its own, for what writes much; opened once. */
  writingStore(): Promise<Store> {
    return this.#writing ??= (async () => {
      checkStorePath(this.config);
      const onNews = () => this.alerts.hear();
      const opening = openStoreInWorker(this.config.storePath, this.redactor, { onNews });
      this.#stack.defer(async () => {
        const store = await opening.catch(() => undefined); // thrown below
        await store?.[Symbol.asyncDispose]();
      });
      return await opening;
    })();
  }

  /** Alerts over another way to the store, for what draws. Closed with this. */
  alertsOver(store: Store, outlets: AlertOutlets): AlertNews {
    const { config, host, redactor } = this;
    return this.#stack.use(
      new AlertNews({ config, host, redactor, store: () => Promise.resolve(store) }, outlets),
    );
  }

  /** The prices runs are paid by. Throws `AgentOpError` for a bad price file. */
  prices(): Promise<LoadedPriceBook> {
    return this.#prices ??= import("./prices.ts").then(({ loadPrices }) => loadPrices(this.config));
  }

  /** Prices are read anew with their next use: the person gave others. */
  forgetPrices(): void {
    this.#prices = undefined;
  }

  /** What may not be kept is known from now on: keys by how they look, and personal data by the rules of the configuration. */
  async arm(): Promise<void> {
    await (await import("./redaction/mod.ts")).arm(this.redactor, this.config);
  }

  /** Takes in what other programs tell of their runs, and goes on reading it, until this is closed. */
  ingest(): Promise<Ingest> {
    return this.#ingest ??= (async () => {
      const [{ Ingest }, store, prices] = await Promise.all([
        import("./ingest/mod.ts"),
        this.store(),
        this.prices(),
        this.arm(),
      ]);
      const { host, redactor } = this;
      const ingest = this.#stack.use(new Ingest({ store, prices, host, redactor }));
      ingest.watch((error) => this.#onNote(`received spans stay unread: ${reasonOf(error)}`));
      return ingest;
    })();
  }

  /** An agent by path, by name in the lookup folders, or a bundled one. Throws `AgentOpError` with the nearest name. */
  async resolveAgent(agent: string, options: ResolveOptions = {}): Promise<AgentConfig> {
    const { resolveAgent } = await import("./agents.ts");
    return await resolveAgent(agent, this.config, options);
  }

  /** What could be run by its name, checked as a run checks it: files first, then what is part of the program. */
  async agents(): Promise<readonly ListedAgent[]> {
    const [{ listAgents }, { checkedAgents }] = await Promise.all([
      import("./agents.ts"),
      import("./checked_agents.ts"),
    ]);
    return await checkedAgents(this, await listAgents(this.config));
  }

  /** The agent files that can be found, as people see them; the bundled ones while there are no others. */
  async agentEntries(): Promise<readonly AgentEntry[]> {
    const [{ bundledAgents, findAgents }, { agentEntry }, { checkedAgents }] = await Promise.all([
      import("./agents.ts"),
      import("./agent_entry.ts"),
      import("./checked_agents.ts"),
    ]);
    const found = await findAgents(this.config);
    const shown = found.length > 0 ? await checkedAgents(this, found) : await bundledAgents(this.config);
    return await Promise.all(shown.map((agent) => agentEntry(this, agent)));
  }

  /** What `usage` would cost with the prices of `model` now; `null` when they are unknown. */
  async whatIf(model: string, usage: Usage): Promise<{ readonly usd: number | null }> {
    const prices = await this.prices();
    await prices.prepare([model]);
    return { usd: prices.price({ model, usage, atMs: this.host.now() }).usd };
  }

  /** The server that model calls of other programs go on to, and its key; the simulator where there is neither. */
  async modelServer(): Promise<ModelServer> {
    const [{ serverUrlOf, MISTRAL_SERVER_URL }, endpoint] = await Promise.all([
      import("../providers/mod.ts"),
      this.#models.endpoint(),
    ]);
    return {
      url: serverUrlOf(endpoint).replace(/\/+$/, ""),
      apiKey: endpoint.apiKey,
      ...(this.config.endpoint ? {} : { answersOf: ["simulator", MISTRAL_SERVER_URL] }),
    };
  }

  /** Makes runs out of calls that pass through, on another thread: who passes them on never waits for it. Closed with this. */
  async callRecorder(more: Pick<ProxiedCallsOptions, "unpriced"> = {}): Promise<CallRecorder> {
    const [{ openRecorder }, store] = await Promise.all([
      import("./proxied/mod.ts"),
      this.store(),
      this.arm(),
    ]);
    const outlets = { onNote: this.#onNote, onDesktop: this.#onDesktop };
    return this.#stack.use(openRecorder(this, { ...more, ...outlets, store }));
  }

  /** A runner over this program's store, models, prices and tools; all runners share one queue and circuit per endpoint. */
  async createRunner(options: RunnerOptions = {}): Promise<AgentRunner> {
    const [{ AgentRunner }, services] = await Promise.all([
      import("../agent/mod.ts"),
      this.#agentServices(options),
    ]);
    if (options.expectModel !== undefined && options.onWarning) {
      const warning = await this.#models.doubtAbout(options.expectModel);
      if (warning !== undefined) options.onWarning(warning);
    }
    return new AgentRunner(options.adapt?.(services) ?? services);
  }

  async #agentServices(options: RunnerOptions): Promise<AgentServices> {
    const [{ withoutSecrets }, store, prices, provider] = await Promise.all([
      import("../agent/mod.ts"),
      this.store(),
      this.prices(),
      options.queueOnly ? undefined : this.#models.provider(),
      this.arm(),
    ]);
    const told = provider && options.onRetry ? provider.withListener(options.onRetry) : provider;
    return {
      store,
      host: this.host,
      prices,
      timeZone: this.config.timeZone ?? systemTimeZone(),
      ...(options.unpriced === undefined ? {} : { unpriced: options.unpriced }),
      redactor: this.redactor,
      provider: (agent) => {
        if (!told) throw new Error("runs of this runner are only queued");
        return withoutSecrets(told.withPolicy(retryOf(agent)), this.redactor);
      },
      createTool: (reference, agent) => this.createTool(reference, agent),
      loadAgent: (name, from) => this.resolveAgent(name, { from, approve: options.rights?.approve }),
      remember: (run) => this.#remember(run),
      ...(options.rights ? { rights: options.rights } : {}),
      onNote: this.#onNote,
      ...(options.approver ? { approver: options.approver } : {}),
      ...(options.listeners ? { listeners: options.listeners } : {}),
    };
  }

  /** What a stored run may do when it goes on or is run again. */
  async rightsFor(run: Run, options: RightsOptions = {}): Promise<RunRights> {
    const [{ rightsFor }, { bundledNow }] = await Promise.all([import("./rights.ts"), import("./agents.ts")]);
    return await rightsFor(
      {
        createTool: (reference, agent) => this.createTool(reference, agent),
        // Nobody else writes a store in memory.
        isRecorded: async (run) => this.config.storePath === MEMORY || await this.#recorded.has(run),
        resolveAgent: (path) => this.resolveAgent(path),
        bundledNow: (agent) => bundledNow(agent, this.config),
      },
      run,
      options,
    );
  }

  /** What an agent's tools may touch and whom it hands work to, a line each. */
  async touches(agent: AgentConfig): Promise<readonly string[]> {
    return await (await import("./rights.ts")).touches(this, agent.tools, agent);
  }

  /** Trusts the agent files of a folder as they are now. Throws `AgentOpError`. */
  async trustFolder(folder: string): Promise<TrustedFolder> {
    return await (await import("./trust.ts")).trustFolder(this.config.home, folder);
  }

  async #remember(run: Run): Promise<void> {
    if (this.config.storePath === MEMORY) return;
    await this.#recorded.add(run).catch((error) => {
      this.#onNote(`${run.runId} will be asked about before it is run again: ${reasonOf(error)}`);
    });
  }

  /** Runs that were deleted are no longer known as made here; without their ids, all that the store has not got any more. */
  async forgetDeleted(traceIds?: ReadonlySet<string>): Promise<void> {
    if (this.config.storePath === MEMORY) return;
    const store = await this.store();
    const isGone = async (traceId: string) =>
      traceIds ? traceIds.has(traceId) : await store.getRun(traceId) === undefined;
    await this.#recorded.forget(isGone)
      .catch((error) => this.#onNote(`deleted runs stay in recorded_runs: ${reasonOf(error)}`));
  }

  /** A tool of an agent, set up and not run. Throws `AgentOpError` when it cannot be. */
  async createTool(reference: ToolReference, agent: AgentConfig): Promise<Tool> {
    const { createTool } = await import("../tools/mod.ts");
    const tool = createTool(reference.name, reference.config, {
      host: this.host,
      baseDir: agent.baseDir,
      secrets: this.config.secrets,
      denoPath: Deno.execPath(),
    });
    if (tool.permissions.read.length === 0) return tool;
    const { withPrivateReads } = await import("./private_reads.ts");
    return await withPrivateReads(tool, { config: this.config, reference, agent });
  }

  /** What running again needs: replays, forks, bisects and evaluations take it. */
  async replayServices(): Promise<ReplayServices> {
    return {
      store: await this.store(),
      host: this.host,
      createRunner: (options) => this.createRunner(options),
      environment: this.config.environments.plain,
      rightsFor: (run) => this.rightsFor(run),
      remember: (run) => this.#remember(run),
    };
  }

  /** What running a suite needs. */
  async evalServices(): Promise<EvalServices> {
    return { ...await this.replayServices(), store: await this.store() };
  }

  /** One read-only query over the store's tables, in a process that can do nothing else. Throws `AgentOpError`. */
  async sql(query: string, options: { readonly maxRows: number }): Promise<SqlRows> {
    const { checkQuery, querySql } = await import("./sql_query.ts");
    const { storePath, home, environments } = this.config;
    checkQuery(query, storePath);
    await this.store(); // made or migrated first; the reader cannot
    const { maxRows } = options;
    const environment = environments.plain;
    return this.redactor.value(await querySql({ storePath, home, environment, query, maxRows }));
  }

  /** Stops a run, whatever process it is in, and resolves with it when it has ended. Throws `AgentOpError`. */
  async stop(reference: string): Promise<Run> {
    const [{ stopRun }, store] = await Promise.all([import("../agent/mod.ts"), this.store()]);
    return await stopRun({ store, host: this.host }, await store.resolveRun(reference));
  }

  /** Asks a run to wait before its next step; resolves with it as it is now. Throws `AgentOpError`. */
  async pause(reference: string): Promise<Run> {
    const [{ pauseRun }, store] = await Promise.all([import("../agent/mod.ts"), this.store()]);
    const run = await store.resolveRun(reference);
    await pauseRun({ store, host: this.host }, run);
    return run;
  }

  /** Runs a run again and stores the difference. Throws `AgentOpError` before anything is written. */
  async replay(reference: string, options: ReplayOptions): Promise<ReplayResult> {
    const { replayRun } = await import("../replay/mod.ts");
    return await replayRun(await this.replayServices(), reference, options);
  }

  /** What differs between two finished runs; kept in the store, once per pair. Throws `AgentOpError`. */
  async diff(left: string, right: string): Promise<RunDiff> {
    const [{ checkComparable, diffRuns }, { keepComparison }] = await Promise.all([
      import("../analysis/mod.ts"),
      import("../replay/mod.ts"),
    ]);
    const store = await this.store();
    const trace = async (reference: string) => {
      const run = await store.resolveRun(reference);
      checkComparable(run);
      return await store.loadTrace(run.traceId);
    };
    const found = await diffRuns(await trace(left), await trace(right));
    await keepComparison(await this.replayServices(), found);
    return found;
  }

  /** Closes the store, the simulator and whatever else was opened. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

function retryOf({ retry }: AgentConfig) {
  return {
    ...(retry.maxAttempts === undefined ? {} : { maxAttempts: retry.maxAttempts }),
    ...(retry.minWaitSeconds === undefined ? {} : { minWaitMs: retry.minWaitSeconds * 1000 }),
    ...(retry.maxWaitSeconds === undefined ? {} : { maxWaitMs: retry.maxWaitSeconds * 1000 }),
  };
}
