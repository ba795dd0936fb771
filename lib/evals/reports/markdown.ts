import {
  carriedInterval,
  type ExperimentComparison,
  type Interval,
  type VariantSummary,
} from "../../analysis/mod.ts";
import { type CaseResult, escapeText, oneLine, shortRunId } from "../../core/mod.ts";
import { costWordsOf, duration, knownCost, plural, scoreValue, signed } from "../../present/mod.ts";
import type { ReportSource } from "./junit.ts";

const FAILED_SHOWN = 20;
const TEXT_MAX_CHARS = 200;
/** Of `GateResult`. */
const SIGNS = { pass: "✅", regression: "❌", inconclusive: "⚠️", none: "ℹ️" } as const;

export interface MarkdownSource extends ReportSource {
  readonly variants: readonly VariantSummary[];
  readonly comparisons: readonly ExperimentComparison[];
}

/** A report for a pull request: the gate, scores with their intervals, what changed, and what did not pass. */
export function markdownReport(source: MarkdownSource): string {
  const { experiment, variants, results, gate, comparisons } = source;
  const head = gate.verdict === "none" ? "" : `: ${gate.verdict}`;
  const failed = results.filter(({ scores }) => scores.some((it) => it.passed !== true));
  return [
    `### ${SIGNS[gate.verdict]} ${text(experiment.suite)}${head}`,
    "",
    ...(gate.verdict === "none" ? [] : [text(gate.reason), ""]),
    `${plural(experiment.done, "result")}${
      experiment.done === experiment.planned ? "" : ` of ${experiment.planned}`
    }, ${costWordsOf(experiment)}, experiment \`${shortRunId(experiment.experimentId)}\``,
    "",
    "| variant | scorer | mean | 95 % | passed | errors | cost | time of a run |",
    "|---|---|--:|---|--:|--:|--:|--:|",
    ...variants.flatMap((variant) =>
      variant.scores.map((it) =>
        row([
          text(variant.name),
          text(it.scorer),
          it.mean === null ? "–" : scoreValue(it.mean),
          interval(carriedInterval(it)),
          `${it.passed}/${it.passed + it.failed}`,
          String(it.errors),
          knownCost(variant.costUsd, variant.unknownCostCalls),
          variant.durationMs === null ? "–" : duration(variant.durationMs),
        ])
      )
    ),
    ...comparisons.flatMap(comparisonLines),
    ...failedLines(failed, experiment.variants.length > 1),
    "",
  ].join("\n");
}

function comparisonLines(it: ExperimentComparison): readonly string[] {
  const changed = it.changedCases.length;
  return [
    "",
    `Against \`${shortRunId(it.left.experimentId)}\` ${text(it.left.variant)}, ${
      plural(it.pairs, "case")
    } in common` +
    (changed > 0 ? `, of which ${changed} changed in the suite:` : ":"),
    "",
    "| scorer | before | after | difference | 95 % | p (Holm) | verdict |",
    "|---|--:|--:|--:|---|--:|---|",
    ...it.scorers.map((score) =>
      row([
        text(score.scorer),
        score.left === null ? "–" : scoreValue(score.left),
        score.right === null ? "–" : scoreValue(score.right),
        score.difference === null ? "–" : signed(score.difference, scoreValue),
        interval(score.ci95),
        score.pHolm === null ? "–" : String(Number(score.pHolm.toPrecision(2))),
        score.verdict + (score.moreCasesNeeded === null ? "" : `: about ${score.moreCasesNeeded} more cases`),
      ])
    ),
  ];
}

function failedLines(failed: readonly CaseResult[], isNamed: boolean): readonly string[] {
  if (failed.length === 0) return [];
  const lines = failed.slice(0, FAILED_SHOWN).map((it) => {
    const why = it.scores.filter((score) => score.passed !== true)
      .map((score) => `${score.scorer}: ${score.error ?? score.explanation ?? scoreValue(score.value)}`).join(
        "; ",
      );
    return row([
      text(it.caseId) + (it.repeat > 1 ? ` #${it.repeat}` : ""),
      ...(isNamed ? [text(it.variant)] : []),
      `\`${shortRunId(it.runId)}\``,
      text(why),
    ]);
  });
  const more = failed.length - lines.length;
  return [
    "",
    `<details><summary>${plural(failed.length, "result")} did not pass</summary>`,
    "",
    isNamed ? "| case | variant | run | why |" : "| case | run | why |",
    isNamed ? "|---|---|---|---|" : "|---|---|---|",
    ...lines,
    ...(more > 0 ? ["", `and ${more} more`] : []),
    "",
    "</details>",
  ];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function interval(ci95: Interval | null): string {
  return ci95 === null ? "–" : `${ci95[0].toFixed(2)} to ${ci95[1].toFixed(2)}`;
}

/** What a forge turns into a mention, a reference or a link even where it is escaped. */
const LINKED = /[@#](?=\S)|:(?=\/\/)|www(?=\.)/gi;

/** Text from outside is text: no mark-up, no mention of anybody, no link, one line. */
function text(value: string): string {
  return escapeText(oneLine(value, TEXT_MAX_CHARS)).replace(LINKED, "$&\u200b")
    .replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
    .replace(/[\\`*_{}[\]()#+!|~@:-]/g, (it) => /[-:+(){}!#]/.test(it) ? it : `&#${it.codePointAt(0)};`);
}
