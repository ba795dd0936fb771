import type {
  CaseCell,
  CaseOrder,
  CaseResult,
  CaseRow,
  ExperimentCase,
  ExperimentOverview,
  ExperimentRecord,
  OverviewQuery,
  ScorerFigures,
  SideDifference,
  SideFigures,
} from "../../core/mod.ts";
import { carriedInterval } from "../statistics/carried_interval.ts";
import { caseScores } from "../statistics/case_scores.ts";
import type { ScoreSummary } from "../statistics/summarize_scores.ts";
import { type ComparedVariant, compareVariants } from "./comparison.ts";
import { summarizeVariants, triesOf } from "./summary.ts";

const CASES_DEFAULT = 1_000;
const SPREAD_BINS = 10;

/** An experiment with what it holds. */
export interface LoadedExperiment extends ExperimentRecord {
  readonly cases: readonly ExperimentCase[];
  readonly results: readonly CaseResult[];
}

type Pair = readonly [left: number, right: number];

/** One experiment, or two side by side, as a person looks at them. */
export function overviewOf(
  experiments: readonly LoadedExperiment[],
  { pair: asked = 0, scorer, order = "worst", limit = CASES_DEFAULT }: OverviewQuery,
): ExperimentOverview {
  const sides = experiments.flatMap(sidesOf);
  const pairs = pairsOf(experiments);
  const pair = pairs.length === 0 ? 0 : asked % pairs.length;
  const compared = pairs[pair];
  const scorers = scorersOf(experiments);
  const rows = caseRows(experiments, sides, scorer);
  const shown = ordered(rows, order, compared).slice(0, limit);
  return {
    experiments: experiments.map((it) => it.experiment),
    paths: experiments.map((it) => it.plan.path),
    sides: experiments.flatMap((it) => figuresOf(it)),
    pairs,
    pair,
    ...(compared ? { difference: differenceOf(sides[compared[0]]!, sides[compared[1]]!) } : {}),
    scorers,
    cases: shown,
    casesTotal: rows.length,
  };
}

function sidesOf({ experiment, cases, results }: LoadedExperiment): readonly ComparedVariant[] {
  const { experimentId, suite, suiteHash, variants } = experiment;
  const byVariant = Map.groupBy(results, (it) => it.variant);
  return variants.map((variant) => ({
    ...{ experimentId, suite, suiteHash, cases, variant },
    results: byVariant.get(variant) ?? [],
  }));
}

/** Of one experiment every two variants; of two, those of one name, or where none has, each with each. */
function pairsOf(experiments: readonly LoadedExperiment[]): readonly Pair[] {
  const [left, right] = experiments.map((it) => it.experiment.variants);
  if (!left) return [];
  if (!right) return left.flatMap((_, a) => left.slice(a + 1).map((_, at): Pair => [a, a + 1 + at]));
  const all = left.flatMap((name, a) =>
    right.map((other, b) => ({ isSame: name === other, pair: [a, left.length + b] as const }))
  );
  return [...all.filter((it) => it.isSame), ...all.filter((it) => !it.isSame)].map((it) => it.pair);
}

function scorersOf(experiments: readonly LoadedExperiment[]): readonly string[] {
  const named = experiments.flatMap((it) => it.plan.scorers.map(({ name }) => name));
  return [...new Set(named)];
}

/** What each variant of an experiment came to, in their order. */
export function figuresOf(
  { experiment, plan, results }: Omit<LoadedExperiment, "cases">,
): readonly SideFigures[] {
  const { experimentId } = experiment;
  return summarizeVariants(experiment, plan, results).map(
    ({ name, scores, cases: _, repeats: __, ...rest }) => {
      const means = caseScores(triesOf(results.filter((it) => it.variant === name)));
      return {
        ...rest,
        experimentId,
        variant: name,
        scores: scores.map((it) =>
          scorerFigures(it, [...means.get(it.scorer)?.values() ?? []].map((one) => one.mean))
        ),
      };
    },
  );
}

