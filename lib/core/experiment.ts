import type { Run } from "./run.ts";
import type { Evaluation, Usage } from "./span.ts";

/** Every status an experiment can have. */
export const EXPERIMENT_STATUSES = ["running", "completed", "stopped", "cancelled", "interrupted"] as const;

/**
 * `stopped`: by its budget. `cancelled`: by a person. `interrupted`: its process died. All but `completed` can go on with what is
 * left, unless a process is working on it.
 */
export type ExperimentStatus = (typeof EXPERIMENT_STATUSES)[number];

/** One of the agents that an experiment compares. */
export interface ExperimentVariant {
  /** What it is called in the suite. */
  readonly name: string;
  /** Name of the agent. */
  readonly agent: string;
  /** Changes by their `--set` names. */
  readonly set: Readonly<Record<string, string>>;
  /** Of the whole configuration: an experiment goes on with the agents it began with. */
  readonly configHash: string;
}

/** How a suite is run: what cannot be read off its results. */
export interface ExperimentPlan {
  /** The suite's file. */
  readonly path: string;
  readonly variants: readonly ExperimentVariant[];
  readonly repeats: number;
  /** Whether the model is asked, or what is on record is judged again. */
  readonly source: "live" | "recorded";
  /** How a case that is a stored run is run again. */
  readonly mode: "live" | "hybrid";
  /** Scorers by the names that their scores have, in order, with their versions. */
  readonly scorers: readonly { readonly name: string; readonly version: string }[];
  /** Cases chosen by `--only`; absent: all. */
  readonly only?: readonly string[];
  /** The first so many cases. */
  readonly limit?: number;
  /** Variants were chosen: the suite may have others. */
  readonly isPart?: true;
  /** Changes of this invocation, for all variants. */
  readonly set: Readonly<Record<string, string>>;
}

/** A case as it was asked: what another experiment calls the same may be another. */
export interface ExperimentCase {
  readonly caseId: string;
  /** Of its prompt, columns and scorers: 32 hex digits. */
  readonly hash: string;
}

/** What has been spent on results. */
export interface SpentTotals {
  /** Tokens of model calls, hand-offs included. */
  readonly usage: Usage;
  /** Sum of the known costs, USD. */
  readonly costUsd: number;
  /** Calls whose cost is unknown, and not in the sum. */
  readonly unknownCostCalls: number;
  /** What lost attempts among them may have cost, USD. Absent: nothing is estimated. */
  readonly estimatedCostUsd?: number;
}

/** A suite that was run: variants × cases × repeats. Its runs have its id as their group. */
export interface Experiment extends SpentTotals {
  /** UUIDv7: the id people see. */
  readonly experimentId: string;
  /** Name of the suite. */
  readonly suite: string;
  /** Of its cases and scorers: experiments with the same one asked and judged the same. */
  readonly suiteHash: string;
  readonly status: ExperimentStatus;
  /** Why it did not complete, in words. */
  readonly reason?: string;
  /** Microseconds since the Unix epoch. */
  readonly startTimeUs: number;
  /** Microseconds since the Unix epoch; absent until it ends. */
  readonly endTimeUs?: number;
  readonly variants: readonly string[];
  readonly cases: number;
  readonly repeats: number;
  /** Results that it is to have. */
  readonly planned: number;
  /** Results that it has. */
  readonly done: number;
  /** Results that passed everything they were judged by. */
  readonly passed: number;
  /** Results whose run did not complete, or whose judge failed. */
  readonly errors: number;
}

/** What one scorer said of one result. */
export interface ResultScore {
  readonly scorer: string;
  readonly version?: string;
  /** From 0 to 1; absent for an error. */
  readonly value?: number;
  readonly passed?: boolean;
  /** Why there is no score. */
  readonly error?: string;
  readonly explanation?: string;
}

/** One repeat of one case under one variant. */
export interface CaseResult {
  readonly caseId: string;
  readonly variant: string;
  /** From 1. */
  readonly repeat: number;
  readonly runId: string;
  readonly status: Run["status"];
  /** How long was worked on it, ms. */
  readonly durationMs: number;
  readonly spent: SpentTotals;
  readonly scores: readonly ResultScore[];
}

