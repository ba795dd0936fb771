import type { Size } from "../../terminal/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import { clamp, keepInView } from "../../draw/scroll.ts";
import { type Field, FIELDS, fittingModels, type ReplayModel, toolsOf } from "./model.ts";

const COLUMNS_MAX = 88;
/** What the run is, its prompt, a blank row. */
export const HEAD_ROWS = 3;
/** A blank row before what is said about the field; a blank row and the summary after it. */
const SPACE_ROWS = 3;
const ABOUT_ROWS_MAX = 12;
const ABOUT_ROWS_MIN = 2;

export interface FormLayout {
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
  /** Rows for what there is to know about the field with the focus; the same for all, so that nothing moves. */
  readonly aboutRows: number;
  /** First row in view, where not all of the form is. */
  readonly top: number;
}

export function formLayout(size: Size, focus: Field): FormLayout {
  const columns = Math.max(10, Math.min(COLUMNS_MAX, size.columns - 2));
  const fixed = HEAD_ROWS + FIELDS.length + SPACE_ROWS + BORDER;
  const aboutRows = clamp(size.rows - fixed, ABOUT_ROWS_MIN, ABOUT_ROWS_MAX);
  const rows = Math.min(size.rows, fixed + aboutRows);
  return {
    x: Math.max(0, Math.floor((size.columns - columns) / 2)),
    y: Math.max(0, Math.floor((size.rows - rows) / 2) - 1),
    columns,
    rows,
    aboutRows,
    top: keepInView(
      0,
      HEAD_ROWS + FIELDS.indexOf(focus),
      Math.max(1, rows - BORDER),
      fixed + aboutRows - BORDER,
    ),
  };
}

/** The list below the fields, its first row in view; the row above it says how to use it. */
export function listTop(model: ReplayModel, aboutRows: number): number {
  const [at, total] = model.focus === "tools"
    ? [model.toolAt, toolsOf(model.trace).length]
    : [Math.max(0, model.walk?.index ?? 0), fittingModels(model).length];
  return keepInView(0, at, listHeight(aboutRows), total);
}

export function listHeight(aboutRows: number): number {
  return Math.max(1, aboutRows - 1);
}

/** What a click at this place means: a field, or an item of the list below the fields. */
export function hitForm(
  size: Size,
  model: ReplayModel,
  x: number,
  y: number,
): Field | { readonly item: number } | undefined {
  const layout = formLayout(size, model.focus);
  if (x <= layout.x || x >= layout.x + layout.columns - 1) return undefined;
  const row = layout.top + y - layout.y - 1 - HEAD_ROWS;
  if (row >= 0 && row < FIELDS.length) return FIELDS[row];
  const item = row - FIELDS.length - 2;
  if (item < 0 || item >= listHeight(layout.aboutRows)) return undefined;
  return { item: listTop(model, layout.aboutRows) + item };
}
