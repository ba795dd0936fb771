import type { Run } from "../../../core/mod.ts";
import type { ListRow, PageRows } from "./listed.ts";

/**
 * The part of a long list of runs that is held: pages in the store's order, each begun by the cursor the page before
 * returned. Pages far from the view are forgotten, their cursors stay, so that a list of a million takes little memory.
 */
export interface RunWindow {
  readonly pages: readonly Page[];
}

interface Page {
  /** Absent for the first. */
  readonly cursor?: string;
  /** Absent while not loaded, or forgotten. */
  readonly rows?: readonly ListRow[];
  /** The row of the list that it begins with. */
  readonly start: number;
  /** Rows the page has, also while forgotten; 0 before it was first loaded. */
  readonly size: number;
  /** Those of them that lie below no other. */
  readonly heads: number;
}

/** What the store is asked for at once; what is unfolded makes a page longer. */
export const PAGE_ROWS = 100;
export const PAGES_KEPT_MAX = 8;

export const EMPTY_WINDOW: RunWindow = Object.freeze({ pages: [{ start: 0, size: 0, heads: 0 }] });

/** Rows known so far. */
export function knownRows({ pages }: RunWindow): number {
  const last = pages.at(-1)!;
  return last.start + last.size;
}

/** Rows known so far that lie below others. */
export function rowsBelow({ pages }: RunWindow): number {
  return pages.reduce((sum, { size, heads }) => sum + size - heads, 0);
}

/** True when the store has rows beyond the known ones, or nothing was asked yet. */
export function hasMore(window: RunWindow): boolean {
  const last = window.pages.at(-1)!;
  return last.size === 0 && !last.rows;
}

/** The page that a row is in; the last one for those beyond. */
export function pageOfRow({ pages }: RunWindow, index: number): number {
  let [low, high] = [0, pages.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (pages[middle]!.start <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function rowAt(window: RunWindow, index: number): ListRow | undefined {
  if (index < 0) return undefined;
  const page = window.pages[pageOfRow(window, index)]!;
  return page.rows?.[index - page.start];
}

/** The run in that row, if it is one. */
export function runAt(window: RunWindow, index: number): Run | undefined {
  const row = rowAt(window, index);
  return row?.kind === "run" ? row.run : undefined;
}

export function indexOfRow(window: RunWindow, id: string): number | undefined {
  for (const { rows, start } of window.pages) {
    const at = rows?.findIndex((row) => row.id === id) ?? -1;
    if (at >= 0) return start + at;
  }
  return undefined;
}

/** The first page that the rows `top` … `top + height` need and that is not held. */
export function missingPage(window: RunWindow, top: number, height: number): number | undefined {
  const last = pageOfRow(window, top + height);
  for (let page = pageOfRow(window, Math.max(0, top)); page <= last; page++) {
    if (!window.pages[page]!.rows) return page;
  }
  return undefined;
}

export function cursorOf(window: RunWindow, page: number): string | undefined {
  return window.pages[page]?.cursor;
}

/** `window` with a freshly loaded page. Later pages are dropped when the list moved under them. */
export function withPage(window: RunWindow, index: number, loaded: PageRows): RunWindow {
  const old = window.pages[index];
  if (!old) return window;
  const page: Page = {
    ...(old.cursor === undefined ? {} : { cursor: old.cursor }),
    rows: loaded.rows,
    start: old.start,
    size: loaded.rows.length,
    heads: loaded.heads,
  };
  const next = window.pages[index + 1];
  const before = window.pages.slice(0, index);
  if (loaded.nextCursor === undefined) return { pages: forget([...before, page], index) };
  const after = next?.cursor === loaded.nextCursor
    ? window.pages.slice(index + 1)
    : [{ cursor: loaded.nextCursor, start: 0, size: 0, heads: 0 }];
  return { pages: forget([...before, page, ...moved(after, page.start + page.size)], index) };
}

/** The pages from another row on. */
function moved(pages: readonly Page[], start: number): readonly Page[] {
  let at = start;
  return pages.map((page) => {
    const next = page.start === at ? page : { ...page, start: at };
    at += page.size;
    return next;
  });
}

function forget(pages: readonly Page[], near: number): readonly Page[] {
  const held = pages.filter((page) => page.rows).length;
  if (held <= PAGES_KEPT_MAX) return pages;
  const reach = Math.floor(PAGES_KEPT_MAX / 2);
  return pages.map((page, index) => {
    if (Math.abs(index - near) <= reach || !page.rows) return page;
    const { rows: _, ...rest } = page;
    return rest;
  });
}
