import type { Experiment, SpentTotals } from "./experiment.ts";
import type { Evaluation } from "./span.ts";
import type { TreeTotals } from "./store_ports.ts";

// What a person looks at: experiments in figures, made where their results are read, so that these need not travel.

/** A variant of an experiment. */
export interface ExperimentSide {
  readonly experimentId: string;
  readonly variant: string;
}

/** What one scorer said of one variant. */
export interface ScorerFigures {
  readonly scorer: string;
  /** Cases with at least one score. */
  readonly n: number;
  /** The mean of the cases' means; `null` without scores. */
  readonly mean: number | null;
  /**
   * 95 %, clustered by case; Wilson's where all cases passed, or failed, with one try each. `null` with fewer than two cases.
   */
  readonly ci95: readonly [low: number, high: number] | null;
  readonly passed: number;
  readonly failed: number;
  /** Tries without a score. */
  readonly errors: number;
  /** Passed of those that passed or failed; `null` without any. */
  readonly passRate: number | null;
  /** How many cases have their mean in each tenth from 0 to 1; the last one has 1 in it. */
  readonly spread: readonly number[];
}

/** What one variant came to. */
export interface SideFigures extends ExperimentSide, SpentTotals {
  /** Results. */
  readonly runs: number;
  /** Of a run, on average, ms; `null` without any. */
  readonly durationMs: number | null;
  readonly scores: readonly ScorerFigures[];
}

/** The tries of one case under one variant. */
export interface CaseCell {
  /** The mean of the chosen scorer; of all of them, the lowest mean. `null`: there is no score. */
  readonly value: number | null;
  /** Tries that passed, that failed, and that gave no score. */
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  /** The run to look at: one with an error, else one that failed, else the first. */
  readonly runId: string;
}

export interface CaseRow {
  readonly caseId: string;
  /** For each side; `null`: it has no result of this case. */
  readonly cells: readonly (CaseCell | null)[];
}

/** `worst`: the lowest first, errors before them. `changed`: those that differ most between the compared sides. */
export type CaseOrder = "worst" | "changed" | "suite";

/** What one scorer says of two sides, over the cases that both have. */
export interface ScorerDifference {
  readonly scorer: string;
  readonly pairs: number;
  readonly left: number | null;
  readonly right: number | null;
  /** right − left. */
  readonly difference: number | null;
  readonly ci95: readonly [low: number, high: number] | null;
  /** Corrected for the number of scorers. */
  readonly pHolm: number | null;
  readonly test: "permutation" | "mcnemar";
  readonly verdict: "better" | "worse" | "no difference shown";
  readonly moreCasesNeeded: number | null;
  readonly errors: { readonly left: number; readonly right: number };
}

/** Two sides compared. */
export interface SideDifference {
  readonly left: ExperimentSide;
  readonly right: ExperimentSide;
  /** Cases that both have results of. */
  readonly pairs: number;
  readonly onlyLeft: number;
  readonly onlyRight: number;
  /** Cases in common whose prompt, column or scorer has changed. */
  readonly changedCases: readonly string[];
  readonly scorers: readonly ScorerDifference[];
  /** Of a run: right − left, USD; `null` when some of it is unknown. */
  readonly costDeltaUsd: number | null;
  /** Of a run: right − left, ms. */
  readonly durationDeltaMs: number | null;
}

export interface OverviewQuery {
  /** One experiment, or two that are compared. */
  readonly experiments: readonly [string] | readonly [before: string, after: string];
  /** Which of the pairs is compared. @default the first */
  readonly pair?: number;
  /** The one that values of cases are of. Absent: the lowest of all. */
  readonly scorer?: string;
  /** @default "worst" */
  readonly order?: CaseOrder;
  /** Cases. @default 1000 */
  readonly limit?: number;
}

/** One experiment, or two side by side. */
export interface ExperimentOverview {
  readonly experiments: readonly Experiment[];
  /** The suite's file of each. */
  readonly paths: readonly string[];
  /** Every variant of every experiment, in order. */
  readonly sides: readonly SideFigures[];
  /** Which sides can be compared, as indices; those of one name first. */
  readonly pairs: readonly (readonly [left: number, right: number])[];
  /** Which of them is. */
  readonly pair: number;
  /** Absent: there is nothing to compare. */
  readonly difference?: SideDifference;
  /** Names of scorers, in the order of the suite. */
  readonly scorers: readonly string[];
  /** In the order that was asked for, as many as were asked for. */
  readonly cases: readonly CaseRow[];
  /** Of cases, those that are left out counted too. */
  readonly casesTotal: number;
}

/** Experiments as people look at them. */
export interface ExperimentViews {
  /** In figures. Throws `AgentOpError` for one that is not there. */
  experimentOverview(query: OverviewQuery): Promise<ExperimentOverview>;
  /** What a list says of these runs beside their rows; nothing for those of which there is nothing to say. */
  runNotes(runIds: readonly string[]): Promise<readonly RunNote[]>;
}

/** What is to be said of a run beside its own row. */
export interface RunNote {
  readonly runId: string;
  /** Of the whole run; of each name and judge the newest, newest first. */
  readonly scores: readonly Evaluation[];
  /** Runs that it handed work to itself, or that judge it. */
  readonly children: number;
  /** Its figures and those of all it handed work to, without judges; absent where it handed over none. */
  readonly tree?: TreeTotals;
  /** The experiment that it is part of, and how many runs of it there are. */
  readonly experiment?: Experiment & { readonly runs: number };
}
