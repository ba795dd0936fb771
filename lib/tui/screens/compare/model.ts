import type { Explanation } from "../../../core/mod.ts";
import { configChanges, type JsonChange } from "../../../analysis/mod.ts";
import type { Tickets } from "../../contract/queries.ts";
import type { Env } from "../../contract/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { type Reader, READER_START } from "../../reader/reader.ts";
import { LIST_START, type ListPlace, type ListRows, listRows, selectedItem } from "../../widgets/list.ts";
import type { Area } from "../../widgets/panes.ts";
import { firstOf, readSplit, type Split, splitAt } from "../../widgets/split.ts";
import type { FamilyList } from "../../widgets/family.ts";
import type { Pairing } from "../../contract/message.ts";
import type { Comparison, TextDiff, TextPair } from "./comparison.ts";
import { type CompareRow, compareRows } from "./rows.ts";
import type { CompareQueries } from "./queries.ts";

/** Two runs, aligned. */
export interface CompareModel {
  readonly pairing?: Pairing;
  readonly state: "none" | "loading" | "ready" | "failed";
  readonly failure: Explanation;
  readonly comparison?: Comparison;
  readonly unfolded: ReadonlySet<string>;
  /** The rows, by their keys. */
  readonly list: ListPlace;
  readonly mode: "words" | "unified";
  readonly focus: "list" | "detail" | "family";
  /** The pane with the focus has all the room. */
  readonly zoom: boolean;
  /** The room of the steps. */
  readonly split: Split;
  /** What both runs go back to, and all that came of it. */
  readonly family?: FamilyList;
  /** Where the person is in what differs. */
  readonly reader: Reader;
  /** The chosen row's texts compared, and which row that is. */
  readonly texts?: { readonly key: string; readonly list: readonly TextDiff[] };
  readonly tickets: Tickets<CompareQueries>;
}

export const INITIAL: CompareModel = {
  state: "none",
  failure: NO_FAILURE,
  unfolded: new Set(),
  list: LIST_START,
  mode: "words",
  focus: "list",
  zoom: false,
  split: 0,
  reader: READER_START,
  tickets: { compare: 0, newest: 0, texts: 0, family: 0 },
};

/** Texts of one step that are compared word by word; further ones are shown whole. */
const TEXTS_MAX = 40;
/** Characters of one text that are compared and shown. */
export const TEXT_SHOWN_MAX_CHARS = 100_000;
const HEAD_ROWS = 3;
const BESIDE_COLUMNS_MIN = 140;
const SIDES_COLUMNS_MIN = 100;
const FAMILY_ROWS_MIN = 5;
/** In fewer rows the steps need them all. */
const FAMILY_BESIDE_ROWS_MIN = 24;

export interface CompareLayout {
  readonly family?: Area;
  readonly list?: Area;
  readonly detail?: Area;
  /** The two runs stand side by side in the detail. */
  readonly sides: boolean;
}

type Look = Pick<CompareModel, "focus" | "zoom" | "split">;

/** The family has a place of its own where there is room; elsewhere it takes the place of the steps while it has the focus. */
export function compareLayout({ focus, zoom, split }: Look, { size }: Env): CompareLayout {
  const { columns } = size;
  const rows = Math.max(0, size.rows - HEAD_ROWS);
  const sides = columns >= SIDES_COLUMNS_MIN;
  const whole: Area = { x: 0, y: HEAD_ROWS, columns, rows };
  if (zoom) return { [focus]: whole, sides };
  if (hasFamilyPane(size)) {
    const left = firstOf(columns, naturalSteps(columns, "columns"), split, "columns");
    const above = Math.max(FAMILY_ROWS_MIN, Math.floor(rows * 0.3));
    return {
      family: { ...whole, columns: left, rows: above },
      list: { ...whole, y: HEAD_ROWS + above, columns: left, rows: rows - above },
      detail: { ...whole, x: left, columns: columns - left },
      sides,
    };
  }
  if (columns >= BESIDE_COLUMNS_MIN) {
    const left = firstOf(columns, naturalSteps(columns, "columns"), split, "columns");
    const pane: Area = { ...whole, columns: left };
    const detail: Area = { ...whole, x: left, columns: columns - left };
    return { ...(focus === "family" ? { family: pane } : { list: pane }), detail, sides };
  }
  const above = firstOf(rows, naturalSteps(rows, "rows"), split, "rows");
  const pane: Area = { ...whole, rows: above };
  return {
    ...(focus === "family" ? { family: pane } : { list: pane }),
    detail: { ...whole, y: HEAD_ROWS + above, rows: Math.max(0, rows - above) },
    sides,
  };
}

