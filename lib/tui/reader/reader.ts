import type { FieldChange } from "../contract/handlers.ts";
import { clamp, keepInView, moved } from "../draw/scroll.ts";
import { fieldOf, type TextField } from "../draw/text_field.ts";
import type { Motion } from "../widgets/list.ts";
import type { Doc } from "./doc.ts";
import { Marks, NO_MARKS } from "../draw/marks.ts";
import { hitAt, type Hits, isSameSearch, type Search, SEARCH_LENGTH_MAX, wordHits } from "../draw/search.ts";

/** Where a person is in a text, how it is laid out, and what is looked for in it. */
export interface Reader {
  /** The first row in view. */
  readonly top: number;
  /** Rows that are too long go on below; otherwise they are read by going sideways. */
  readonly isWrapped: boolean;
  /** The first column in view, of rows that are not wrapped. */
  readonly left: number;
  /** The row a motion starts from where rows fold. */
  readonly cursor: number;
  /** Branches that the person opened (`true`) or closed. */
  readonly folds: ReadonlyMap<string, boolean>;
  /** The other branches are open down to this level. Absent: as their size says. */
  readonly depth?: number;
  /** A text that grows stays at its end. */
  readonly tail: boolean;
  /** Rows there were when the person left the end. */
  readonly seenRows: number;
  readonly search?: Search;
  /** What was found of a pattern, as far as it was looked for; words are found at once. */
  readonly hits?: Hits;
  /** What a pattern was last asked for in which text. */
  readonly asked?: { readonly search: Search; readonly text: string };
  /** Where the place begins that the person is at. */
  readonly place?: number;
  /** The words as they are typed, and where the person was before. */
  readonly typing?: { readonly field: TextField; readonly isPattern: boolean; readonly before: Reader };
}

/** From the beginning, as it comes. */
export const READER_START: Reader = Object.freeze({
  top: 0,
  isWrapped: true,
  left: 0,
  cursor: 0,
  folds: new Map<string, boolean>(),
  tail: true,
  seenRows: 0,
});

/** The text as it is laid out, and how much of it is in view. */
export interface Window {
  readonly doc: Doc;
  readonly columns: number;
  readonly height: number;
  /** Rows are still added to it. */
  readonly isGrowing?: boolean;
}

/** How a reader's text is laid out just now. */
export type Lay = (reader: Reader) => Window;

const FOLDS_MAX = 500;
const SIDE_STEP_COLUMNS = 16;

/** Another text, from its beginning; how texts are read and what is looked for stays. */
export function fresh(reader: Reader): Reader {
  const { hits: _, asked: __, place: ___, ...rest } = reader;
  return { ...rest, top: 0, left: 0, cursor: 0, tail: true };
}

/** Rows of a pane that are left for the text: what is looked for has one at the bottom. */
export function textRows(reader: Reader, rows: number): number {
  return Math.max(1, rows - (isSearching(reader) ? 1 : 0));
}

export function isSearching({ search, typing }: Reader): boolean {
  return typing !== undefined || search !== undefined;
}

/** What was found in the text so far; `undefined`: nothing is looked for, or it was not looked for in this text yet. */
export function hitsIn({ search, hits }: Reader, doc: Doc): Hits | undefined {
  if (!search) return undefined;
  if (!search.isPattern) return wordHits(doc.text, search);
  if (!hits || !isSameSearch(hits.search, search)) return undefined;
  // Of a text that grew the places are where they were.
  return doc.text.startsWith(hits.text) ? hits : undefined;
}

let lastMarks: { readonly hits: Hits; readonly at: number; readonly marks: Marks } | undefined;

/** What stands out in the text. */
export function marksOf(reader: Reader, doc: Doc): Marks {
  const hits = hitsIn(reader, doc);
  if (!hits || hits.starts.length === 0) return NO_MARKS;
  const at = hitAt(hits, reader.place) ?? -1;
  if (lastMarks?.hits !== hits || lastMarks.at !== at) lastMarks = { hits, at, marks: new Marks(hits, at) };
  return lastMarks.marks;
}

export function topOf(reader: Reader, { doc, height, isGrowing = false }: Window): number {
  const end = Math.max(0, doc.rows - height);
  return reader.tail && isGrowing ? end : clamp(reader.top, 0, end);
}

/** A motion: of the cursor where rows fold, of the page elsewhere. */
export function afterMotion(reader: Reader, { action, count }: Motion, window: Window): Reader {
  const { doc, height } = window;
  if (doc.hasFolds) {
    const cursor = moved(action, cursorOf(reader, window), count, height, doc.rows);
    return cursor === undefined ? reader : atRow(reader, cursor, window);
  }
  const last = Math.max(0, doc.rows - height);
  const top = moved(action, topOf(reader, window), count, height, last + 1);
  return top === undefined ? reader : scrolledTo(reader, top, window);
}

