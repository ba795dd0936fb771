import type { CaseResult, Experiment } from "../../core/mod.ts";
import type { VariantSummary } from "../experiments/summary.ts";
import { carriedInterval } from "../statistics/carried_interval.ts";
import { boolean, type ColumnsFor, dateOf, integer, number, orNull, text, time } from "./column.ts";
import { COST_COLUMNS, costCells, TOKEN_COLUMNS, tokenCells } from "./cost_columns.ts";

// Experiments as flat rows: all of them, what each variant came to, and every score of every case.

export const EXPERIMENT_COLUMNS: ColumnsFor<ExperimentRow> = {
  experimentId: text("the experiment; the group of its runs"),
  suite: text("name of its suite"),
  status: text("running, completed, stopped, cancelled or interrupted"),
  reason: orNull(text("why it did not complete")),
  variants: text("names of its variants, with a comma between"),
  cases: integer("cases that are asked", "cases"),
  repeats: integer("how often each variant is asked each case", "repeats"),
  planned: integer("results that it is to have", "results"),
  done: integer("results that it has", "results"),
  passed: integer("results that passed everything they were judged by", "results"),
  errors: integer("results whose run did not complete, or whose judge failed", "results"),
  ...COST_COLUMNS,
  startTime: time("when it began, UTC"),
  endTime: orNull(time("when it ended, UTC; null until then")),
  suiteHash: text("of its cases and scorers: equal ones asked and judged the same"),
};

/** An experiment. */
export type ExperimentRow = {
  /** The experiment; the group of its runs. */
  readonly experimentId: string;
  /** Name of its suite. */
  readonly suite: string;
  /** running, completed, stopped, cancelled or interrupted. */
  readonly status: string;
  /** Why it did not complete. */
  readonly reason: string | null;
  /** Names of its variants, with a comma between. */
  readonly variants: string;
  /** Cases that are asked. */
  readonly cases: number;
  /** How often each variant is asked each case. */
  readonly repeats: number;
  /** Results that it is to have. */
  readonly planned: number;
  /** Results that it has. */
  readonly done: number;
  /** Results that passed everything they were judged by. */
  readonly passed: number;
  /** Results whose run did not complete, or whose judge failed. */
  readonly errors: number;
  /** The known costs together, judges apart; null when none is known; USD. */
  readonly costUsd: number | null;
  /** Nothing is missing in costUsd. */
  readonly costKnown: boolean;
  /** Calls whose cost is unknown. */
  readonly unknownCostCalls: number;
  /** What lost attempts may have cost, not in costUsd; null: nothing is estimated; USD. */
  readonly estimatedCostUsd: number | null;
  /** When it began, UTC. */
  readonly startTime: Date;
  /** When it ended, UTC; null until then. */
  readonly endTime: Date | null;
  /** Of its cases and scorers: equal ones asked and judged the same. */
  readonly suiteHash: string;
};

export function experimentRow(it: Experiment): ExperimentRow {
  return {
    experimentId: it.experimentId,
    suite: it.suite,
    status: it.status,
    reason: it.reason ?? null,
    variants: it.variants.join(", "),
    cases: it.cases,
    repeats: it.repeats,
    planned: it.planned,
    done: it.done,
    passed: it.passed,
    errors: it.errors,
    ...costCells(it),
    startTime: dateOf(it.startTimeUs),
    endTime: dateOf(it.endTimeUs),
    suiteHash: it.suiteHash,
  };
}

export const VARIANT_COLUMNS: ColumnsFor<VariantRow> = {
  experimentId: text("the experiment"),
  variant: text("name of the variant"),
  cases: integer("cases with a result", "cases"),
  repeats: integer("how often each case is asked", "repeats"),
  runs: integer("results", "runs"),
  ...TOKEN_COLUMNS,
  ...COST_COLUMNS,
  durationMs: orNull(number("of a run, on average; null without any", "ms")),
};

/** What the runs of one variant came to. */
export type VariantRow = {
  /** The experiment. */
  readonly experimentId: string;
  /** Name of the variant. */
  readonly variant: string;
  /** Cases with a result. */
  readonly cases: number;
  /** How often each case is asked. */
  readonly repeats: number;
  /** Results. */
  readonly runs: number;
  /** Tokens of the prompts, cached ones included. */
  readonly inputTokens: number;
  /** Tokens of the answers, reasoning included. */
  readonly outputTokens: number;
  /** Part of inputTokens that came from a prompt cache; tokens. */
  readonly cachedInputTokens: number;
  /** Part of outputTokens that was spent on thinking; tokens. */
  readonly reasoningTokens: number;
  /** In and out together; tokens. */
  readonly totalTokens: number;
  /** The known costs together, judges apart; null when none is known; USD. */
  readonly costUsd: number | null;
  /** Nothing is missing in costUsd. */
  readonly costKnown: boolean;
  /** Calls whose cost is unknown. */
  readonly unknownCostCalls: number;
  /** What lost attempts may have cost, not in costUsd; null: nothing is estimated; USD. */
  readonly estimatedCostUsd: number | null;
  /** Of a run, on average; null without any; ms. */
  readonly durationMs: number | null;
};

export function variantRow(experimentId: string, it: VariantSummary): VariantRow {
  return {
    experimentId,
    variant: it.name,
    cases: it.cases,
    repeats: it.repeats,
    runs: it.runs,
    ...tokenCells(it.usage),
    ...costCells(it),
    durationMs: it.durationMs,
  };
}

