import {
  carriedInterval,
  type ExperimentComparison,
  type GateResult,
  type ScoreSummary,
  worstResults,
} from "../../analysis/mod.ts";
import type { ExperimentReport } from "../../app/mod.ts";
import { type CaseResult, type Column, type Columns, type Row, shortRunId } from "../../core/mod.ts";
import {
  cell,
  comparisonNotes,
  costDifference,
  costWordsOf,
  differenceInterval,
  differenceWords,
  duration,
  grouped,
  intervalText,
  knownCost,
  lines,
  plural,
  pText,
  scoreValue,
  signed,
} from "../../present/mod.ts";
import type { MediaBundle } from "./display.ts";
import { plainTable } from "./table.ts";

const WORST_SHOWN = 10;
const CHANGED_SHOWN = 10;

const words: Column = { type: "text", about: "" };
/** Words that stand to the right, as figures do. */
const figure: Column = { type: "number", about: "" };

interface Section {
  readonly caption: string;
  readonly columns: Columns;
  readonly rows: readonly Row[];
  readonly note?: string;
}

/** An experiment: what each variant scored, with intervals, what it took, and the cases that went worst. */
export async function experimentBundle(report: ExperimentReport): Promise<MediaBundle> {
  const { experiment, plan, results, judging, gate, comparisons } = report;
  const isWhole = experiment.done === experiment.planned;
  const lead = [
    `${experiment.suite} ${shortRunId(experiment.experimentId)}`,
    [
      ...(experiment.status === "completed" ? [] : [experiment.status]),
      `${isWhole ? "" : `${grouped(experiment.done)} of `}${plural(experiment.planned, "result")}`,
      `${costWordsOf(experiment)}${plan.source === "recorded" ? " in the stored runs" : ""}`,
      ...(judging.runs === 0
        ? []
        : [`${costWordsOf(judging)} for ${plural(judging.runs, "question")} to judges`]),
    ].join(", "),
    ...(gate.verdict === "none" ? [] : [`gate: ${gate.verdict}: ${gate.reason}`]),
  ];
  const worst = worstResults(results);
  return await sectionsBundle(lead, [
    scoreSection(report),
    ...comparisons.map(comparisonSection),
    {
      caption: "worst cases",
      columns: WORST_COLUMNS,
      rows: worst.slice(0, WORST_SHOWN).map(worstRow),
      ...(worst.length > WORST_SHOWN ? { note: `${WORST_SHOWN} of ${plural(worst.length, "result")}` } : {}),
    },
  ]);
}

const SCORES: Columns = {
  variant: words,
  scorer: words,
  mean: figure,
  "95 %": words,
  passed: figure,
  errors: figure,
  cases: figure,
  cost: figure,
  "time of a run": figure,
};

function scoreSection({ variants }: ExperimentReport): Section {
  const rows = variants.flatMap((variant) =>
    variant.scores.map((it): Row => ({
      variant: variant.name,
      scorer: it.scorer,
      ...scoreCells(it),
      cost: knownCost(variant.costUsd, variant.unknownCostCalls),
      "time of a run": variant.durationMs === null ? "–" : duration(variant.durationMs),
    }))
  );
  return {
    caption: "scores",
    columns: SCORES,
    rows,
    note: "intervals are clustered by case; errors are in no other figure",
  };
}

function scoreCells(it: ScoreSummary): Row {
  return {
    mean: it.mean === null ? "–" : scoreValue(it.mean),
    "95 %": intervalText(carriedInterval(it)),
    passed: `${grouped(it.passed)}/${grouped(it.passed + it.failed)}`,
    errors: grouped(it.errors),
    cases: grouped(it.n),
  };
}

const WORST_COLUMNS: Columns = { case: words, variant: words, repeat: figure, runId: words, why: words };

