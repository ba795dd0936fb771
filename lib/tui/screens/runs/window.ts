import type { Run, RunPage } from "../../../core/mod.ts";

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
  readonly runs?: readonly Run[];
  /** Rows the page has, also while forgotten; 0 before it was first loaded. */
  readonly size: number;
}

export const PAGE_ROWS = 100;
export const PAGES_KEPT_MAX = 8;

export const EMPTY_WINDOW: RunWindow = Object.freeze({ pages: [{ size: 0 }] });

/** Rows known so far. */
export function knownRows(window: RunWindow): number {
  return window.pages.reduce((total, page) => total + page.size, 0);
}

/** True when the store has rows beyond the known ones, or nothing was asked yet. */
export function hasMore(window: RunWindow): boolean {
  const last = window.pages.at(-1)!;
  return last.size === 0 && !last.runs;
}

export function runAt(window: RunWindow, index: number): Run | undefined {
  return window.pages[Math.floor(index / PAGE_ROWS)]?.runs?.[index % PAGE_ROWS];
}

export function indexOfRun(window: RunWindow, traceId: string): number | undefined {
  for (let page = 0; page < window.pages.length; page++) {
    const at = window.pages[page]!.runs?.findIndex((run) => run.traceId === traceId) ?? -1;
    if (at >= 0) return page * PAGE_ROWS + at;
  }
  return undefined;
}

/** The first page that the rows `top` … `top + height` need and that is not held. */
export function missingPage(window: RunWindow, top: number, height: number): number | undefined {
  const first = Math.max(0, Math.floor(top / PAGE_ROWS));
  const last = Math.min(window.pages.length - 1, Math.floor((top + height) / PAGE_ROWS));
  for (let page = first; page <= last; page++) if (!window.pages[page]!.runs) return page;
  return undefined;
}

export function cursorOf(window: RunWindow, page: number): string | undefined {
  return window.pages[page]?.cursor;
}

/** `window` with a freshly loaded page. Later pages are dropped when the list moved under them. */
export function withPage(window: RunWindow, index: number, loaded: RunPage): RunWindow {
  const old = window.pages[index];
  if (!old) return window;
  const page: Page = {
    ...(old.cursor === undefined ? {} : { cursor: old.cursor }),
    runs: loaded.runs,
    size: loaded.runs.length,
  };
  const next = window.pages[index + 1];
  const before = window.pages.slice(0, index);
  if (loaded.nextCursor === undefined || loaded.runs.length < PAGE_ROWS) {
    return { pages: forget([...before, page], index) };
  }
  const after = next?.cursor === loaded.nextCursor
    ? window.pages.slice(index + 1)
    : [{ cursor: loaded.nextCursor, size: 0 }];
  return { pages: forget([...before, page, ...after], index) };
}

function forget(pages: readonly Page[], near: number): readonly Page[] {
  const held = pages.filter((page) => page.runs).length;
  if (held <= PAGES_KEPT_MAX) return pages;
  const reach = Math.floor(PAGES_KEPT_MAX / 2);
  return pages.map((page, index) => {
    if (Math.abs(index - near) <= reach || !page.runs) return page;
    const { runs: _, ...rest } = page;
    return rest;
  });
}