function naturalSteps(room: number, side: "columns" | "rows"): number {
  return side === "rows" ? Math.max(5, Math.floor(room * 0.4)) : Math.floor(room * 0.36);
}

/** Whether the border between the steps and what differs is at a place. */
export function isCompareGrip(model: CompareModel, env: Env, { x, y }: Pick<Area, "x" | "y">): boolean {
  const { list, family, detail } = compareLayout(model, env);
  if (!model.comparison || !detail || !(list ?? family) || y < HEAD_ROWS) return false;
  return detail.x === 0 ? y === detail.y || y === detail.y - 1 : x === detail.x || x === detail.x - 1;
}

/** With that border pulled to a place. */
export function compareDragged(model: CompareModel, { x, y }: Pick<Area, "x" | "y">, env: Env): CompareModel {
  const { detail } = compareLayout(model, env);
  if (!detail) return model;
  const isStacked = detail.x === 0;
  const room = isStacked ? env.size.rows - HEAD_ROWS : env.size.columns;
  const natural = naturalSteps(room, isStacked ? "rows" : "columns");
  return { ...model, split: splitAt(room, natural, isStacked ? y - HEAD_ROWS : x) };
}

/** Tab leads to the family where it is in view anyway. */
export function hasFamilyPane({ columns, rows }: Env["size"]): boolean {
  return columns >= BESIDE_COLUMNS_MIN && rows >= FAMILY_BESIDE_ROWS_MIN;
}

function height(area: Area | undefined, { size }: Env): number {
  return Math.max(1, (area?.rows ?? size.rows - HEAD_ROWS) - BORDER);
}

export function listHeight(model: Look, env: Env): number {
  return height(compareLayout(model, env).list, env);
}

export function detailHeight(model: Look, env: Env): number {
  return height(compareLayout(model, env).detail, env);
}

export function familyHeight(model: Look, env: Env): number {
  return height(compareLayout(model, env).family, env);
}

/** Which runs are compared and how they are shown, for the next start. */
export function rememberCompare({ mode, zoom, pairing, split }: CompareModel): unknown {
  const kept = {
    ...(split === 0 ? {} : { split }),
    ...(mode === INITIAL.mode ? {} : { mode }),
    ...(zoom ? { zoom } : {}),
    ...(pairing ? { pairing } : {}),
  };
  return Object.keys(kept).length > 0 ? kept : undefined;
}

export function restoreCompare(model: CompareModel, saved: unknown): CompareModel {
  if (typeof saved !== "object" || saved === null) return model;
  const { mode, zoom, pairing, split } = saved as Record<string, unknown>;
  const { left, right } = (pairing ?? {}) as Record<string, unknown>;
  return {
    ...model,
    mode: mode === "unified" ? "unified" : "words",
    zoom: zoom === true,
    split: readSplit(split),
    ...(isReference(left) && isReference(right) ? { pairing: { left, right }, state: "loading" } : {}),
  };
}

function isReference(value: unknown): value is string {
  return typeof value === "string" && /^[\w~-]{1,64}$/.test(value);
}

let last:
  | { comparison: Comparison; unfolded: ReadonlySet<string>; rows: readonly CompareRow[] }
  | undefined;

export function rowsOf({ comparison, unfolded }: CompareModel): readonly CompareRow[] {
  if (!comparison) return [];
  if (last?.comparison !== comparison || last.unfolded !== unfolded) {
    last = { comparison, unfolded, rows: compareRows(comparison, unfolded) };
  }
  return last.rows;
}

export function stepRows(model: CompareModel, env: Env): ListRows {
  return listRows(rowsOf(model), (row) => row.key, listHeight(model, env));
}

export function chosenRow(model: CompareModel): CompareRow | undefined {
  return selectedItem(rowsOf(model), (row) => row.key, model.list);
}

/** The changes that the detail of a row lists. */
export function changesOf(comparison: Comparison, row: CompareRow): readonly JsonChange[] {
  if (row.kind === "config") return configChanges(comparison.diff);
  if (row.kind === "step") return row.diff.changes;
  if (row.kind === "fold") return [];
  const { left, right } = row.kind === "prompt"
    ? { left: comparison.left.prompt, right: comparison.right.prompt }
    : comparison.diff.output;
  return left === right ? [] : [{ path: "", op: "replace", left, right }];
}

/** The texts of a row that are compared word by word, in the order of its changes. */
export function textPairs(comparison: Comparison, row: CompareRow): readonly TextPair[] {
  return changesOf(comparison, row).flatMap(({ left, right }) =>
    typeof left === "string" && typeof right === "string"
      ? [{ left: left.slice(0, TEXT_SHOWN_MAX_CHARS), right: right.slice(0, TEXT_SHOWN_MAX_CHARS) }]
      : []
  ).slice(0, TEXTS_MAX);
}
