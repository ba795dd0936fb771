// Suites that are run, experiments and what may be claimed of two of them, as the studio gives them back.
import {
  type ChangedCaseRow,
  type ComparisonRow,
  type ExperimentComparison,
  type GateResult,
  loadTables,
  type ResultRow,
  type ScoreRow,
  type VariantRow,
  worstResults,
} from "./analysis/mod.ts";
import {
  type App,
  compareExperiments,
  evaluate,
  type ExperimentReport,
  experimentReport,
  readySuite,
  settledGate,
} from "./app/mod.ts";
import { AgentOpError } from "./core/mod.ts";
import type { EvalProgress } from "./evals/mod.ts";
import { comparisonBundle, displayed, experimentBundle, type Table, tableOf } from "./notebook/mod.ts";
import { knownCost, plural } from "./present/mod.ts";
import { asText } from "./studio_arguments.ts";
import { cellSignal } from "./studio_cell.ts";
import type { CompareOptions, EvaluateOptions, GateOptions, SuiteSpec } from "./studio_options.ts";

/** An experiment with everything that it says. Shown as its scores with their intervals, and the cases that went worst. */
export interface StudioExperiment {
  /** Its id; its runs have it as their group. */
  readonly experimentId: string;
  /** Name of its suite. */
  readonly suite: string;
  /** `completed`, or `running`, `stopped` by its budget, `cancelled`, `interrupted`: all but the first can go on with `resume`. */
  readonly status: string;
  /** Why it did not complete. */
  readonly reason: string | null;
  /** Whether it passes what it was to be measured by: `none` where nothing was asked for. */
  readonly gate: GateResult;
  /** What each scorer said of each variant, with 95 % intervals. */
  readonly scores: Table<ScoreRow>;
  /** What the runs of each variant took. */
  readonly variants: Table<VariantRow>;
  /** Every score of every case, by variant, case and repeat. */
  readonly results: Table<ResultRow>;
  /** Of those, the scores that did not pass: errors first, then the lowest. */
  readonly worst: Table<ResultRow>;
  /** Each variant against the baseline, where one was given. */
  readonly comparisons: readonly StudioComparison[];
}

/** One side of a comparison. */
export interface ComparedSide {
  /** The experiment. */
  readonly experimentId: string;
  /** Which of its variants. */
  readonly variant: string;
}

/** Two variants compared case by case. Shown as what may be claimed, with intervals, and the cases that changed most. */
export interface StudioComparison {
  /** What is compared with. */
  readonly left: ComparedSide;
  /** What the verdicts are about. */
  readonly right: ComparedSide;
  /** Cases that both have results of. */
  readonly pairs: number;
  /** Cases that only the left side has results of. */
  readonly onlyLeft: number;
  /** Cases that only the right side has results of. */
  readonly onlyRight: number;
  /** Cases in common, of which the prompt, a column or a scorer has changed. */
  readonly changedCases: readonly string[];
  /** What may be claimed, a row for each scorer. */
  readonly scorers: Table<ComparisonRow>;
  /** Cases that score differently, by scorer, the most changed first. */
  readonly changed: Table<ChangedCaseRow>;
  /** Of a run, on average over the shared cases: right − left, USD; `null` when some of it is unknown. */
  readonly costDeltaUsd: number | null;
  /** Of a run, on average over the shared cases: right − left, ms. */
  readonly durationDeltaMs: number | null;
  /** What a gate says of the right side; `null` where none was asked for. */
  readonly gate: GateResult | null;
}

/** Runs a suite, and says what came of it. */
export async function evaluateSuite(
  app: App,
  suite: SuiteSpec | undefined,
  options: EvaluateOptions,
): Promise<StudioExperiment> {
  const { resume, signal = cellSignal(), onProgress, set, only, limit, repeats, concurrency, budgetUsd } =
    options;
  const ready = await readySuite(app, typeof suite === "object" ? { text: JSON.stringify(suite) } : suite, {
    resume,
    gate: gateOf(options),
  });
  const experiment = await evaluate(app, ready.loaded, {
    ...(ready.resume === undefined ? {} : { resume: ready.resume }),
    ...(only === undefined ? {} : { only: typeof only === "string" ? [only] : only }),
    ...(limit === undefined ? {} : { limit }),
    ...(repeats === undefined ? {} : { repeats }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(budgetUsd === undefined ? {} : { budgetUsd }),
    ...(set === undefined ? {} : { set: asText(set) }),
    ...(options.allowCommands ? { allowCommands: true } : {}),
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onProgress: (it) => onProgress(progressOf(it)) } : {}),
  });
  return await shownExperiment(await experimentReport(app, experiment.experimentId, ready.gate));
}

