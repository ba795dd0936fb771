import { parseRunQuery } from "../../../analysis/mod.ts";
import { type Explanation, messageOf, type Run, type RunFilter, type RunSort } from "../../../core/mod.ts";
import type { Tickets } from "../../contract/queries.ts";
import type { Env } from "../../contract/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import { EMPTY_FIELD, type TextField } from "../../draw/text_field.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { LIST_START, type ListPlace, type ListRows } from "../../widgets/list.ts";
import type { Area } from "../../widgets/panes.ts";
import { type Marks, NO_MARKS } from "./marks.ts";
import type { Activity, Preview, RunsQueries, Writing } from "./queries.ts";
import { EMPTY_WINDOW, hasMore, indexOfRun, knownRows, runAt, type RunWindow } from "./window.ts";

/** The list of runs, what it is filtered by, and where the person is in it. */
export interface RunsModel {
  /** Present while the filter is being typed. */
  readonly editing?: TextField;
  readonly filterText: string;
  readonly filter: RunFilter;
  readonly filterErrors: readonly string[];
  readonly sort: RunSort;
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
  /** What the chosen run is writing just now. */
  readonly partials?: Writing;
  readonly zoom: boolean;
  readonly marks: Marks;
  /** Runs that arrived above the view since the person left the top. */
  readonly unseen: number;
  /** Which demo Enter starts while the store is empty. */
  readonly demo: number;
  readonly starting: boolean;
  /** A run that vanished from the list is being looked for. */
  readonly missing?: Run;
  readonly tickets: Tickets<RunsQueries>;
}

export const SORTS: readonly RunSort[] = ["newest", "cost", "tokens", "duration", "steps", "oldest"];

export const INITIAL: RunsModel = {
  filterText: "",
  filter: {},
  filterErrors: [],
  sort: "newest",
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
  tickets: { runs: 0, count: 0, activity: 0, preview: 0, partials: 0, missing: 0 },
};

export function fieldOfFilter(model: RunsModel): TextField {
  return model.editing ?? EMPTY_FIELD;
}

export function selectedRun(model: RunsModel): Run | undefined {
  const run = runAt(model.window, model.list.index);
  return run && run.traceId === model.list.selectedId ? run : undefined;
}

/** Rows a motion may reach: one beyond the known ones, so that walking on loads the next page. */
export function runRows(model: RunsModel, env: Env): ListRows {
  const { window } = model;
  return {
    total: knownRows(window) + (hasMore(window) ? 1 : 0),
    height: tableHeight(model, env),
    idAt: (index) => runAt(window, index)?.traceId,
    indexOf: (traceId) => indexOfRun(window, traceId),
  };
}

/** The row of the list that is drawn `y` rows below the head of the table: a list from the end stands upside down. */
export function rowInView(model: RunsModel, y: number, height: number): number {
  const { top } = model.list;
  return model.reversed ? top + height - 1 - y : top + y;
}

/** The order the store is asked for. */
export function askedOrder(model: RunsModel): { readonly sort: RunSort; readonly fromEnd: boolean } {
  return { sort: model.sort, fromEnd: model.restarting?.reversed ?? model.reversed };
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
const STACKED_PREVIEW_ROWS = 8;
const STACKED_ROWS_MIN = 20;

export function runsLayout(model: RunsModel, env: Env): RunsLayout {
  const { columns } = env.size;
  const rows = env.size.rows - HEAD_ROWS;
  const whole: Area = { x: 0, y: HEAD_ROWS, columns, rows };
  if (model.zoom || columns < 60) return { table: whole, stacked: false };
  if (columns < 100) {
    if (rows < STACKED_ROWS_MIN) return { table: whole, stacked: true };
    const above = rows - STACKED_PREVIEW_ROWS;
    return {
      table: { ...whole, rows: above },
      preview: { ...whole, y: HEAD_ROWS + above, rows: STACKED_PREVIEW_ROWS },
      stacked: true,
    };
  }
  const hasAnswer = columns >= 140;
  const side = Math.floor(columns * (hasAnswer ? 0.26 : 0.37));
  const left = columns - (hasAnswer ? 2 * side : side);
  const preview: Area = { ...whole, x: left, columns: side };
  return {
    table: { ...whole, columns: left },
    preview,
    ...(hasAnswer ? { answer: { ...preview, x: left + side } } : {}),
    stacked: false,
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

/** Order, filter and layout, for the next start. */
export function rememberRuns(model: RunsModel): unknown {
  const kept = {
    ...(model.sort === INITIAL.sort ? {} : { sort: model.sort }),
    ...(model.filterText === "" ? {} : { filter: model.filterText }),
    ...(model.zoom ? { zoom: true } : {}),
  };
  return Object.keys(kept).length > 0 ? kept : undefined;
}

const FILTER_LENGTH_MAX = 2_000;

/** Ages in the filter count from now, so that `since:24h` stays what it says. */
export function restoreRuns(model: RunsModel, saved: unknown): RunsModel {
  if (typeof saved !== "object" || saved === null) return model;
  const { sort, filter, zoom } = saved as Record<string, unknown>;
  const known = SORTS.find((name) => name === sort);
  const text = typeof filter === "string" ? filter.slice(0, FILTER_LENGTH_MAX) : "";
  return { ...model, sort: known ?? model.sort, zoom: zoom === true, filterText: text };
}

/** The model with `filterText` read; also what `since:24h` means moves on with the clock. What is not understood filters nothing. */
export function withFilterRead(
  model: RunsModel,
  { nowMs, timeZone }: Pick<Env, "nowMs" | "timeZone">,
): RunsModel {
  const { filter, errors } = parseRunQuery(model.filterText, nowMs, timeZone);
  return { ...model, filter, filterErrors: errors.map(messageOf) };
}

/** The text that the run is writing just now. */
export function writtenSoFar(model: RunsModel, run: Run): string {
  if (model.partials?.traceId !== run.traceId) return "";
  return model.partials.outputs.at(-1)?.text ?? "";
}
