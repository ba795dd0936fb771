import { carriedInterval, type GateResult, type ScoreSummary, worstResults } from "../../../analysis/mod.ts";
import type { ExperimentReport } from "../../../app/mod.ts";
import { type CaseResult, shortRunId, totalTokens } from "../../../core/mod.ts";
import {
  type Cell,
  cell,
  type Column,
  compact,
  costWordsOf,
  cut,
  duration,
  grouped,
  intervalText,
  knownCost,
  plural,
  scoreValue,
  table,
} from "../../../present/mod.ts";
import type { Look, Style } from "../../output/look.ts";

const SCORE_COLUMNS: readonly Column[] = [
  { title: "VARIANT", min: 8 },
  { title: "SCORER", min: 8 },
  { title: "MEAN", align: "right" },
  { title: "95 %", drop: 1 },
  { title: "PASS", align: "right" },
  { title: "PASS^K", align: "right", drop: 3 },
  { title: "ERRORS", align: "right" },
  { title: "CASES", align: "right", drop: 2 },
];

const RUN_COLUMNS: readonly Column[] = [
  { title: "VARIANT", min: 8 },
  { title: "RUNS", align: "right" },
  { title: "TOKENS", align: "right", drop: 2 },
  { title: "COST", align: "right" },
  { title: "TIME", align: "right", drop: 1 },
];

/** What each variant came to, and the cases that went worst. */
export function experimentText(
  report: ExperimentReport,
  look: Look,
  { withWorst = true }: { readonly withWorst?: boolean } = {},
): string {
  const { experiment, variants, plan, judging } = report;
  const scores = variants.flatMap(({ name, scores }) =>
    scores.map((score, index): readonly Cell<Style>[] => scoreRow(index === 0 ? name : "", score))
  );
  const runs = variants.map((it): readonly Cell<Style>[] => [
    { text: cell(it.name) },
    { text: grouped(it.runs) },
    { text: compact(totalTokens(it.usage)) },
    { text: knownCost(it.costUsd, it.unknownCostCalls) },
    { text: it.durationMs === null ? "–" : duration(it.durationMs) },
  ]);
  const head = `${look.paint("bold", cell(experiment.suite))}  ${
    look.paint("cyan", shortRunId(experiment.experimentId))
  }  ${experiment.status === "completed" ? "" : `${experiment.status}, `}${grouped(experiment.done)} of ${
    plural(experiment.planned, "result")
  }, ${costWordsOf(experiment)}${plan.source === "recorded" ? " in the stored runs" : ""}${
    judging.runs === 0
      ? ""
      : `, and ${costWordsOf(judging)} for ${plural(judging.runs, "question")} to judges`
  }`;
  return [
    head,
    ...(scores.length > 0 ? ["", table(SCORE_COLUMNS, scores, look)] : []),
    "",
    table(RUN_COLUMNS, runs, look),
    ...(withWorst ? worstLines(report, look) : []),
  ].join("\n");
}

function scoreRow(name: string, score: ScoreSummary): readonly Cell<Style>[] {
  const { mean, passed, failed, errors, passHat, n } = score;
  const [k, hat] = Object.entries(passHat).at(-1) ?? [];
  return [
    { text: cell(name) },
    { text: cell(score.scorer) },
    { text: mean === null ? "–" : scoreValue(mean), style: "bold" },
    { text: intervalText(carriedInterval(score)), style: "dim" },
    { text: `${grouped(passed)}/${grouped(passed + failed)}`, style: failed === 0 ? "green" : "yellow" },
    { text: hat === undefined || k === "1" ? "–" : `${scoreValue(hat)} (${k})`, style: "dim" },
    { text: grouped(errors), style: errors > 0 ? "red" : "dim" },
    { text: grouped(n), style: "dim" },
  ];
}

const WORST_SHOWN = 5;
const WHY_MAX_COLUMNS = 160;

function worstLines({ results, experiment }: ExperimentReport, look: Look): readonly string[] {
  const worst = worstResults(results);
  if (worst.length === 0) return [];
  const isOne = experiment.variants.length === 1;
  const shown = worst.slice(0, WORST_SHOWN).flatMap((it) => [resultLine(it, look, isOne)]);
  const more = worst.length - shown.length;
  const all = `agentop experiments ${shortRunId(experiment.experimentId)}`;
  return [
    "",
    look.paint("dim", "NOT PASSED"),
    ...shown,
    ...(more > 0 ? [look.paint("dim", `${grouped(more)} more: ${all}`)] : []),
  ];
}

/** Judges write paragraphs: the whole of one is with its run. */
function short(text: string): string {
  return cut(cell(text), WHY_MAX_COLUMNS);
}

/** `✗ total  3f2a91bc  numeric 0: wanted 36034.8, nearest is 12`. */
export function resultLine(it: CaseResult, look: Look, isOneVariant: boolean): string {
  const failing = it.scores.filter((score) => score.passed !== true);
  const isError = it.scores.some((score) => score.error !== undefined);
  const sign = failing.length === 0
    ? look.paint("green", "✓")
    : isError
    ? look.paint("yellow", "!")
    : look.paint("red", "✗");
  const what = [
    cell(it.caseId),
    ...(isOneVariant ? [] : [cell(it.variant)]),
    ...(it.repeat > 1 ? [`#${it.repeat}`] : []),
  ];
  const why = (failing.length > 0 ? failing : it.scores).map((score) =>
    `${cell(score.scorer)} ${
      score.error === undefined
        ? `${scoreValue(score.value)}${
          score.explanation === undefined ? "" : `: ${short(score.explanation)}`
        }`
        : `error: ${short(score.error)}`
    }`
  );
  return `${sign} ${what.join(" ")}  ${look.paint("cyan", shortRunId(it.runId))}  ${
    look.paint("dim", why.join(" · "))
  }`;
}

const GATE_STYLES = { pass: "green", regression: "red", inconclusive: "yellow", none: "dim" } as const;

/** `gate: pass: numeric 0.92 over 12 cases is at least 0.9`. */
export function gateText({ verdict, reason }: GateResult, look: Look): string {
  return `gate: ${look.paint(GATE_STYLES[verdict], verdict)}: ${cell(reason)}`;
}
