import type { ExperimentOverview, ScorerFigures, SideFigures } from "../../../core/mod.ts";
import {
  compact,
  differenceInterval,
  differenceWords,
  duration,
  grouped,
  intervalText,
  scoreValue,
} from "../../../present/mod.ts";
import { sparkline } from "../../draw/charts.ts";
import type { Glyphs } from "../../draw/glyphs.ts";
import { intervalLane } from "../../draw/interval.ts";
import { EMPTY, fitLine, type Line, line, seg } from "../../draw/line.ts";
import type { Tone } from "../../draw/theme.ts";
import { clean, fit, width } from "../../terminal/text.ts";
import { paragraph } from "../../widgets/paragraph.ts";
import { knownMoney } from "./money.ts";

const NAME_MIN = 8;
const NAME_MAX = 22;
const LANE_MIN = 9;
const LANE_MAX = 41;
const DIFFERENCE_LANE_MIN = 60;

interface Column {
  readonly head: string;
  readonly columns: number;
  cell(score: ScorerFigures, side: SideFigures): readonly [string, Tone];
}

const right = (head: string, columns: number, cell: Column["cell"]): Column => ({ head, columns, cell });

/** Most needed first. */
const COLUMNS = (glyphs: Glyphs): readonly Column[] => [
  right("MEAN", 8, ({ mean }) => [mean === null ? "–" : mean.toFixed(3), "strong"]),
  right("95 %", 13, ({ ci95 }) => [intervalText(ci95), "dim"]),
  right("PASS", 6, ({ passRate }) => [
    passRate === null ? "–" : `${Math.round(passRate * 100)}%`,
    passRate === null ? "dim" : passRate === 1 ? "ok" : "warn",
  ]),
  right("ERR", 5, ({ errors }) => [grouped(errors), errors > 0 ? "error" : "dim"]),
  right("N", 6, ({ n }) => [compact(n), "dim"]),
  right("0 SPREAD 1", 12, ({ spread }) => [sparkline(spread, glyphs), "llm"]),
  right("COST", 11, (_, side) => [knownMoney(side), side.unknownCostCalls > 0 ? "warn" : "text"]),
  right("TIME", 8, (_, { durationMs }) => [durationMs === null ? "–" : duration(durationMs), "dim"]),
];

/** What each variant scored by each scorer; a heading and a row each. */
export function scoreLines(
  overview: ExperimentOverview,
  columns: number,
  glyphs: Glyphs,
): { readonly head: Line; readonly rows: readonly Line[] } {
  const { sides } = overview;
  const widest = (texts: readonly string[]) => Math.max(NAME_MIN, ...texts.map((it) => width(clean(it)) + 2));
  const room = Math.max(NAME_MIN, Math.min(NAME_MAX, Math.floor(columns * 0.18)));
  const names = Math.min(room, widest(sides.map((it) => nameOf(overview, it))));
  const scorers = Math.min(room, widest(overview.scorers));
  const fits: Column[] = [];
  let left = columns - names - scorers - 2;
  for (const column of COLUMNS(glyphs)) {
    const lane = fits.length >= 4 ? LANE_MIN + 1 : 0;
    if (left - column.columns < lane) continue;
    fits.push(column);
    left -= column.columns;
  }
  const lane = left - 1 >= LANE_MIN ? Math.min(LANE_MAX, left - 1) : 0;
  const head: Line = [
    seg(` ${fit("VARIANT", names)}${fit("SCORER", scorers)}`, "heading"),
    ...fits.map((it) => seg(fit(it.head, it.columns, "right"), "heading")),
    ...(lane > 0 ? [seg(` ${fit("0", lane - 1)}1`, "heading")] : []),
  ];
  const rows = sides.flatMap((side): readonly Line[] =>
    side.scores.length === 0
      ? [[seg(` ${fit(nameOf(overview, side), names)}`, "strong"), seg("no result yet", "dim")]]
      : side.scores.map((score, at): Line => [
        seg(` ${fit(at === 0 ? nameOf(overview, side) : "", names - 1)} `, "strong"),
        seg(`${fit(clean(score.scorer), scorers - 1)} `, "accent"),
        ...fits.map((column) => {
          const [text, tone] = column.cell(score, side);
          const isOfSide = (column.head === "COST" || column.head === "TIME") && at > 0;
          return seg(fit(isOfSide ? "" : text, column.columns, "right"), tone);
        }),
        ...(lane > 0 ? [seg(" "), ...intervalLane(score, { from: 0, to: 1 }, 0, lane, "llm", glyphs)] : []),
      ])
  );
  return { head: fitLine(head, columns), rows };
}

/** A variant; where two experiments are in view, with the letter of its experiment. */
export function nameOf(
  { experiments }: Pick<ExperimentOverview, "experiments">,
  { variant, experimentId }: { readonly variant: string; readonly experimentId: string },
): string {
  if (experiments.length < 2) return clean(variant);
  return `${LETTERS[experiments.findIndex((it) => it.experimentId === experimentId)]}/${clean(variant)}`;
}

/** What experiments side by side are called. */
export const LETTERS = ["A", "B"] as const;

const VERDICT_TONES = { better: "ok", worse: "error", "no difference shown": "text" } as const;

/** What the comparison of two variants says by each scorer, in words that say only what is shown. */
export function differenceLines(
  overview: ExperimentOverview,
  columns: number,
  glyphs: Glyphs,
): readonly Line[] {
  const { difference: it } = overview;
  if (!it) return [];
  const name = nameOf(overview, it.right);
  const reach = Math.max(0.05, ...it.scorers.flatMap(({ ci95 }) => ci95 ? ci95.map(Math.abs) : []));
  const rows = it.scorers.flatMap((score): readonly Line[] => {
    const words = clean(`${score.scorer}: ${differenceWords(score, name)}`);
    const errors = score.errors.left + score.errors.right;
    const lane = columns >= DIFFERENCE_LANE_MIN && score.difference !== null
      ? [[
        seg(` ${fit(differenceInterval([-reach, -reach]).split(" ")[0]!, 7)}`, "dim"),
        ...intervalLane(
          { mean: score.difference, ci95: score.ci95 },
          { from: -reach, to: reach },
          0,
          Math.min(LANE_MAX, columns - 18),
          score.verdict === "better" ? "ok" : score.verdict === "worse" ? "error" : "llm",
          glyphs,
        ),
        seg(` +${reach.toFixed(2)}`, "dim"),
      ] as Line]
      : [];
    return [
      ...paragraph(words, columns, VERDICT_TONES[score.verdict], 1),
      ...lane,
      ...(errors > 0 ? [line(` ${errors} tries gave no score and are in no figure`, "warn")] : []),
    ];
  });
  return rows.length === 0 ? [line(" The two have no scorer in common.", "dim")] : rows;
}

/** What must be known before those words; and what a run costs and takes more or less. */
export function asideLines(notes: readonly string[], perRun: string, columns: number): readonly Line[] {
  return [
    ...notes.flatMap((note) => paragraph(clean(note), columns, "warn", 1)),
    EMPTY,
    ...paragraph(perRun, columns, "dim", 1),
  ];
}

/** `0.917`, as cells of the grid have it. */
export function shortScore(value: number): string {
  return scoreValue(Number(value.toFixed(2)));
}
