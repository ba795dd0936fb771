import type { JsonChange } from "../../../core/mod.ts";
import type { Env } from "../../app/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import type { Comparison, Pairing, TextDiff, TextPair } from "./comparison.ts";
import { type CompareRow, compareRows, configChanges } from "./rows.ts";

/** Two runs, aligned. */
export interface CompareModel {
  readonly pairing?: Pairing;
  readonly state: "none" | "loading" | "ready" | "failed";
  readonly failure: string;
  readonly comparison?: Comparison;
  readonly unfolded: ReadonlySet<string>;
  /** Key of the chosen row: the selection is a step, not a place. */
  readonly chosen: string;
  readonly top: number;
  readonly mode: "words" | "unified";
  readonly focus: "list" | "detail";
  readonly detailTop: number;
  /** The chosen row's texts compared, and which row that is. */
  readonly texts?: { readonly key: string; readonly list: readonly TextDiff[] };
  readonly tickets: Readonly<Record<Slot, number>>;
}

export type Slot = "compare" | "texts";

export const INITIAL: CompareModel = {
  state: "none",
  failure: "",
  unfolded: new Set(),
  chosen: "",
  top: 0,
  mode: "words",
  focus: "list",
  detailTop: 0,
  tickets: { compare: 0, texts: 0 },
};

/** Texts of one step that are compared word by word; further ones are shown whole. */
const TEXTS_MAX = 40;
/** Characters of one text that are compared and shown. */
export const TEXT_SHOWN_MAX_CHARS = 100_000;
const HEAD_ROWS = 3;
const BESIDE_COLUMNS_MIN = 140;
const SIDES_COLUMNS_MIN = 100;

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
}

/** `sides`: the two runs stand side by side in the detail. */
export function compareLayout({ size }: Env): {
  readonly list: Area;
  readonly detail: Area;
  readonly sides: boolean;
} {
  const { columns } = size;
  const rows = Math.max(0, size.rows - HEAD_ROWS);
  const sides = columns >= SIDES_COLUMNS_MIN;
  if (columns >= BESIDE_COLUMNS_MIN) {
    const left = Math.floor(columns * 0.36);
    return {
      list: { x: 0, y: HEAD_ROWS, columns: left, rows },
      detail: { x: left, y: HEAD_ROWS, columns: columns - left, rows },
      sides,
    };
  }
  const above = Math.max(5, Math.floor(rows * 0.4));
  return {
    list: { x: 0, y: HEAD_ROWS, columns, rows: above },
    detail: { x: 0, y: HEAD_ROWS + above, columns, rows: Math.max(0, rows - above) },
    sides,
  };
}

export function listHeight(env: Env): number {
  return Math.max(1, compareLayout(env).list.rows - BORDER);
}

export function detailHeight(env: Env): number {
  return Math.max(1, compareLayout(env).detail.rows - BORDER);
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

export function chosenIndex(model: CompareModel): number {
  return Math.max(0, rowsOf(model).findIndex((row) => row.key === model.chosen));
}

export function chosenRow(model: CompareModel): CompareRow | undefined {
  return rowsOf(model)[chosenIndex(model)];
}

/** The changes that the detail of a row lists. */
export function changesOf(comparison: Comparison, row: CompareRow): readonly JsonChange[] {
  if (row.kind === "config") return configChanges(comparison);
  if (row.kind === "step") return row.diff.changes;
  const { left, right } = comparison.diff.output;
  return row.kind === "answer" && left !== right ? [{ path: "", op: "replace", left, right }] : [];
}

/** The texts of a row that are compared word by word, in the order of its changes. */
export function textPairs(comparison: Comparison, row: CompareRow): readonly TextPair[] {
  return changesOf(comparison, row).flatMap(({ left, right }) =>
    typeof left === "string" && typeof right === "string"
      ? [{ left: left.slice(0, TEXT_SHOWN_MAX_CHARS), right: right.slice(0, TEXT_SHOWN_MAX_CHARS) }]
      : []
  ).slice(0, TEXTS_MAX);
}
