import type { FileChange } from "../../../app/mod.ts";
import { NO_FAILURE } from "../../draw/trouble.ts";
import { type CacheReport, type TreeRow, treeRows } from "../../../analysis/mod.ts";
import {
  type Explanation,
  isLive,
  type PartialOutput,
  type RaisableLimit,
  type Span,
  type Trace,
  type TreeTotals,
} from "../../../core/mod.ts";
import type { Tickets } from "../../contract/queries.ts";
import type { Env } from "../../contract/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import type { TextField } from "../../draw/text_field.ts";
import { tabDoc, type TabId, tabsOf } from "../../trace/content.ts";
import { type Doc, linesDoc } from "../../reader/doc.ts";
import { type Reader, READER_START, textRows, type Window } from "../../reader/reader.ts";
import type { FamilyList } from "../../widgets/family.ts";
import { LIST_START, type ListPlace, type ListRows } from "../../widgets/list.ts";
import type { Area } from "../../widgets/panes.ts";
import { firstOf, readSplit, type Split, splitAt } from "../../widgets/split.ts";
import type { LiveQueries } from "./queries.ts";
import { type Heat, HEATS } from "../../trace/heat.ts";

/** One run, live or finished, and the place in the tree of its spans, which stand by their ids. */
export interface LiveModel extends ListPlace {
  readonly traceId?: string;
  readonly runId: string;
  /** `waiting`: the runner has not written the run yet. `gone`: it was there and was deleted. */
  readonly state: "none" | "loading" | "waiting" | "ready" | "failed" | "gone";
  /** Why the store did not answer last time; empty when it did. */
  readonly failure: Explanation;
  readonly trace?: Trace;
  readonly partials: readonly PartialOutput[];
  /** The selection goes along with what the run is doing, until the person moves it. */
  readonly follow: boolean;
  readonly collapsed: ReadonlySet<string>;
  readonly focus: "tree" | "detail";
  readonly zoom: boolean;
  /** The room of the tree. */
  readonly split: Split;
  readonly tab: TabId;
  /** Where the person is in the text of the tab. */
  readonly reader: Reader;
  /** `limit`: the limit that the run is to go on under. */
  readonly typing?: {
    readonly what: "budget" | "limit" | "tell" | "set";
    readonly field: TextField;
    readonly limit?: RaisableLimit;
    /** It is on its way to the run. */
    readonly isSent?: true;
  };
  readonly heat: Heat;
  /** Numbers of steps, by run id; the run marked last stands last. */
  readonly bookmarks: ReadonlyMap<string, readonly number[]>;
  /** Runs that handed their work to this one, nearest last. */
  readonly parents: readonly { readonly traceId: string; readonly runId: string; readonly spanId?: string }[];
  /** What the run goes back to, and all that came of it. */
  readonly family?: FamilyList;
  /** Its figures with those of all hand-offs below it. */
  readonly whole?: TreeTotals;
  /** What its prompts had from a cache, and the run as it was when that was asked; only once somebody looks. */
  readonly cache?: CacheReport;
  readonly cacheAskedOf?: Trace;
  /** The list of relatives is open. */
  readonly relatives: boolean;
  readonly approval?: {
    readonly spanId: string;
    readonly top: number;
    /** Rows up to a window that begins here have been in view. */
    readonly seen: number;
    /** What the call would change in its file, once that was read. */
    readonly change?: FileChange;
    /** What the tool gets instead of the model's arguments. */
    readonly edited?: Record<string, unknown>;
    /** What the model is told; present while it is typed. */
    readonly reason?: TextField;
    /** The arguments are in the editor, or being read back: until then nothing can be allowed. */
    readonly isEditing?: boolean;
  };
  /** Questions that were answered here: the run may not have heard it yet. */
  readonly answered?: readonly string[];
  /** The newest run started here when this screen was last in view. */
  readonly lastOwn?: string;
  /** It was open the last time and has not been read yet. */
  readonly restored?: true;
  readonly tickets: Tickets<LiveQueries>;
}

