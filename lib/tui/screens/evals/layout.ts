import type { ExperimentOverview } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import type { Area } from "../../widgets/panes.ts";

export type Focus = "cases" | "scores" | "difference" | "about";

/** What decides where panes are. */
interface Look {
  readonly focus: Focus;
  readonly overview?: Pick<ExperimentOverview, "sides" | "difference">;
}

const HEAD_ROWS = 1;
const BESIDE_COLUMNS_MIN = 140;
const ABOUT_COLUMNS_MIN = 100;
const SHORT_ROWS = 26;
/** Below the experiments, what the chosen one is. */
const LIST_ABOUT_ROWS = 7;
const LIST_ABOUT_COLUMNS = 46;
const TABLE_HEAD_ROWS = 1;
const CASES_ROWS_MIN = 8;

/** The list of experiments. */
export interface ListLayout {
  readonly table: Area;
  readonly about?: Area;
  /** Rows of experiments in view. */
  readonly height: number;
}

export function listPane(model: { readonly zoom: boolean }, { size }: Env): ListLayout {
  const { columns } = size;
  const rows = Math.max(0, size.rows - HEAD_ROWS);
  const whole: Area = { x: 0, y: HEAD_ROWS, columns, rows };
  const withHeight = (table: Area, about?: Area): ListLayout => ({
    table,
    ...(about ? { about } : {}),
    height: Math.max(1, table.rows - BORDER - TABLE_HEAD_ROWS),
  });
  if (model.zoom || columns < 60 || rows < 16) return withHeight(whole);
  if (columns >= BESIDE_COLUMNS_MIN) {
    const left = columns - LIST_ABOUT_COLUMNS;
    return withHeight({ ...whole, columns: left }, { ...whole, x: left, columns: LIST_ABOUT_COLUMNS });
  }
  const above = rows - LIST_ABOUT_ROWS;
  return withHeight({ ...whole, rows: above }, { ...whole, y: HEAD_ROWS + above, rows: LIST_ABOUT_ROWS });
}

/** One experiment, or two. */
export interface EvalsLayout {
  readonly scores?: Area;
  readonly difference?: Area;
  readonly cases?: Area;
  readonly about?: Area;
  /** Rows of cases in view. */
  readonly casesHeight: number;
}

/** Scores and what differs above, cases below; beside them what the chosen case is, where there is room. */
export function evalsLayout(model: { readonly zoom: boolean }, opened: Look, env: Env): EvalsLayout {
  const { columns } = env.size;
  const rows = Math.max(0, env.size.rows - HEAD_ROWS);
  const whole: Area = { x: 0, y: HEAD_ROWS, columns, rows };
  if (model.zoom || columns < 60 || rows < 14) return sized({ [opened.focus]: whole });
  const scoreRows = opened.overview?.sides.reduce((sum, it) => sum + Math.max(1, it.scores.length), 0) ?? 1;
  const hasDifference = opened.overview?.difference !== undefined;
  const most = Math.max(4, rows - CASES_ROWS_MIN);
  const scoresWanted = scoreRows + BORDER + TABLE_HEAD_ROWS;
  if (columns >= BESIDE_COLUMNS_MIN) {
    const right = Math.floor(columns * 0.4);
    const left = columns - (hasDifference ? right : 0);
    const above = Math.min(Math.max(scoresWanted, hasDifference ? 11 : 0), Math.floor(most * 0.45));
    const below = { ...whole, y: HEAD_ROWS + above, rows: rows - above };
    return sized({
      scores: { ...whole, columns: left, rows: above },
      ...(hasDifference ? { difference: { ...whole, x: left, columns: right, rows: above } } : {}),
      cases: { ...below, columns: columns - right },
      about: { ...below, x: columns - right, columns: right },
    });
  }
  const isShort = env.size.rows < SHORT_ROWS;
  const scores = Math.min(scoresWanted, isShort ? 7 : 9);
  const difference = hasDifference ? isShort ? 4 : 5 : 0;
  const top = scores + difference;
  const isBeside = columns >= ABOUT_COLUMNS_MIN;
  const right = isBeside ? Math.floor(columns * 0.42) : 0;
  const below: Area = { ...whole, y: HEAD_ROWS + top, rows: rows - top };
  // Where one has no place of its own, it takes that of the cases while it has the focus.
  const main = !isBeside && opened.focus === "about" ? "about" : "cases";
  return sized({
    scores: { ...whole, rows: scores },
    ...(hasDifference ? { difference: { ...whole, y: HEAD_ROWS + scores, rows: difference } } : {}),
    [main]: { ...below, columns: columns - right },
    ...(isBeside ? { about: { ...below, x: columns - right, columns: right } } : {}),
  });
}

function sized(areas: Omit<EvalsLayout, "casesHeight">): EvalsLayout {
  return { ...areas, casesHeight: Math.max(1, (areas.cases?.rows ?? 4) - BORDER - TABLE_HEAD_ROWS) };
}
