import type { ExperimentComparison } from "../../../analysis/mod.ts";
import { shortRunId } from "../../../core/mod.ts";
import {
  type Cell,
  cell,
  type Column,
  comparisonNotes,
  costDifference,
  differenceInterval,
  duration,
  plural,
  pText,
  scoreValue,
  signed,
  table,
} from "../../../present/mod.ts";
import type { Look, Style } from "../../output/look.ts";

const COLUMNS: readonly Column[] = [
  { title: "SCORER", min: 8 },
  { title: "LEFT", align: "right" },
  { title: "RIGHT", align: "right" },
  { title: "DIFFERENCE", align: "right" },
  { title: "95 %", drop: 1 },
  { title: "P (HOLM)", align: "right", drop: 2 },
  { title: "CASES", align: "right", drop: 3 },
  { title: "VERDICT" },
];

const STYLES = { better: "green", worse: "red", "no difference shown": "dim" } as const;
const CHANGED_SHOWN = 5;

/** Two variants side by side: what can be claimed, and the cases that changed most. */
export function comparisonText(it: ExperimentComparison, look: Look): string {
  const side = ({ experimentId, variant }: ExperimentComparison["left"]) =>
    `${look.paint("cyan", shortRunId(experimentId))} ${cell(variant)}`;
  const rows = it.scorers.map((row): readonly Cell<Style>[] => [
    { text: cell(row.scorer) },
    { text: row.left === null ? "–" : scoreValue(row.left) },
    { text: row.right === null ? "–" : scoreValue(row.right) },
    { text: row.difference === null ? "–" : signed(row.difference, scoreValue), style: "bold" },
    {
      text: differenceInterval(row.ci95),
      style: "dim",
    },
    { text: pText(row.pHolm), style: "dim" },
    { text: String(row.pairs), style: "dim" },
    {
      text: row.moreCasesNeeded === null
        ? row.verdict
        : `${row.verdict}: about ${plural(row.moreCasesNeeded, "more case")}`,
      style: STYLES[row.verdict],
    },
  ]);
  return [
    `${side(it.left)} → ${side(it.right)}  ${plural(it.pairs, "case")} in common`,
    ...comparisonNotes(it).map((note) => look.paint("yellow", note)),
    ...(rows.length > 0 ? ["", table(COLUMNS, rows, look)] : []),
    "",
    `per run: cost ${
      it.costDeltaUsd === null ? "unknown" : costDifference(it.costDeltaUsd, { isKnown: true })
    }, time ${it.durationDeltaMs === null ? "unknown" : signed(it.durationDeltaMs, duration)}`,
    ...changedLines(it, look),
  ].join("\n");
}

function changedLines({ scorers }: ExperimentComparison, look: Look): readonly string[] {
  return scorers.filter((it) => it.changed.length > 0).flatMap((row) => [
    "",
    look.paint("dim", `MOST CHANGED BY ${cell(row.scorer)}`),
    ...row.changed.slice(0, CHANGED_SHOWN).map((it) =>
      `${it.right > it.left ? look.paint("green", "▲") : look.paint("red", "▼")} ${cell(it.caseId)}  ` +
      `${scoreValue(it.left)} → ${scoreValue(it.right)}` +
      (it.leftRunId === null || it.rightRunId === null
        ? ""
        : look.paint("dim", `  agentop diff ${shortRunId(it.leftRunId)} ${shortRunId(it.rightRunId)}`))
    ),
  ]);
}
