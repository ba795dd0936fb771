import { dirname, resolve } from "node:path";
import { BudgetLedger, refuseAll } from "../../agent/mod.ts";
import {
  type CaseResult,
  type Experiment,
  type ExperimentEnd,
  nowUs,
  type Run,
  RUN_TAG,
  type SpentTotals,
} from "../../core/mod.ts";
import { createScoring } from "../scoring.ts";
import type { LoadedSuite } from "../suite/load_suite.ts";
import { type CaseServices, needsRival, resultOf, runCase } from "./case_run.ts";
import { FinishedTraces } from "./finished_traces.ts";
import { listenForChanges } from "./live_changes.ts";
import { Pairs } from "./pairs.ts";
import { keyOfTask, type Task, taskKey, tasksOf } from "./plan.ts";
import { prepare, type Prepared, type Standing, standingOf } from "./prepare.ts";
import type { EvalOptions, EvalServices } from "./services.ts";
import { Slots } from "./slots.ts";

const RUNS_PAGE = 1000;

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
    const standing = options.resume === undefined
      ? { experiment, results: [], spent: experiment }
      : await standingOf(store, experiment.experimentId);
    end = await new ExperimentRun(services, loaded, options, prepared, standing).toEnd();
  } finally {
    await store.endExperiment(experiment.experimentId, { ...end, atUs: nowUs(host) });
  }
  return (await store.resolveExperiment(experiment.experimentId)).experiment;
}

/** Works through the tasks that are left. */
class ExperimentRun {
  readonly #services: EvalServices;
  readonly #loaded: LoadedSuite;
  readonly #options: EvalOptions;
  readonly #prepared: Prepared;
  /** Of before. */
  readonly #results: readonly CaseResult[];
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
  readonly #pairs: Pairs;
  readonly #slots: Slots;
  /** At a time, just now. */
  #concurrency: number;
  /** Lets as many work as there should be now. */
  #staff: () => void = () => {};
  #isOutOfMoney = false;
  /** What the call that was refused last needs. */
  #wanted = "";

  constructor(
    services: EvalServices,
    loaded: LoadedSuite,
    options: EvalOptions,
    prepared: Prepared,
    { experiment, results, spent }: Standing,
  ) {
    this.#services = services;
    this.#loaded = loaded;
    this.#options = options;
    this.#prepared = prepared;
    this.#results = results;
    const { done, passed, errors } = experiment;
    this.#counts = { done, passed, errors, doneNow: 0 };
    const { costUsd, unknownCostCalls, estimatedCostUsd = 0 } = spent;
    this.#costUsd = costUsd;
    this.#unknownCostCalls = unknownCostCalls;
    this.#ledger = new BudgetLedger(options.budgetUsd ?? loaded.suite.budgetUsd, {
      spentUsd: costUsd + estimatedCostUsd,
    });
    this.#pairs = new Pairs(prepared.variants, results);
    this.#startedMs = services.host.now();
    this.#concurrency = options.concurrency ?? loaded.suite.concurrency;
    this.#slots = new Slots(this.#concurrency);
  }

  async toEnd(): Promise<Omit<ExperimentEnd, "atUs">> {
    const { variants, cases, record } = this.#prepared;
    const { signal = new AbortController().signal } = this.#options;
    const onAbort = () => this.#abort.abort(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      const services = await this.#caseServices();
      const done = new Set(this.#results.map(taskKey));
      const ended = this.#options.resume === undefined ? new Map<string, Run>() : await this.#endedRuns();
      const tasks = tasksOf(variants, cases, record.plan.repeats);
      const left = function* () {
        for (const task of tasks) {
          if (!done.has(keyOfTask(task))) yield task;
        }
      }();
      const { experimentId } = record.experiment;
      using _changes = listenForChanges(this.#services.store, experimentId, (concurrency) => {
        this.#concurrency = concurrency;
        this.#slots.resize(concurrency);
        this.#staff();
      });
      await this.#workThrough(services, left, ended);
      if (this.#failure) throw this.#failure.error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
    if (signal.aborted) return { status: "cancelled", reason: "cancelled" };
    if (this.#isOutOfMoney) {
      const { limitUsd } = this.#ledger;
      return {
        status: "stopped",
        reason: `the budget of ${limitUsd} USD does not allow another case${this.#wanted}`,
      };
    }
    return { status: "completed" };
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
      slots: this.#slots,
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
    let isAlone = false;
    let left = tasks;
    for (;;) {
      const working = new Set<Promise<void>>();
      let most = 0;
      this.#staff = () => {
        // As many again are written before their turn, or judged and stored after it.
        const wanted = isAlone || this.#concurrency === 1 ? 1 : 2 * this.#concurrency;
        most = Math.max(most, wanted);
        while (working.size < wanted) {
          const work: Promise<void> = this.#work(services, left, ended).finally(() => working.delete(work));
          working.add(work);
        }
      };
      this.#staff();
      while (working.size > 0) await Promise.all(working);
      this.#staff = () => {};
      if (this.#refused.length === 0 || this.#abort.signal.aborted) return;
      if (most === 1) return void (this.#isOutOfMoney = true);
      isAlone = true;
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
      await this.#do(services, task, ended);
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
    if (!isOutOfBudget(run)) return;
    this.#unjudged.add(run.parentRunId!);
    this.#noteWanted(run);
  }

  #refuse(task: Task, run: Run): void {
    this.#refused.push(task);
    this.#noteWanted(run);
  }

  /** What is set aside for a call is far more than most calls cost: a person should see what makes it so. */
  #noteWanted({ error }: Run): void {
    const [, wanted] = /: (it can cost .*)$/s.exec(error?.message ?? "") ?? [];
    this.#wanted = wanted === undefined ? "" : `: ${wanted}, most of it for the longest answer (maxTokens)`;
  }

  /** Runs and judges a task. `ended`: runs that are there, of which only the verdict is missing. */
  async #do(services: CaseServices, task: Task, ended: Map<string, Run>): Promise<void> {
    try {
      const run = ended.get(keyOfTask(task)) ?? await runCase(services, task);
      if (this.#abort.signal.aborted && run.status === "cancelled") return;
      if (isOutOfBudget(run) && this.#isLimited(task)) {
        services.traces.forget(run.traceId);
        this.#refuse(task, run);
        return;
      }
      if (!needsRival(services, task.case)) return await this.#judge(services, task, run, ended);
      for (const half of this.#pairs.ready({ task, run })) {
        const { traceId } = await services.store.resolveRun(half.rivalRunId);
        const rival = await services.store.loadTrace(traceId);
        await this.#judge(services, half.task, half.run, ended, { rival, answers: half.answers });
      }
    } catch (error) {
      // A person stopped it while something was judged: that run waits for its verdict.
      if (this.#options.signal?.aborted) return;
      this.#failure ??= { error };
      this.#abort.abort(error);
    }
  }

  async #judge(
    services: CaseServices,
    task: Task,
    run: Run,
    ended: Map<string, Run>,
    pair?: Parameters<typeof resultOf>[3],
  ): Promise<void> {
    const result = await resultOf(services, task, run, pair);
    if (this.#unjudged.delete(run.runId) && this.#ledger.isLimited) {
      this.#refused.push(task);
      ended.set(keyOfTask(task), run);
      return;
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
