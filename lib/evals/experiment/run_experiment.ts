import { dirname, resolve } from "node:path";
import { BudgetLedger, refuseAll } from "../../agent/mod.ts";
import {
  AgentOpError,
  type CaseResult,
  type Experiment,
  type ExperimentEnd,
  type ExperimentPlan,
  type ExperimentRecord,
  newRunId,
  NO_USAGE,
  nowUs,
  type Run,
  RUN_TAG,
  shortRunId,
  type SpentTotals,
} from "../../core/mod.ts";
import { createScoring } from "../scoring.ts";
import type { LoadedSuite } from "../suite/load_suite.ts";
import type { SuiteCase } from "../suite/suite.ts";
import { type CaseServices, resultOf, runCase } from "./case_run.ts";
import { chosenCases, type Task, taskKey, tasksOf } from "./plan.ts";
import { FinishedTraces } from "./finished_traces.ts";
import { judgingOf } from "./judging.ts";
import type { EvalOptions, EvalServices } from "./services.ts";
import { Slots } from "./slots.ts";
import { type ReadyVariant, readyVariants } from "./variants.ts";

const RUNS_PAGE = 1000;

/** Everything that is settled before the first case. */
interface Prepared {
  readonly record: ExperimentRecord;
  readonly variants: readonly ReadyVariant[];
  readonly cases: readonly SuiteCase[];
  /** Of an experiment that goes on. */
  readonly earlier: readonly CaseResult[];
  /** What models that judged it have cost so far, USD. */
  readonly judgedUsd: number;
}

/**
 * Runs a suite and keeps its results: each case is a run like any other, in the experiment's group. Throws `AgentOpError` before
 * anything is written; then only what the store throws. How it ended is its status.
 */
export async function runExperiment(
  services: EvalServices,
  loaded: LoadedSuite,
  options: EvalOptions,
): Promise<Experiment> {
  const { store, host } = services;
  const prepared = await prepare(services, loaded, options);
  const { experiment } = prepared.record;
  if (options.resume === undefined) {
    await store.beginExperiment(
      prepared.record,
      prepared.cases.map(({ id, hash }) => ({ caseId: id, hash })),
    );
  } else await store.continueExperiment(experiment.experimentId);
  options.onBegin?.(experiment);
  let end: Omit<ExperimentEnd, "atUs"> = { status: "interrupted", reason: "it failed" };
  try {
    end = await new ExperimentRun(services, loaded, options, prepared).toEnd();
  } finally {
    await store.endExperiment(experiment.experimentId, { ...end, atUs: nowUs(host) });
  }
  return (await store.resolveExperiment(experiment.experimentId)).experiment;
}

async function prepare(
  services: EvalServices,
  { suite }: LoadedSuite,
  options: EvalOptions,
): Promise<Prepared> {
  const { store, host } = services;
  const earlier = options.resume === undefined ? undefined : await store.resolveExperiment(options.resume);
  const chosen = earlier?.plan ?? options;
  const cases = chosenCases(suite, chosen);
  const set = earlier?.plan.set ?? options.set ?? {};
  const variants = await readyVariants(suite, { ...options, set });
  if (earlier) {
    checkUnchanged(earlier, suite, variants);
    const { experimentId } = earlier.experiment;
    const results = await store.experimentResults(experimentId, { withTexts: false });
    const { costUsd: judgedUsd } = await judgingOf(store, experimentId);
    return { record: earlier, variants, cases, earlier: results, judgedUsd };
  }
  const repeats = suite.source === "recorded" ? 1 : options.repeats ?? suite.repeats;
  const plan: ExperimentPlan = {
    path: resolve(suite.path),
    variants: variants.map(({ config: _, ...variant }) => variant),
    repeats,
    source: suite.source,
    mode: suite.mode,
    scorers: suite.scorers,
    ...(options.only?.length ? { only: options.only } : {}),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    set,
  };
  const experiment: Experiment = {
    experimentId: newRunId(host),
    suite: suite.name,
    suiteHash: suite.hash,
    status: "running",
    startTimeUs: nowUs(host),
    variants: variants.map(({ name }) => name),
    cases: cases.length,
    repeats,
    planned: variants.length * cases.length * repeats,
    done: 0,
    passed: 0,
    errors: 0,
    usage: NO_USAGE,
    costUsd: 0,
    unknownCostCalls: 0,
  };
  return { record: { experiment, plan }, variants, cases, earlier: [], judgedUsd: 0 };
}

