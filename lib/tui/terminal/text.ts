import { escapeText } from "../../core/mod.ts";
import { width, wrap as breakLine } from "../../present/mod.ts";

export { cut, fit, slice, width } from "../../present/mod.ts";

/** Zero columns wide: the terminal's cursor is shown where a frame has it. No text from outside brings one: controls are escaped. */
export const CURSOR = "\x00";

const ASCII = /^[\x20-\x7e]*$/;
/** Longest text that is measured and cut as a whole: nothing wider fits on any screen. */
const CELL_LENGTH_MAX = 4_096;
const WRAP_CACHE_MAX = 4_000;

/** A row without its styles and the cursor. */
export function plain(row: string): string {
  // deno-lint-ignore no-control-regex
  return row.includes("\x1b") || row.includes(CURSOR) ? row.replace(/\x1b\[[0-9;]*m|\x00/g, "") : row;
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

const wrapped = new Map<string, readonly string[]>();

/** Breaks one line so that every piece is at most `columns` wide. Remembered, because the same text is drawn again and again. */
export function wrap(line: string, columns: number): readonly string[] {
  if (width(line) <= columns) return [line];
  const key = `${columns}\n${line}`;
  const known = wrapped.get(key);
  if (known) return known;
  const pieces = breakLine(line, columns);
  if (wrapped.size >= WRAP_CACHE_MAX) wrapped.clear();
  wrapped.set(key, pieces);
  return pieces;
}