/** The row that the keys are about: always one in view. */
export function cursorOf(reader: Reader, window: Window): number {
  const top = topOf(reader, window);
  return clamp(reader.cursor, top, Math.max(top, Math.min(window.doc.rows, top + window.height) - 1));
}

export function afterWheel(reader: Reader, lines: number, window: Window): Reader {
  return scrolledTo(reader, topOf(reader, window) + lines, window);
}

function scrolledTo(reader: Reader, top: number, { doc, height }: Window): Reader {
  const last = Math.max(0, doc.rows - height);
  const at = clamp(top, 0, last);
  const tail = at >= last;
  return { ...reader, top: at, tail, seenRows: tail || reader.tail ? doc.rows : reader.seenRows };
}

/** With row `cursor` in view. */
function atRow(reader: Reader, cursor: number, window: Window): Reader {
  const { rows } = window.doc;
  const top = keepInView(topOf(reader, window), cursor, window.height, rows);
  return { ...reader, cursor, top, tail: false, seenRows: reader.tail ? rows : reader.seenRows };
}

/** To the side, where rows are not wrapped. */
export function sideways(reader: Reader, step: 1 | -1, window: Window, count = 1): Reader {
  if (reader.isWrapped) return reader;
  const widest = widestInView(reader, window);
  const last = Math.max(0, widest - Math.floor(window.columns / 2));
  return { ...reader, left: clamp(reader.left + step * SIDE_STEP_COLUMNS * count, 0, Math.max(last, 0)) };
}

function widestInView(reader: Reader, window: Window): number {
  const top = topOf(reader, window);
  let widest = 0;
  for (let at = top; at < Math.min(window.doc.rows, top + window.height); at++) {
    widest = Math.max(widest, window.doc.line(at).reduce((sum, part) => sum + part.text.length, 0));
  }
  return widest;
}

/** Wrapped or not; the place in view stays about where it is. */
export function rewrapped(reader: Reader, lay: Lay): Reader {
  const before = lay(reader);
  const share = topOf(reader, before) / Math.max(1, before.doc.rows);
  const next: Reader = { ...reader, isWrapped: !reader.isWrapped, left: 0 };
  const after = lay(next);
  if (next.place !== undefined) return atRow(next, after.doc.rowOf(next.place), after);
  return { ...next, top: Math.round(share * after.doc.rows), cursor: Math.round(share * after.doc.rows) };
}

/** Opens or closes the branch under the cursor. */
export function foldedAt(reader: Reader, lay: Lay): Reader {
  const window = lay(reader);
  const cursor = cursorOf(reader, window);
  const fold = window.doc.fold(cursor);
  if (!fold) return reader;
  const next = { ...reader, folds: withFolds(reader.folds, [fold.path], !fold.isOpen) };
  return atRow(next, cursor, lay(next));
}

/** Every branch closed or open, or open down to a level. */
export function foldedTo(reader: Reader, depth: number, lay: Lay): Reader {
  const before = lay(reader);
  const share = cursorOf(reader, before) / Math.max(1, before.doc.rows);
  const next: Reader = { ...reader, depth, folds: new Map() };
  const after = lay(next);
  const row = next.place === undefined ? Math.floor(share * after.doc.rows) : after.doc.rowOf(next.place);
  return atRow(next, clamp(row, 0, Math.max(0, after.doc.rows - 1)), after);
}

function withFolds(
  before: ReadonlyMap<string, boolean>,
  paths: readonly string[],
  isOpen: boolean,
): ReadonlyMap<string, boolean> {
  const folds = new Map(before);
  for (const path of paths) {
    folds.delete(path);
    if (folds.size >= FOLDS_MAX) folds.delete(folds.keys().next().value!);
    folds.set(path, isOpen);
  }
  return folds;
}

/** Begins to look for something else. */
export function searchOpened(reader: Reader): Reader {
  const { search: _, hits: __, asked: ___, place: ____, ...rest } = reader;
  const isPattern = reader.search?.isPattern ?? false;
  return { ...rest, typing: { field: fieldOf(""), isPattern, before: reader } };
}