/** Results of another suite, or of other agents, would be mixed with those that are there. */
function checkUnchanged(
  { experiment, plan }: ExperimentRecord,
  suite: LoadedSuite["suite"],
  variants: readonly ReadyVariant[],
): void {
  const refuse = (reason: string): never => {
    throw new AgentOpError(`Cannot go on with experiment ${shortRunId(experiment.experimentId)}: ${reason}`, {
      remedy: `agentop eval ${suite.path}, for a new one`,
    });
  };
  if (experiment.suite !== suite.name) refuse(`it is of the suite ${experiment.suite}`);
  if (experiment.suiteHash !== suite.hash) refuse(`the cases or scorers of ${suite.path} have changed since`);
  const now = new Map(variants.map((it) => [it.name, it.configHash]));
  const other = plan.variants.find((it) => now.get(it.name) !== it.configHash);
  if (other) refuse(`the agent of ${other.name} has changed since`);
  if (now.size !== plan.variants.length) refuse("its variants have changed since");
}

/** Works through the tasks that are left. */
class ExperimentRun {
  readonly #services: EvalServices;
  readonly #loaded: LoadedSuite;
  readonly #options: EvalOptions;
  readonly #prepared: Prepared;
  readonly #ledger: BudgetLedger;
  readonly #abort = new AbortController();
  readonly #startedMs: number;
  #counts: { done: number; passed: number; errors: number; doneNow: number };
  /** Of the cases and of those that judge them. */
  #costUsd: number;
  #unknownCostCalls: number;
  #failure: { readonly error: unknown } | undefined;
  /** Runs whose judge found too little money left. */
  readonly #unjudged = new Set<string>();
  /** Tasks that found too little money left, some of it held by others at work. */
  #refused: Task[] = [];
  #isOutOfMoney = false;

