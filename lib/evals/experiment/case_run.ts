import { type AgentRunner, type BudgetLedger, refuseAll } from "../../agent/mod.ts";
import { runTookMs } from "../../analysis/mod.ts";
import { type NewCaseResult, type Run, RUN_TAG, type SpentTotals, type Trace } from "../../core/mod.ts";
import { replayRun } from "../../replay/mod.ts";
import type { ScoredCase, Scoring } from "../scoring.ts";
import type { Suite, SuiteCase } from "../suite/suite.ts";
import type { ScorerSetup } from "../suite/suite_scorers.ts";
import type { FinishedTraces } from "./finished_traces.ts";
import type { Task } from "./plan.ts";
import { scoreCase } from "./score_case.ts";
import type { EvalOptions, EvalServices } from "./services.ts";
import type { Slots } from "./slots.ts";

/** What all cases of an experiment share. */
export interface CaseServices extends EvalServices {
  readonly suite: Suite;
  readonly scorers: ScorerSetup;
  readonly scoring: Scoring;
  readonly experimentId: string;
  readonly runner: AgentRunner;
  /** Cases that are at work. */
  readonly slots: Slots;
  readonly traces: FinishedTraces;
  readonly ledger: BudgetLedger;
  readonly signal: AbortSignal;
  readonly rightsOf: EvalOptions["rightsOf"];
}

/** Labels by which the run of a task is found again. */
export function tagsOf({ variant, case: { id }, repeat }: Task): Readonly<Record<string, string>> {
  return { [RUN_TAG.case]: id, [RUN_TAG.variant]: variant.name, [RUN_TAG.repeat]: String(repeat) };
}

/** The run of a task, to its end. Nothing but the store, or an agent that cannot be set up, makes it throw. */
export async function runCase(services: CaseServices, task: Task): Promise<Run> {
  const { suite, store, runner, experimentId, signal, ledger, slots } = services;
  const { runId, prompt } = task.case;
  if (suite.source === "recorded") return await store.resolveRun(runId!);
  if (suite.mode === "hybrid" && runId !== undefined) return await replayCase(services, task, runId);
  const request = { prompt, group: experimentId, tags: tagsOf(task) };
  const queued = await runner.queue(task.variant.config!, request);
  const done = await slots.take();
  try {
    // The next case need not wait for the disk.
    return await runner.execute(queued, { signal, ledger, onDone: done, asTold: services.traces.runOf });
  } finally {
    done();
  }
}

/** What is on record of the stored run answers; what changed is asked. */
async function replayCase(services: CaseServices, task: Task, runId: string): Promise<Run> {
  const { store, experimentId, signal, ledger, rightsOf, slots } = services;
  const { config } = task.variant;
  const original = await store.resolveRun(runId);
  const isOther = original.prompt !== task.case.prompt;
  const done = await slots.take();
  using _slot = { [Symbol.dispose]: done };
  const { run } = await replayRun(services, runId, {
    mode: "hybrid",
    tools: "live",
    overrides: config ? {} : task.variant.set,
    edits: new Map(isOther ? [[0, task.case.prompt]] : []),
    ...(config ? { config } : {}),
    ...(config
      ? { rightsOf: () => Promise.resolve({ approve: config.approve, isGuarded: false }) }
      : rightsOf
      ? { rightsOf }
      : {}),
    request: { group: experimentId, tags: tagsOf(task) },
    runner: { approver: refuseAll },
    signal,
    ledger,
  });
  return run;
}

/** Whether one of its scorers compares its run with that of the other variant. */
export function needsRival(
  { scorers }: Pick<CaseServices, "scorers">,
  { scorers: wanted }: SuiteCase,
): boolean {
  return wanted.some((it) => scorers.needsRival(it));
}

/** Judges the run of a task. */
export async function resultOf(
  services: CaseServices,
  task: Task,
  run: Run,
  pair?: Pick<ScoredCase, "rival" | "answers">,
): Promise<NewCaseResult> {
  const trace = services.traces.take(run.traceId) ?? await services.store.loadTrace(run.traceId);
  const evaluations = await scoreCase(services, task.case, trace, pair);
  return {
    caseId: task.case.id,
    variant: task.variant.name,
    repeat: task.repeat,
    runId: run.runId,
    traceId: run.traceId,
    status: run.status,
    durationMs: runTookMs(run, run.startTimeUs / 1000) ?? 0,
    spent: await spentOn(services, trace),
    evaluations,
  };
}

/** Hand-offs included. */
async function spentOn({ store, suite }: CaseServices, { run }: Trace): Promise<SpentTotals> {
  const tools = (run.config as { readonly tools?: readonly { readonly kind?: unknown }[] }).tools;
  const isAlone = suite.source === "live" && tools?.every((tool) => tool.kind !== "agent");
  const { usage, costUsd, unknownCostCalls, estimatedCostUsd } = isAlone
    ? run.totals
    : await store.treeTotals(run.runId);
  return {
    usage,
    costUsd,
    unknownCostCalls,
    ...(estimatedCostUsd === undefined ? {} : { estimatedCostUsd }),
  };
}