export const SCORE_COLUMNS: ColumnsFor<ScoreRow> = {
  experimentId: text("the experiment"),
  variant: text("name of the variant"),
  scorer: text("what judged"),
  cases: integer("cases with at least one score", "cases"),
  mean: orNull(number("the mean of the cases' means; null without scores", "score")),
  low: orNull(number("lower end of the 95 % interval, clustered by case; null with one case", "score")),
  high: orNull(number("upper end of the 95 % interval", "score")),
  passed: integer("tries that passed", "tries"),
  failed: integer("tries that failed", "tries"),
  errors: integer("tries without a score; in no other figure", "tries"),
  passRate: orNull(number("passed of those that passed or failed", "share")),
  passAtK: orNull(number("chance that at least one of k tries passes, unbiased", "share")),
  passHatK: orNull(number("chance that all of k tries pass", "share")),
  k: orNull(integer("the most scored tries of a case", "tries")),
};

/** What one scorer said of one variant. */
export type ScoreRow = {
  /** The experiment. */
  readonly experimentId: string;
  /** Name of the variant. */
  readonly variant: string;
  /** What judged. */
  readonly scorer: string;
  /** Cases with at least one score. */
  readonly cases: number;
  /** The mean of the cases' means, from 0 to 1; null without scores. */
  readonly mean: number | null;
  /** Lower end of the 95 % interval, clustered by case; null with one case. */
  readonly low: number | null;
  /** Upper end of the 95 % interval. */
  readonly high: number | null;
  /** Tries that passed. */
  readonly passed: number;
  /** Tries that failed. */
  readonly failed: number;
  /** Tries without a score; in no other figure. */
  readonly errors: number;
  /** Passed of those that passed or failed, from 0 to 1. */
  readonly passRate: number | null;
  /** Chance that at least one of k tries passes, unbiased. */
  readonly passAtK: number | null;
  /** Chance that all of k tries pass. */
  readonly passHatK: number | null;
  /** The most scored tries of a case. */
  readonly k: number | null;
};

/** A row for each scorer of a variant. */
export function scoreRows(experimentId: string, { name, scores }: VariantSummary): readonly ScoreRow[] {
  return scores.map((it): ScoreRow => {
    const interval = carriedInterval(it);
    const k = Object.keys(it.passHat).at(-1);
    return {
      experimentId,
      variant: name,
      scorer: it.scorer,
      cases: it.n,
      mean: it.mean,
      low: interval?.[0] ?? null,
      high: interval?.[1] ?? null,
      passed: it.passed,
      failed: it.failed,
      errors: it.errors,
      passRate: it.passRate,
      passAtK: k === undefined ? null : it.passAt[k] ?? null,
      passHatK: k === undefined ? null : it.passHat[k] ?? null,
      k: k === undefined ? null : Number(k),
    };
  });
}

export const RESULT_COLUMNS: ColumnsFor<ResultRow> = {
  experimentId: text("the experiment"),
  variant: text("name of the variant"),
  caseId: text("the case"),
  repeat: integer("which try of the case, from 1", "repeat"),
  runId: text("the run that is judged"),
  status: text("how the run ended"),
  scorer: orNull(text("what judged; null where nothing did")),
  value: orNull(number("the score, from 0 to 1; null for an error", "score")),
  passed: orNull(boolean("whether it passed; null where nothing says so")),
  error: orNull(text("why there is no score")),
  explanation: orNull(text("why, in one line")),
  scorerVersion: orNull(text("version of the scorer: equal versions give equal scores")),
  durationMs: number("how long the run was worked on; the same in each row of the run", "ms"),
  costUsd: orNull(number("of the run, hand-offs included; the same in each row of the run", "USD")),
};

/** One score of one try of one case. */
export type ResultRow = {
  /** The experiment. */
  readonly experimentId: string;
  /** Name of the variant. */
  readonly variant: string;
  /** The case. */
  readonly caseId: string;
  /** Which try of the case, from 1. */
  readonly repeat: number;
  /** The run that is judged. */
  readonly runId: string;
  /** How the run ended. */
  readonly status: string;
  /** What judged; null where nothing did. */
  readonly scorer: string | null;
  /** The score, from 0 to 1; null for an error. */
  readonly value: number | null;
  /** Whether it passed; null where nothing says so. */
  readonly passed: boolean | null;
  /** Why there is no score. */
  readonly error: string | null;
  /** Why, in one line. */
  readonly explanation: string | null;
  /** Version of the scorer: equal versions give equal scores. */
  readonly scorerVersion: string | null;
  /** How long the run was worked on; the same in each row of the run; ms. */
  readonly durationMs: number;
  /** Of the run, hand-offs included; the same in each row of the run; null when unknown; USD. */
  readonly costUsd: number | null;
};

/** A row for each score of a result; one where nothing judged it. */
export function resultRows(experimentId: string, it: CaseResult): readonly ResultRow[] {
  const { variant, caseId, repeat, runId, status, durationMs, spent } = it;
  const costUsd = spent.unknownCostCalls > 0 ? null : spent.costUsd;
  const scores = it.scores.length > 0 ? it.scores : [undefined];
  return scores.map((score): ResultRow => ({
    experimentId,
    variant,
    caseId,
    repeat,
    runId,
    status,
    scorer: score?.scorer ?? null,
    value: score?.value ?? null,
    passed: score?.passed ?? null,
    error: score?.error ?? null,
    explanation: score?.explanation ?? null,
    scorerVersion: score?.version ?? null,
    durationMs,
    costUsd,
  }));
}