function scorerFigures(
  summary: ScoreSummary,
  means: readonly (number | null)[],
): ScorerFigures {
  const spread = Array.from({ length: SPREAD_BINS }, () => 0);
  for (const value of means) {
    if (value === null) continue;
    spread[Math.min(SPREAD_BINS - 1, Math.max(0, Math.floor(value * SPREAD_BINS)))]!++;
  }
  const { scorer, n, mean, passed, failed, errors, passRate } = summary;
  return { scorer, n, mean, ci95: carriedInterval(summary), passed, failed, errors, passRate, spread };
}

function differenceOf(left: ComparedVariant, right: ComparedVariant): SideDifference {
  const { scorers, ...rest } = compareVariants(left, right);
  return {
    ...rest,
    scorers: scorers.map((
      { scorer, pairs, left, right, difference, ci95, pHolm, test, verdict, moreCasesNeeded, errors },
    ) => ({
      ...{ scorer, pairs, left, right, difference, ci95, pHolm, test, verdict, moreCasesNeeded, errors },
    })),
  };
}

/** Cases of any side that have a result, in the order of the first suite. */
function caseRows(
  experiments: readonly LoadedExperiment[],
  sides: readonly ComparedVariant[],
  scorer: string | undefined,
): readonly CaseRow[] {
  const columns = sides.map((side) => Map.groupBy(side.results, (it) => it.caseId));
  const ids = new Set(experiments.flatMap((it) => it.cases.map(({ caseId }) => caseId)));
  return [...ids].flatMap((caseId) => {
    const cells = columns.map((column) => cellOf(column.get(caseId), scorer));
    return cells.some((it) => it !== null) ? [{ caseId, cells }] : [];
  });
}

function cellOf(results: readonly CaseResult[] | undefined, scorer: string | undefined): CaseCell | null {
  if (!results || results.length === 0) return null;
  const sums = new Map<string, { sum: number; n: number }>();
  const counts = { passed: 0, failed: 0, errors: 0 };
  let [worst, rank] = [results[0]!, 0];
  for (const result of results) {
    const scores = scorer === undefined ? result.scores : result.scores.filter((it) => it.scorer === scorer);
    for (const { scorer: name, value } of scores) {
      if (value === undefined) continue;
      const known = sums.get(name) ?? { sum: 0, n: 0 };
      sums.set(name, { sum: known.sum + value, n: known.n + 1 });
    }
    const mark = markOf(result, scores);
    if (mark) counts[mark]++;
    const own = mark === "errors" ? 2 : mark === "failed" ? 1 : 0;
    if (own > rank) [worst, rank] = [result, own];
  }
  const means = [...sums.values()].map(({ sum, n }) => sum / n);
  return { value: means.length === 0 ? null : Math.min(...means), ...counts, runId: worst.runId };
}

/** A try passes when all that judged it say so; without a pass mark it is neither. */
function markOf(
  { status }: CaseResult,
  scores: CaseResult["scores"],
): "passed" | "failed" | "errors" | undefined {
  if (scores.some((it) => it.error !== undefined)) return "errors";
  if (scores.length === 0) return status === "completed" ? undefined : "errors";
  if (scores.some((it) => it.passed === false)) return "failed";
  return scores.every((it) => it.passed === true) ? "passed" : undefined;
}

function ordered(
  rows: readonly CaseRow[],
  order: CaseOrder,
  compared: Pair | undefined,
): readonly CaseRow[] {
  if (order === "suite") return rows;
  const change = (row: CaseRow) => {
    const [left, right] = compared ? compared.map((at) => row.cells[at]?.value ?? null) : [null, null];
    return left == null || right == null ? -1 : Math.abs(right - left);
  };
  const key = order === "worst" ? worstOf : (row: CaseRow) => -change(row);
  return rows.map((row) => ({ row, key: key(row), worst: worstOf(row) }))
    .sort((a, b) => a.key - b.key || a.worst - b.worst).map((it) => it.row);
}

/** Below 0 with an error; 2 where nothing has a value. */
function worstOf({ cells }: CaseRow): number {
  let worst = 2;
  for (const cell of cells) {
    if (!cell) continue;
    const failed = cell.failed > 0 ? cell.failed / (cell.failed + cell.passed) : 0;
    const value = cell.errors > 0 ? -1 : (cell.value ?? 1) - failed / 1e6;
    worst = Math.min(worst, value);
  }
  return worst;
}