  constructor(services: EvalServices, loaded: LoadedSuite, options: EvalOptions, prepared: Prepared) {
    this.#services = services;
    this.#loaded = loaded;
    this.#options = options;
    this.#prepared = prepared;
    const { done, passed, errors, costUsd, unknownCostCalls } = prepared.record.experiment;
    this.#counts = { done, passed, errors, doneNow: 0 };
    this.#costUsd = (this.#isRecorded ? 0 : costUsd) + prepared.judgedUsd;
    this.#unknownCostCalls = this.#isRecorded ? 0 : unknownCostCalls;
    this.#ledger = new BudgetLedger(options.budgetUsd ?? loaded.suite.budgetUsd, {
      spentUsd: this.#costUsd,
    });
    this.#startedMs = services.host.now();
  }

  async toEnd(): Promise<Omit<ExperimentEnd, "atUs">> {
    const { variants, cases, record, earlier } = this.#prepared;
    const { signal = new AbortController().signal } = this.#options;
    const onAbort = () => this.#abort.abort(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      const services = await this.#caseServices();
      const done = new Set(earlier.map(taskKey));
      const ended = this.#options.resume === undefined ? new Map<string, Run>() : await this.#endedRuns();
      const tasks = tasksOf(variants, cases, record.plan.repeats);
      const left = function* () {
        for (const task of tasks) {
          if (!done.has(taskKey({ variant: task.variant.name, caseId: task.case.id, repeat: task.repeat }))) {
            yield task;
          }
        }
      }();
      await this.#workThrough(services, left, ended);
      if (this.#failure) throw this.#failure.error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
    if (signal.aborted) return { status: "cancelled", reason: "cancelled" };
    if (this.#isOutOfMoney) {
      const { limitUsd } = this.#ledger;
      return { status: "stopped", reason: `the budget of ${limitUsd} USD does not allow another case` };
    }
    return { status: "completed" };
  }

  get #concurrency(): number {
    return this.#options.concurrency ?? this.#loaded.suite.concurrency;
  }

  async #caseServices(): Promise<CaseServices> {
    const { suite, scorers } = this.#loaded;
    const { approve, rightsOf, onWarning } = this.#options;
    const model = this.#prepared.variants.find((it) => it.config)?.config?.model;
    const traces = new FinishedTraces();
    const runner = await this.#services.createRunner({
      approver: refuseAll,
      listeners: [traces.listen],
      adapt: (services) => ({ ...services, wholeAnswers: true }),
      rights: { approve, isGuarded: false },
      ...(model === undefined || !onWarning ? {} : { expectModel: model, onWarning }),
    });
    return {
      ...this.#services,
      suite,
      scorers,
      scoring: createScoring(this.#services, {
        signal: this.#abort.signal,
        folder: dirname(resolve(suite.path)),
        allowCommands: this.#options.allowCommands === true,
        ledger: this.#ledger,
        group: this.#prepared.record.experiment.experimentId,
        onJudgeRun: (run) => this.#noteJudge(run),
      }),
      experimentId: this.#prepared.record.experiment.experimentId,
      runner,
      traces,
      slots: new Slots(this.#concurrency),
      ledger: this.#ledger,
      signal: this.#abort.signal,
      rightsOf,
    };
  }

  /** Runs that had ended when their process died, and were not judged yet, by their task. */
  async #endedRuns(): Promise<Map<string, Run>> {
    const group = this.#prepared.record.experiment.experimentId;
    const found = new Map<string, Run>();
    let cursor: string | undefined;
    do {
      const page = await this.#services.store.listRuns({
        filter: { group, status: ["completed"] },
        limit: RUNS_PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const run of page.runs) {
        const { [RUN_TAG.case]: caseId, [RUN_TAG.variant]: variant, [RUN_TAG.repeat]: repeat } = run.tags;
        if (run.parentRunId !== undefined || caseId === undefined || variant === undefined) continue;
        found.set(taskKey({ variant, caseId, repeat: Number(repeat) }), run);
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return found;
  }

  /** What was refused while others held money is tried again alone: only then is there too little of it. */
  async #workThrough(
    services: CaseServices,
    tasks: Generator<Task>,
    ended: Map<string, Run>,
  ): Promise<void> {
    // As many again are written before their turn, or judged and stored after it.
    let workers = this.#concurrency === 1 ? 1 : 2 * this.#concurrency;
    let left = tasks;
    for (;;) {
      await Promise.all(Array.from({ length: workers }, () => this.#work(services, left, ended)));
      if (this.#refused.length === 0 || this.#abort.signal.aborted) return;
      if (workers === 1) return void (this.#isOutOfMoney = true);
      workers = 1;
      left = chain(this.#refused, left);
      this.#refused = [];
    }
  }

  async #work(
    services: CaseServices,
    tasks: Generator<Task>,
    ended: Map<string, Run>,
  ): Promise<void> {
    for (;;) {
      if (this.#abort.signal.aborted || this.#refused.length > 0) return;
      const { value: task, done } = tasks.next();
      if (done) return;
      const key = taskKey({ variant: task.variant.name, caseId: task.case.id, repeat: task.repeat });
      const unjudged = await this.#do(services, task, ended.get(key));
      // Its run is there: only the verdict is missing.
      if (unjudged) ended.set(key, unjudged);
    }
  }

  /** What stored runs cost was spent before. */
  get #isRecorded(): boolean {
    return this.#loaded.suite.source === "recorded";
  }

  #addCost({ costUsd, unknownCostCalls }: Pick<SpentTotals, "costUsd" | "unknownCostCalls">): void {
    this.#costUsd += costUsd;
    this.#unknownCostCalls += unknownCostCalls;
  }

  #noteJudge(run: Run): void {
    this.#addCost(run.totals);
    if (isOutOfBudget(run)) this.#unjudged.add(run.parentRunId!);
  }

  /** Runs and judges a task. Returns its run where there was too little money to judge it. */
  async #do(services: CaseServices, task: Task, ended?: Run): Promise<Run | undefined> {
    try {
      const run = ended ?? await runCase(services, task);
      if (this.#abort.signal.aborted && run.status === "cancelled") return;
      if (isOutOfBudget(run) && this.#isLimited(task)) {
        this.#refused.push(task);
        return;
      }
      const result = await resultOf(services, task, run);
      if (this.#unjudged.delete(run.runId) && this.#ledger.isLimited) {
        this.#refused.push(task);
        return run;
      }
      await services.store.saveResults(services.experimentId, [result]);
      const isError = result.status !== "completed" ||
        result.evaluations.some((it) => it.error !== undefined);
      this.#counts.done++;
      this.#counts.doneNow++;
      if (isError) this.#counts.errors++;
      else if (result.evaluations.every((it) => it.passed)) this.#counts.passed++;
      if (!this.#isRecorded) this.#addCost(result.spent);
      this.#tell();
    } catch (error) {
      this.#failure ??= { error };
      this.#abort.abort(error);
    }
  }

  /** The experiment's money ran out, and not that of the agent alone. */
  #isLimited({ variant }: Task): boolean {
    if (!this.#ledger.isLimited) return false;
    const own = variant.config?.limits.budgetUsd;
    return own === undefined || this.#ledger.availableUsd < own;
  }

  #tell(): void {
    this.#options.onProgress?.({
      planned: this.#prepared.record.experiment.planned,
      ...this.#counts,
      costUsd: this.#costUsd,
      unknownCostCalls: this.#unknownCostCalls,
      elapsedMs: this.#services.host.now() - this.#startedMs,
    });
  }
}

function isOutOfBudget({ status, error }: Run): boolean {
  return status === "stopped" && error?.type === "budget";
}

function* chain(first: readonly Task[], rest: Generator<Task>): Generator<Task> {
  yield* first;
  yield* rest;
}