export const INITIAL: LiveModel = {
  ...LIST_START,
  runId: "",
  state: "none",
  failure: NO_FAILURE,
  partials: [],
  follow: true,
  collapsed: new Set(),
  focus: "tree",
  zoom: false,
  split: 0,
  tab: "output",
  reader: READER_START,
  heat: "time",
  bookmarks: new Map(),
  parents: [],
  relatives: false,
  tickets: {
    operated: 0,
    trace: 0,
    partials: 0,
    child: 0,
    family: 0,
    whole: 0,
    cache: 0,
    change: 0,
    editable: 0,
    readBack: 0,
  },
};

const SUMMARY_ROWS = 2;
/** Rows above the text of a tab. */
const FACT_ROWS = 2;

export interface LiveLayout {
  readonly tree?: Area;
  readonly detail?: Area;
  /** Facts of the run, only where there is room for a third pane. */
  readonly facts?: Area;
}

/** The strip of steps is the third row on top: from the start, so that nothing moves when steps arrive. */
export function hasStrip(model: LiveModel): boolean {
  return model.trace !== undefined;
}

export function liveLayout(model: LiveModel, env: Env): LiveLayout {
  const { columns, rows } = env.size;
  const y = SUMMARY_ROWS + (hasStrip(model) ? 1 : 0);
  const area = rows - y;
  const whole: Area = { x: 0, y, columns, rows: area };
  if (model.zoom || columns < 60) return model.focus === "tree" ? { tree: whole } : { detail: whole };
  if (columns < 100) {
    const above = firstOf(area, naturalTree(area, "rows"), model.split, "rows");
    return { tree: { ...whole, rows: above }, detail: { ...whole, y: y + above, rows: area - above } };
  }
  const factColumns = columns >= 140 ? 32 : 0;
  const room = columns - factColumns;
  const left = firstOf(room, naturalTree(room, "columns"), model.split, "columns");
  const middle = columns - factColumns - left;
  return {
    tree: { ...whole, columns: left },
    detail: { ...whole, x: left, columns: middle },
    ...(factColumns > 0 ? { facts: { ...whole, x: left + middle, columns: factColumns } } : {}),
  };
}

/** What the tree has of the room where nobody changed it. */
export function naturalTree(room: number, side: "columns" | "rows"): number {
  return side === "rows" ? Math.max(5, Math.floor(room * 0.45)) : Math.floor(room * 0.56);
}

/** Whether the border between tree and text is at a place. */
export function isLiveGrip(model: LiveModel, env: Env, { x, y }: Pick<Area, "x" | "y">): boolean {
  if (model.approval || model.relatives || !model.trace) return false;
  const { tree, detail } = liveLayout(model, env);
  if (!tree || !detail || y < tree.y) return false;
  return detail.x === 0 ? y === detail.y || y === detail.y - 1 : x === detail.x || x === detail.x - 1;
}

/** With that border pulled to a place. */
export function liveDragged(model: LiveModel, { x, y }: Pick<Area, "x" | "y">, env: Env): LiveModel {
  const { tree, detail } = liveLayout(model, env);
  if (!tree || !detail) return model;
  const isStacked = detail.x === 0;
  const room = isStacked ? tree.rows + detail.rows : tree.columns + detail.columns;
  const natural = naturalTree(room, isStacked ? "rows" : "columns");
  return { ...model, split: splitAt(room, natural, isStacked ? y - tree.y : x) };
}

export function rowsOf(model: LiveModel): readonly TreeRow[] {
  return model.trace ? remembered(model.trace, model.collapsed) : [];
}

let last: { trace: Trace; collapsed: ReadonlySet<string>; rows: readonly TreeRow[] } | undefined;

function remembered(trace: Trace, collapsed: ReadonlySet<string>): readonly TreeRow[] {
  if (last?.trace !== trace || last.collapsed !== collapsed) {
    last = { trace, collapsed, rows: treeRows(trace, collapsed) };
  }
  return last.rows;
}

export function selectedSpan(model: LiveModel): Span | undefined {
  return model.selectedId === undefined ? undefined : model.trace?.spans.get(model.selectedId);
}