/** Which result of which experiment something is of. */
export interface ResultPlace {
  readonly experimentId: string;
  readonly variant: string;
  readonly caseId: string;
  /** From 1. */
  readonly repeat: number;
}

/** A result to be kept: its scores become evaluations of the run. */
export interface NewCaseResult extends Omit<CaseResult, "scores"> {
  readonly traceId: string;
  readonly evaluations: readonly Evaluation[];
}

export interface ExperimentsQuery {
  /** Name of the suite. */
  readonly suite?: string;
  /** @default 50 */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface ExperimentPage {
  /** Newest first. */
  readonly experiments: readonly Experiment[];
  /** Pass as `cursor` for the next page; absent on the last. */
  readonly nextCursor?: string;
  /** Rows of this page that are damaged and left out; absent where there are none. */
  readonly damagedRows?: number;
}

/** Everything about one experiment but its results. */
export interface ExperimentRecord {
  readonly experiment: Experiment;
  readonly plan: ExperimentPlan;
}

/** A run that others must look like. */
export interface Baseline {
  readonly name: string;
  /** Empty for a damaged one. */
  readonly runId: string;
  readonly createdAtUs: number;
  /** What is stored of it is not what was written. */
  readonly isDamaged?: boolean;
}

/** How an experiment ended. */
export interface ExperimentEnd {
  readonly status: ExperimentStatus;
  /** Why it did not complete, in words. */
  readonly reason?: string;
  readonly atUs: number;
}

/** A change that a person asked of an experiment while it runs. */
export interface ExperimentChange {
  readonly id: number;
  /** Cases at a time, from then on. */
  readonly concurrency: number;
  /** Who asked. */
  readonly by: string;
  /** Microseconds since the Unix epoch. */
  readonly atUs: number;
  /** The experiment's process has it. */
  readonly isTaken: boolean;
}

/** Experiments and their results. */
export interface ExperimentStore {
  /** Keeps a new experiment with its cases; it is this process's until it ends. */
  beginExperiment(record: ExperimentRecord, cases: readonly ExperimentCase[]): Promise<void>;
  /**
   * Takes over an experiment that nobody works on. Throws `AgentOpError` when a live process does, or it is complete.
   */
  continueExperiment(experimentId: string): Promise<void>;
  /** Says how it ended; nobody works on it any more. */
  endExperiment(experimentId: string, end: ExperimentEnd): Promise<void>;
  /** Keeps results with their scores, all or none. One that is there already is replaced; its earlier scores stay with the run. */
  saveResults(experimentId: string, results: readonly NewCaseResult[]): Promise<void>;
  listExperiments(query?: ExperimentsQuery): Promise<ExperimentPage>;
  /** An experiment id, a unique beginning or end of one (4 characters or more), or `last`. Throws `AgentOpError`. */
  resolveExperiment(reference: string): Promise<ExperimentRecord>;
  /** In the order of the suite. */
  experimentCases(experimentId: string): Promise<readonly ExperimentCase[]>;
  /**
   * By variant, case and repeat, in the order of the suite. `withTexts: false` leaves explanations out; `caseId`: of this case
   * alone.
   */
  experimentResults(
    experimentId: string,
    options?: { readonly withTexts?: boolean; readonly caseId?: string },
  ): Promise<readonly CaseResult[]>;
  /** What was asked of it while it ran, oldest first. It is asked by `requestControl` with `controlKeyOf` its id. */
  experimentChanges(experimentId: string): Promise<readonly ExperimentChange[]>;
  saveBaseline(baseline: Baseline): Promise<void>;
  /** By name. */
  listBaselines(): Promise<readonly Baseline[]>;
}

/** Requests to an experiment lie with those to runs, under this in place of a trace id. */
export function controlKeyOf(experimentId: string): string {
  return experimentId.replaceAll("-", "");
}
