import type { DeletionPlan } from "../../../app/mod.ts";
import type { KnownValues } from "../../../analysis/mod.ts";
import type { Explanation, Run, RunFilter, RunSort } from "../../../core/mod.ts";
import type { Mode } from "../../contract/keys.ts";
import type { Tickets } from "../../contract/queries.ts";
import type { Env } from "../../contract/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import { EMPTY_FIELD, type TextField } from "../../draw/text_field.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { LIST_START, type ListPlace, type ListRows } from "../../widgets/list.ts";
import type { Area } from "../../widgets/panes.ts";
import { COLUMN_NAMES, type ColumnChoice, type ColumnMenu, readChoice } from "./columns.ts";
import { type Marks, NO_MARKS } from "./marks.ts";
import type { Activity, Preview, RunsQueries, Writing } from "./queries.ts";
import { readFilter, readFilters, type SavedFilter } from "./saved_filters.ts";
import { NEWEST, type Sorting, SORTS } from "./sorting.ts";
import type { Folding, ListRow } from "./listed.ts";
import { EMPTY_WINDOW, hasMore, indexOfRow, knownRows, rowAt, type RunWindow } from "./window.ts";

/** The list of runs, what it is filtered by, and where the person is in it. */
export interface RunsModel {
  /** Present while the filter is being typed. */
  readonly editing?: TextField;
  /** The filter that the list shows. */
  readonly filterText: string;
  readonly filter: RunFilter;
  /** The filter that another screen sent the person here with, and the one that was here before. */
  readonly sentWith?: { readonly search: string; readonly before: string };
  /** Why what is typed changes nothing; absent while it is understood. */
  readonly refusal?: string;
  /** What Tab walks through: the text it began with, and which completion is in the field. */
  readonly completing?: { readonly from: TextField; readonly index: number };
  /** Names that filters can ask for. */
  readonly values: KnownValues;
  readonly saved: readonly SavedFilter[];
  /** The last filter of the time before, offered and not applied. */
  readonly lastTime?: string;
  /** The list of saved filters while it is open; with a field, the name for the filter in view is typed. */
  readonly filters?: { readonly index: number; readonly name?: TextField };
  readonly sorting: Sorting;
  /** Whether runs are folded under what they belong to, as long as nothing is filtered or ordered otherwise. */
  readonly isFolded: boolean;
  /** Rows that show what lies below them, by their id. */
  readonly unfolded: readonly string[];
  readonly columns: ColumnChoice;
  /** Present while columns are chosen. */
  readonly menu?: ColumnMenu;
  readonly window: RunWindow;
  /** The window runs from the end of the list: row 0 is the last run. Only after `G` in a long list. */
  readonly reversed: boolean;
  /** A new list was asked for; the old one is shown until it is there. `index`: the row to select in it. */
  readonly restarting?: { readonly reversed: boolean; readonly index?: number };
  readonly state: "loading" | "ready" | "failed";
  readonly failure: Explanation;
  /** Runs that pass the filter. */
  readonly matching?: number;
  readonly activity?: Activity;
  /** The runs, by trace id. */
  readonly list: ListPlace;
  readonly preview?: Preview;
  /** The first row of that run's answer in view, once somebody read on. */
  readonly read?: { readonly traceId: string; readonly top: number };
  /** What the chosen run is writing just now. */
  readonly partials?: Writing;
  readonly zoom: boolean;
  readonly marks: Marks;
  /** Formats to export to are offered. */
  readonly isExporting?: true;
  /** What was asked about before it is deleted. */
  readonly plan?: DeletionPlan;
  /** Runs that arrived above the view since the person left the top. */
  readonly unseen: number;
  /** Which demo Enter starts while the store is empty. */
  readonly demo: number;
  readonly starting: boolean;
  /** A run that vanished from the list is being looked for. */
  readonly missing?: Run;
  readonly tickets: Tickets<RunsQueries>;
}

export const INITIAL: RunsModel = {
  filterText: "",
  filter: {},
  values: {},
  saved: [],
  sorting: NEWEST,
  isFolded: true,
  unfolded: [],
  columns: COLUMN_NAMES,
  window: EMPTY_WINDOW,
  reversed: false,
  state: "loading",
  failure: NO_FAILURE,
  list: LIST_START,
  zoom: false,
  marks: NO_MARKS,
  unseen: 0,
  demo: 0,
  starting: false,
  tickets: {
    runs: 0,
    count: 0,
    activity: 0,
    preview: 0,
    partials: 0,
    missing: 0,
    plan: 0,
    deleted: 0,
    exported: 0,
    values: 0,
  },
};

export function modeOfRuns(model: RunsModel): Mode {
  if (model.editing || model.filters?.name) return "filter";
  return model.menu || model.isExporting || model.filters ? "dialog" : "normal";
}

export function fieldOfFilter(model: RunsModel): TextField {
  return model.editing ?? EMPTY_FIELD;
}

export function selectedRow({ window, list }: RunsModel): ListRow | undefined {
  const row = rowAt(window, list.index);
  return row && row.id === list.selectedId ? row : undefined;
}

export function selectedRun(model: RunsModel): Run | undefined {
  const row = selectedRow(model);
  return row?.kind === "run" ? row.run : undefined;
}

/**
 * How the list is folded. What a person filters for, or orders by, is shown run by run: the place of a row that stands for others
 * would say nothing of them.
 */
export function foldingOf(model: RunsModel): Folding | undefined {
  const { isFolded, unfolded, filterText, sorting, reversed, restarting } = model;
  if (!isFolded || filterText !== "" || sorting.sort !== NEWEST.sort) return undefined;
  return { unfolded, isUpsideDown: restarting?.reversed ?? reversed };
}

