import { escapeText } from "../../core/mod.ts";

/** Zero columns wide: the terminal's cursor is shown where a frame has it. */
export const CURSOR = "\x1b_cursor\x07";

const ASCII = /^[\x20-\x7e]*$/;
/** Characters of one column that never join with a neighbour: Latin, signs, arrows, box drawing, blocks, Braille. */
const ONE_EACH =
  /^[\x20-\x7e\u00a1-\u00a8\u00aa-\u00ac\u00af-\u024f\u2010-\u2027\u2030-\u203b\u2190-\u2193\u21af\u23ce\u23f8\u2442\u2500-\u25a9\u25ac-\u25b5\u25b7-\u25bf\u25c1-\u25fa\u2713\u2717\u25b6\u25c0\u2800-\u28ff\u29d7]*$/;
/** Longest text that is measured and cut as a whole: nothing wider fits on any screen. */
const CELL_LENGTH_MAX = 4_096;
const WRAP_CACHE_MAX = 4_000;

type Ruler = Pick<typeof import("@earendil-works/pi-tui/dist/utils.js"), "sliceByColumn" | "visibleWidth">;
let ruler: Ruler | undefined;

/**
 * Loads what measures all other text. It takes longer than a whole first frame, which has no such text but for a path or a
 * filter; until then that is taken as one column for each character.
 */
export async function loadRuler(): Promise<void> {
  if (ruler) return;
  ruler = await import("@earendil-works/pi-tui/dist/utils.js");
  wrapCache.clear();
}

/** Columns that `text` takes. */
export function width(text: string): number {
  return ONE_EACH.test(text) ? text.length : ruler?.visibleWidth(text) ?? [...plain(text)].length;
}

/** A row without its styles and the cursor. */
export function plain(row: string): string {
  // deno-lint-ignore no-control-regex
  return row.includes("\x1b") ? row.replace(/\x1b(\[[0-9;]*m|_cursor\x07)/g, "") : row;
}

/**
 * Makes text from outside safe and steady in a cell: controls shown as escapes, and emoji reduced to forms whose width
 * all terminals agree on (no joiners, no style selectors, no skin tones, flags as letters).
 */
export function clean(text: string): string {
  const head = text.length > CELL_LENGTH_MAX ? text.slice(0, CELL_LENGTH_MAX) : text;
  return ASCII.test(head) ? head : steady(escapeText(head.replace(/\s+/g, " ")));
}

/** Like `clean` for text of many lines; tabs become blanks. */
export function cleanLines(text: string): readonly string[] {
  return steady(escapeText(text, { multiline: true })).replaceAll("\t", "  ").split("\n");
}

function steady(text: string): string {
  return text
    .replace(/\ufe0f|[\u{1f3fb}-\u{1f3ff}]/gu, "")
    .replace(/[\u{1f1e6}-\u{1f1ff}]/gu, (flag) => String.fromCharCode(flag.codePointAt(0)! - 0x1f1e6 + 65))
    .replace(/(\p{M}{3})\p{M}+/gu, "$1");
}

/** Cut to at most `columns`, with `…` where something was lost. */
export function cut(text: string, columns: number, ellipsis = "…"): string {
  if (columns <= 0) return "";
  if (width(text) <= columns) return text;
  if (columns === 1) return ellipsis;
  return slice(text, 0, columns - 1) + ellipsis;
}

/** Exactly `columns` wide: cut or padded. */
export function fit(text: string, columns: number, align: "left" | "right" = "left", ellipsis = "…"): string {
  const short = cut(text, columns, ellipsis);
  const padding = " ".repeat(Math.max(0, columns - width(short)));
  return align === "left" ? short + padding : padding + short;
}

/** The part of `text` from column `start` on, at most `columns` wide. */
export function slice(text: string, start: number, columns: number): string {
  if (ONE_EACH.test(text)) return text.slice(start, start + columns);
  return ruler?.sliceByColumn(text, start, columns, true) ?? [...text].slice(start, start + columns).join("");
}

const wrapCache = new Map<string, readonly string[]>();

/** Breaks one line at blanks where possible; every piece is at most `columns` wide. Blanks at a break are dropped. */
export function wrap(line: string, columns: number): readonly string[] {
  const room = Math.max(1, columns);
  if (width(line) <= room) return [line];
  const key = `${room}\n${line}`;
  const known = wrapCache.get(key);
  if (known) return known;
  const pieces = breakLine(line, room);
  if (wrapCache.size >= WRAP_CACHE_MAX) wrapCache.clear();
  wrapCache.set(key, pieces);
  return pieces;
}

function breakLine(line: string, room: number): readonly string[] {
  const pieces: string[] = [];
  let current = "";
  let used = 0;
  for (const word of line.split(/(?<= )(?=[^ ])/)) {
    const body = word.trimEnd();
    if (used + width(body) > room && used > 0) {
      pieces.push(current.trimEnd());
      [current, used] = ["", 0];
    }
    let rest = word;
    while (width(rest.trimEnd()) > room) {
      const head = slice(rest, 0, room) || [...rest][0]!;
      pieces.push(head);
      rest = rest.slice(head.length);
    }
    current += rest;
    used += width(rest);
  }
  if (current.trimEnd() !== "" || pieces.length === 0) pieces.push(current.trimEnd());
  return pieces;
}