/** What is known of one that was run. */
export async function experimentOf(
  app: App,
  reference: string,
  options: GateOptions,
): Promise<StudioExperiment> {
  const store = await app.store();
  const { experiment } = await store.resolveExperiment(reference);
  const gate = gateOf(options);
  // A variant of its own is what the others can be compared with.
  const isOwnVariant = /^last\//.test(gate.baseline ?? "");
  const settled = isOwnVariant ? gate : await settledGate(app, experiment.suite, gate, { own: experiment });
  return await shownExperiment(await experimentReport(app, experiment.experimentId, settled));
}

/** What may be claimed of two. */
export async function compared(
  app: App,
  before: string,
  after: string | undefined,
  { gate = false, scorer, margin }: CompareOptions,
): Promise<StudioComparison> {
  const { comparison, gate: verdict } = await compareExperiments(app, before, after, {
    ...(scorer === undefined ? {} : { scorer }),
    ...(margin === undefined ? {} : { margin }),
  });
  return await shownComparison(comparison, gate ? verdict : undefined);
}

async function shownExperiment(report: ExperimentReport): Promise<StudioExperiment> {
  const tables = await loadTables();
  const { experiment, variants, results, gate, comparisons } = report;
  const { experimentId, suite, status, reason = null } = experiment;
  const worst = worstResults(results).flatMap((it) =>
    tables.resultRows(experimentId, it).filter(({ passed }) => passed !== true)
  );
  const show = ["variant", "caseId", "repeat", "runId", "scorer", "value", "passed", "error", "explanation"];
  const found: StudioExperiment = {
    experimentId,
    suite,
    status,
    reason,
    gate,
    scores: tableOf(
      variants.flatMap((it) => tables.scoreRows(experimentId, it)),
      tables.SCORE_COLUMNS,
      {
        caption: "scores",
        show: ["variant", "scorer", "mean", "low", "high", "passed", "failed", "errors", "cases"],
        empty: "Nothing was scored.",
      },
    ),
    variants: tableOf(variants.map((it) => tables.variantRow(experimentId, it)), tables.VARIANT_COLUMNS, {
      caption: "what the runs of each variant took",
      show: ["variant", "cases", "repeats", "runs", "inputTokens", "outputTokens", "costUsd", "durationMs"],
    }),
    results: tableOf(
      results.flatMap((it) => tables.resultRows(experimentId, it)),
      tables.RESULT_COLUMNS,
      { caption: "scores of each case", show, empty: "There are no results yet." },
    ),
    worst: tableOf(worst, tables.RESULT_COLUMNS, {
      caption: "worst cases",
      show,
      empty: results.length === 0 ? "There are no results yet." : "Everything passed.",
    }),
    comparisons: await Promise.all(comparisons.map((it) => shownComparison(it))),
  };
  return displayed(found, () => experimentBundle(report));
}

async function shownComparison(
  comparison: ExperimentComparison,
  gate?: GateResult,
): Promise<StudioComparison> {
  const tables = await loadTables();
  const { left, right, pairs, onlyLeft, onlyRight, changedCases, costDeltaUsd, durationDeltaMs } = comparison;
  const found: StudioComparison = {
    left,
    right,
    pairs,
    onlyLeft,
    onlyRight,
    changedCases,
    scorers: tableOf(tables.comparisonRows(comparison), tables.COMPARISON_COLUMNS, {
      caption: "what may be claimed",
      show: ["scorer", "left", "right", "difference", "low", "high", "pHolm", "pairs", "verdict"],
      empty: "The two sides have no scorer in common.",
    }),
    changed: tableOf(tables.changedCaseRows(comparison), tables.CHANGED_CASE_COLUMNS, {
      caption: "cases that score differently",
      empty: "No case scores differently.",
    }),
    costDeltaUsd,
    durationDeltaMs,
    gate: gate ?? null,
  };
  return displayed(found, () => comparisonBundle(comparison, gate));
}

function gateOf({ baseline, scorer, failBelow, failIfWorse, margin }: GateOptions) {
  for (const [name, value] of Object.entries({ failBelow, margin })) {
    if (value === undefined || (value >= 0 && value <= 1)) continue;
    throw new AgentOpError(`Cannot use ${name}: must be from 0 to 1: got ${value}`, { remedy: "0.9" });
  }
  return {
    ...(baseline === undefined ? {} : { baseline }),
    ...(scorer === undefined ? {} : { scorer }),
    ...(failBelow === undefined ? {} : { failBelow }),
    ...(failIfWorse === undefined ? {} : { failIfWorse }),
    ...(margin === undefined ? {} : { margin }),
  };
}

function progressOf(it: EvalProgress) {
  const text = [
    `${it.passed} passed`,
    ...(it.errors > 0 ? [plural(it.errors, "error")] : []),
    knownCost(it.costUsd, it.unknownCostCalls),
  ].join(" · ");
  return { done: it.done, total: it.planned, text };
}