/** Rows a motion may reach: one beyond the known ones, so that walking on loads the next page. */
export function runRows(model: RunsModel, env: Env): ListRows {
  const { window } = model;
  return {
    total: knownRows(window) + (hasMore(window) ? 1 : 0),
    height: tableHeight(model, env),
    idAt: (index) => rowAt(window, index)?.id,
    indexOf: (id) => indexOfRow(window, id),
  };
}

/** The row of the list that is drawn `y` rows below the head of the table: a list from the end stands upside down. */
export function rowInView(model: RunsModel, y: number, height: number): number {
  const { top } = model.list;
  return model.reversed ? top + height - 1 - y : top + y;
}

/** The order the store is asked for. */
export function askedOrder(model: RunsModel): { readonly sort: RunSort; readonly fromEnd: boolean } {
  const { sort, isReversed } = model.sorting;
  return { sort, fromEnd: (model.restarting?.reversed ?? model.reversed) !== isReversed };
}

export interface RunsLayout {
  readonly table: Area;
  readonly preview?: Area;
  /** A third pane for the answer. */
  readonly answer?: Area;
  /** The preview is below, not beside. */
  readonly stacked: boolean;
}

/** The figures of the store and the filter. */
const HEAD_ROWS = 2;
const TABLE_HEAD_ROWS = 1;
/** Below this there is room for the table alone. */
const STACKED_ROWS_MIN = 20;
const STACKED_PREVIEW_ROWS = { min: 8, max: 18, share: 0.4 };
/** From here on the answer stands beside the preview ... */
const ANSWER_COLUMNS_MIN = 140;
/** ... and from here on both beside the table, which then still has all of its columns. */
const BESIDE_COLUMNS_MIN = 210;
const BESIDE_SHARE = 0.26;

/** A wider screen never shows less: the table has the whole width until all of its columns fit beside another pane. */
export function runsLayout(model: RunsModel, env: Env): RunsLayout {
  const { columns } = env.size;
  const rows = env.size.rows - HEAD_ROWS;
  const whole: Area = { x: 0, y: HEAD_ROWS, columns, rows };
  if (model.zoom || columns < 60) return { table: whole, stacked: false };
  if (columns >= BESIDE_COLUMNS_MIN) {
    const side = Math.floor(columns * BESIDE_SHARE);
    const preview: Area = { ...whole, x: columns - side, columns: side, rows: Math.floor(rows / 2) };
    const below: Area = { ...preview, y: preview.y + preview.rows, rows: rows - preview.rows };
    return { table: { ...whole, columns: columns - side }, preview, answer: below, stacked: false };
  }
  if (rows < STACKED_ROWS_MIN) return { table: whole, stacked: true };
  const { min, max, share } = STACKED_PREVIEW_ROWS;
  const height = Math.min(max, Math.max(min, Math.floor(rows * share)));
  const table: Area = { ...whole, rows: rows - height };
  const preview: Area = { ...whole, y: HEAD_ROWS + table.rows, rows: height };
  if (columns < ANSWER_COLUMNS_MIN) return { table, preview, stacked: true };
  const left = Math.ceil(columns / 2);
  return {
    table,
    preview: { ...preview, columns: left },
    answer: { ...preview, x: left, columns: columns - left },
    stacked: true,
  };
}

/** Runs the table shows at once. */
export function tableHeight(model: RunsModel, env: Env): number {
  return Math.max(1, runsLayout(model, env).table.rows - BORDER - TABLE_HEAD_ROWS);
}

export function isEmptyStore(model: RunsModel): boolean {
  return model.state === "ready" && knownRows(model.window) === 0 && !hasMore(model.window) &&
    model.filterText === "";
}

/** Order, columns and layout, for the next start. A filter is for this time: one that was forgotten hides runs. */
export function rememberRuns(model: RunsModel): unknown {
  const { sorting, columns, zoom, saved, isFolded } = model;
  const lastTime = model.filterText === "" ? model.lastTime : model.filterText;
  const kept = {
    ...(sorting.sort === NEWEST.sort ? {} : { sort: sorting.sort }),
    ...(sorting.isReversed ? { reversed: true } : {}),
    ...(columns.join() === COLUMN_NAMES.join() ? {} : { columns }),
    ...(zoom ? { zoom: true } : {}),
    ...(isFolded ? {} : { folded: false }),
    ...(saved.length > 0 ? { filters: saved } : {}),
    ...(lastTime === undefined ? {} : { lastFilter: lastTime }),
  };
  return Object.keys(kept).length > 0 ? kept : undefined;
}

export function restoreRuns(model: RunsModel, saved: unknown): RunsModel {
  if (typeof saved !== "object" || saved === null) return model;
  const { sort, reversed, columns, zoom, filters, lastFilter, folded } = saved as Record<string, unknown>;
  const known = SORTS.find((name) => name === sort);
  const sorting: Sorting = { sort: known ?? NEWEST.sort, isReversed: reversed === true };
  const lastTime = readFilter(lastFilter);
  return {
    ...model,
    sorting,
    columns: readChoice(columns),
    zoom: zoom === true,
    isFolded: folded !== false,
    saved: readFilters(filters),
    ...(lastTime === undefined ? {} : { lastTime }),
  };
}

/** The text that the run is writing just now. */
export function writtenSoFar(model: RunsModel, run: Run): string {
  if (model.partials?.traceId !== run.traceId) return "";
  return model.partials.outputs.at(-1)?.text ?? "";
}