/** The rows of the tree. A span that is folded away has the row of its nearest ancestor in view. */
export function treeRowsIn(model: LiveModel, env: Env): ListRows {
  const rows = rowsOf(model);
  return {
    total: rows.length,
    height: treeHeight(model, env),
    idAt: (index) => rows[index]?.span.spanId,
    indexOf: (spanId) => {
      let id: string | undefined = spanId;
      for (let hops = 0; id !== undefined && hops <= rows.length; hops++) {
        const index = rows.findIndex((row) => row.span.spanId === id);
        if (index >= 0) return index;
        id = model.trace?.spans.get(id)?.parentSpanId;
      }
      return undefined;
    },
  };
}

function treeHeight(model: LiveModel, env: Env): number {
  return Math.max(1, (liveLayout(model, env).tree?.rows ?? 0) - BORDER - 1);
}

const NOTHING: Doc = linesDoc([]);

/** The open tab, laid out for the pane. */
export function detailWindow(model: LiveModel, env: Env): Window {
  const { reader, trace } = model;
  const area = liveLayout(model, env).detail;
  const columns = Math.max(1, (area?.columns ?? env.size.columns) - BORDER - 2);
  const height = textRows(reader, Math.max(1, (area?.rows ?? 0) - BORDER - FACT_ROWS));
  const span = selectedSpan(model);
  if (!span || !trace) return { doc: NOTHING, columns, height };
  const doc = tabDoc({
    tab: openTab(model),
    trace,
    span,
    partial: model.partials.find((item) => item.spanId === span.spanId),
    columns,
    glyphs: env.glyphs,
    folds: reader.folds,
    depth: reader.depth,
    isWrapped: reader.isWrapped,
    whole: model.whole,
    cache: model.cache,
    nowMs: span.endTimeUs === undefined ? env.nowMs : 0,
  });
  return { doc, columns, height, isGrowing: isGrowing(model) };
}

/** The tab chosen, as far as this run has it. */
export function openTab(model: LiveModel): TabId {
  return tabsOf(model.trace).includes(model.tab) ? model.tab : "output";
}

/** True while the text of the open tab is still being written. */
export function isGrowing(model: LiveModel): boolean {
  const span = selectedSpan(model);
  return span !== undefined && span.endTimeUs === undefined && openTab(model) === "output";
}

export function isLiveRun(model: LiveModel): boolean {
  return model.trace !== undefined && isLive(model.trace.run.status);
}

const BOOKMARKED_RUNS_MAX = 100;
export const BOOKMARKS_MAX = 200;

/** The marked steps of the run that is shown. */
export function bookmarksOf({ bookmarks, runId }: LiveModel): readonly number[] {
  return bookmarks.get(runId) ?? [];
}

/** Which run is open, how runs are shown and what is marked in them, for the next start. */
export function rememberLive({ zoom, heat, traceId, runId, bookmarks, reader, split }: LiveModel): unknown {
  const kept = {
    ...(split === 0 ? {} : { split }),
    ...(reader.isWrapped ? {} : { unwrapped: true }),
    ...(zoom ? { zoom } : {}),
    ...(heat === INITIAL.heat ? {} : { heat }),
    ...(traceId === undefined ? {} : { traceId, runId }),
    ...(bookmarks.size === 0 ? {} : { bookmarks: [...bookmarks].slice(-BOOKMARKED_RUNS_MAX) }),
  };
  return Object.keys(kept).length > 0 ? kept : undefined;
}

export function restoreLive(model: LiveModel, saved: unknown): LiveModel {
  if (typeof saved !== "object" || saved === null) return model;
  const { zoom, heat, traceId, runId, bookmarks, unwrapped, split } = saved as Record<string, unknown>;
  return {
    ...model,
    zoom: zoom === true,
    split: readSplit(split),
    reader: { ...model.reader, isWrapped: unwrapped !== true },
    heat: HEATS.find((name) => name === heat) ?? model.heat,
    bookmarks: new Map((Array.isArray(bookmarks) ? bookmarks : []).filter(isMarkedRun)),
    ...(isId(traceId) && isId(runId) ? { traceId, runId, state: "loading", restored: true } : {}),
  };
}

function isMarkedRun(value: unknown): value is readonly [string, readonly number[]] {
  return Array.isArray(value) && isId(value[0]) && Array.isArray(value[1]) &&
    value[1].length <= BOOKMARKS_MAX && value[1].every(Number.isSafeInteger);
}

function isId(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f-]{1,64}$/.test(value);
}