function worstRow(it: CaseResult): Row {
  const why = it.scores.filter((score) => score.passed !== true).map((score) =>
    `${score.scorer} ${
      score.error === undefined
        ? `${scoreValue(score.value)}${score.explanation === undefined ? "" : `: ${score.explanation}`}`
        : `error: ${score.error}`
    }`
  );
  return {
    case: it.caseId,
    variant: it.variant,
    repeat: String(it.repeat),
    runId: it.runId,
    why: why.join(" · "),
  };
}

/** Two variants compared: what may be claimed, and the cases that changed most. */
export async function comparisonBundle(
  comparison: ExperimentComparison,
  gate?: GateResult,
): Promise<MediaBundle> {
  const { left, right, scorers, pairs, costDeltaUsd, durationDeltaMs } = comparison;
  const lead = [
    `${sideName(left)} → ${sideName(right)}, ${plural(pairs, "case")} in common`,
    `a run: cost ${
      costDeltaUsd === null ? "unknown" : costDifference(costDeltaUsd, { isKnown: true })
    }, time ${durationDeltaMs === null ? "unknown" : signed(durationDeltaMs, duration)}`,
    ...comparisonNotes(comparison),
    ...scorers.map((it) => `${it.scorer}: ${differenceWords(it, right.variant)}`),
    ...(gate && gate.verdict !== "none" ? [`gate: ${gate.verdict}: ${gate.reason}`] : []),
  ];
  return await sectionsBundle(lead, [
    { ...comparisonSection(comparison), caption: "what may be claimed" },
    {
      caption: "most changed cases",
      columns: CHANGED,
      rows: scorers.flatMap(({ scorer, changed }) =>
        changed.slice(0, CHANGED_SHOWN).map((it): Row => ({
          scorer,
          case: it.caseId,
          before: scoreValue(it.left),
          after: scoreValue(it.right),
          leftRunId: it.leftRunId,
          rightRunId: it.rightRunId,
        }))
      ),
    },
  ]);
}

const CHANGED: Columns = {
  scorer: words,
  case: words,
  before: figure,
  after: figure,
  leftRunId: words,
  rightRunId: words,
};

const COMPARED: Columns = {
  scorer: words,
  before: figure,
  after: figure,
  difference: figure,
  "95 %": words,
  "p after Holm": figure,
  cases: figure,
  verdict: words,
};

function comparisonSection({ left, right, scorers }: ExperimentComparison): Section {
  return {
    caption: `${sideName(left)} → ${sideName(right)}`,
    columns: COMPARED,
    rows: scorers.map((it): Row => ({
      scorer: it.scorer,
      before: it.left === null ? "–" : scoreValue(it.left),
      after: it.right === null ? "–" : scoreValue(it.right),
      difference: it.difference === null ? "–" : signed(it.difference, scoreValue),
      "95 %": differenceInterval(it.ci95),
      "p after Holm": pText(it.pHolm),
      cases: grouped(it.pairs),
      verdict: it.moreCasesNeeded === null
        ? it.verdict
        : `${it.verdict}: about ${plural(it.moreCasesNeeded, "more case")}`,
    })),
  };
}

function sideName({ experimentId, variant }: ExperimentComparison["left"]): string {
  return `${shortRunId(experimentId)}/${variant}`;
}

/** Sections without rows are left out. */
async function sectionsBundle(lead: readonly string[], sections: readonly Section[]): Promise<MediaBundle> {
  const { loadHtml } = await import("../../exporters/mod.ts");
  const { tablesHtml } = await loadHtml();
  const shown = sections.filter((it) => it.rows.length > 0);
  const plain = await Promise.all(shown.map(async ({ caption, columns, rows, note }) => [
    "",
    cell(caption).toUpperCase(),
    await plainTable(rows, columns, Object.keys(columns)),
    ...(note === undefined ? [] : [cell(note)]),
  ]));
  return {
    "text/html": tablesHtml(
      lead,
      shown.map((it) => ({ ...it, names: Object.keys(it.columns), note: it.note ?? "" })),
    ),
    "text/plain": [...lead.flatMap((it) => lines(it)), ...plain.flat()].join("\n"),
  };
}