/** With other words; the nearest place from where the person was comes into view as they are typed. */
export function searchTyped(reader: Reader, change: FieldChange, lay: Lay): Reader {
  const field = reader.typing && change(reader.typing.field);
  if (!field || field.text === reader.typing.field.text) {
    return field ? { ...reader, typing: { ...reader.typing!, field } } : reader;
  }
  return sought({ ...reader, typing: { ...reader.typing!, field } }, lay);
}

/** Words become a pattern, or words again. */
export function patternSwitched(reader: Reader, lay: Lay): Reader {
  const { typing } = reader;
  return typing ? sought({ ...reader, typing: { ...typing, isPattern: !typing.isPattern } }, lay) : reader;
}

function sought(reader: Reader, lay: Lay): Reader {
  const { field, isPattern, before } = reader.typing!;
  const { search: _, hits: __, asked: ___, place: ____, ...rest } = reader;
  const { top, cursor, left, folds, tail } = before;
  const text = field.text.slice(0, SEARCH_LENGTH_MAX);
  const next: Reader = {
    ...rest,
    top,
    cursor,
    left,
    folds,
    tail,
    ...(text === "" ? {} : { search: { text, isPattern } }),
  };
  return toNearest(next, lay);
}

/** What was found of a pattern; the first time, its nearest place comes into view. */
export function withHits(reader: Reader, hits: Hits, lay: Lay): Reader {
  if (!isSameSearch(hits.search, reader.search)) return reader;
  const next = { ...reader, hits };
  return reader.place === undefined ? toNearest(next, lay) : next;
}

/** Keeps what is looked for. Nothing typed: the same as before, its next place. */
export function searchKept(reader: Reader, lay: Lay): Reader {
  const { typing, ...closed } = reader;
  if (!typing) return reader;
  return typing.field.text === "" ? toHit(typing.before, 1, lay) : closed;
}

/** As it was before anything was typed. */
export function searchLeft(reader: Reader): Reader {
  return reader.typing?.before ?? reader;
}

/** Nothing is looked for any more. */
export function unsearched(reader: Reader): Reader {
  const { search: _, hits: __, asked: ___, place: ____, typing: _____, ...rest } = reader;
  return rest;
}

function toNearest(reader: Reader, lay: Lay): Reader {
  const window = lay(reader);
  const hits = hitsIn(reader, window.doc);
  if (!hits || hits.starts.length === 0) return reader;
  const from = firstFrom(hits, window, topOf(reader, window));
  return toPlace(reader, hits.starts[from === hits.starts.length ? 0 : from]!, lay);
}

/** To the next place, or the one before, around the end: from the last one while it is in view, else from what is. */
export function toHit(reader: Reader, step: 1 | -1, lay: Lay): Reader {
  const window = lay(reader);
  const hits = hitsIn(reader, window.doc);
  const total = hits?.starts.length ?? 0;
  if (!hits || total === 0) return reader;
  const top = topOf(reader, window);
  const at = hitAt(hits, reader.place);
  const row = at === undefined ? -1 : window.doc.rowOf(reader.place!);
  const isInView = row >= top && row < top + window.height;
  const next = at !== undefined && isInView
    ? at + step
    : step > 0
    ? firstFrom(hits, window, top)
    : firstFrom(hits, window, top + window.height) - 1;
  return toPlace(reader, hits.starts[(next + total) % total]!, lay);
}

/** The first place that is in row `row` or below; folded ones are where they are folded into. */
function firstFrom(hits: Hits, { doc }: Window, row: number): number {
  let [low, high] = [0, hits.starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (doc.rowOf(hits.starts[middle]!) >= row) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** With a place of the text in view, out of every branch it is folded into. */
function toPlace(reader: Reader, place: number, lay: Lay): Reader {
  const closed = lay(reader).doc.closedAt(place);
  const open: Reader = closed.length === 0
    ? { ...reader, place }
    : { ...reader, place, folds: withFolds(reader.folds, closed, true) };
  const window = lay(open);
  const row = window.doc.rowOf(place);
  const next = atRow(open, row, window);
  return next.isWrapped ? next : { ...next, left: leftFor(next, window, place, row) };
}

/** The first column from which a place in a row is in view. */
function leftFor(reader: Reader, { doc, columns }: Window, place: number, row: number): number {
  const hits = hitsIn(reader, doc);
  const at = hits ? hitAt(hits, place) : undefined;
  if (!hits || at === undefined) return reader.left;
  let column = 0;
  for (const part of doc.line(row, marksOf(reader, doc))) {
    if (part.ground === "current") break;
    column += part.text.length;
  }
  return column >= reader.left && column < reader.left + columns - SIDE_STEP_COLUMNS
    ? reader.left
    : Math.max(0, column - Math.floor(columns / 3));
}
