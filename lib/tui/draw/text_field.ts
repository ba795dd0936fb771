import { clean, CURSOR, slice, width, wrap } from "../terminal/text.ts";
import { type Line, line, seg } from "./line.ts";

/** Text being typed. `cursor` counts UTF-16 units and never splits a character. */
export interface TextField {
  readonly text: string;
  readonly cursor: number;
}

export const EMPTY_FIELD: TextField = Object.freeze({ text: "", cursor: 0 });
export const FIELD_LENGTH_MAX = 200_000;
const WORD_LENGTH_MAX = 1_000;

export function fieldOf(text: string): TextField {
  return { text: text.slice(0, FIELD_LENGTH_MAX), cursor: Math.min(text.length, FIELD_LENGTH_MAX) };
}

export function insert(field: TextField, text: string, options: { multiline?: boolean } = {}): TextField {
  const flat = options.multiline ? text : text.replace(/\s*\n\s*/g, " ");
  const room = FIELD_LENGTH_MAX - field.text.length;
  const added = flat.slice(0, Math.max(0, room));
  return {
    text: field.text.slice(0, field.cursor) + added + field.text.slice(field.cursor),
    cursor: field.cursor + added.length,
  };
}

/** What an editing key does; `undefined` when the key is none. */
export function edit(
  field: TextField,
  key: string,
  options: { multiline?: boolean } = {},
): TextField | undefined {
  const { text, cursor } = field;
  const erase = (from: number, to: number): TextField => ({
    text: text.slice(0, from) + text.slice(to),
    cursor: from,
  });
  switch (key) {
    case "enter":
      return options.multiline ? insert(field, "\n", options) : undefined;
    case "backspace":
      return erase(before(text, cursor), cursor);
    case "delete":
    case "ctrl+d":
      return erase(cursor, after(text, cursor));
    case "ctrl+w":
    case "alt+backspace":
    case "ctrl+backspace":
      return erase(wordBefore(text, cursor), cursor);
    case "ctrl+u":
      return erase(lineStart(text, cursor), cursor);
    case "ctrl+k":
      return erase(cursor, lineEnd(text, cursor));
    case "left":
      return { text, cursor: before(text, cursor) };
    case "right":
      return { text, cursor: after(text, cursor) };
    case "ctrl+left":
    case "alt+left":
    case "alt+b":
      return { text, cursor: wordBefore(text, cursor) };
    case "ctrl+right":
    case "alt+right":
    case "alt+f":
      return { text, cursor: wordAfter(text, cursor) };
    case "home":
    case "ctrl+a":
      return { text, cursor: lineStart(text, cursor) };
    case "end":
      return { text, cursor: lineEnd(text, cursor) };
    case "up":
      return options.multiline ? { text, cursor: vertical(text, cursor, -1) } : undefined;
    case "down":
      return options.multiline ? { text, cursor: vertical(text, cursor, 1) } : undefined;
    default:
      return undefined;
  }
}

/** One row, scrolled sideways so that the cursor is in view. */
export function fieldLine(field: TextField, columns: number, focused: boolean, placeholder = ""): Line {
  if (field.text === "") {
    return focused ? [seg(CURSOR), seg(placeholder, "dim")] : line(placeholder, "dim");
  }
  const head = clean(field.text.slice(0, field.cursor));
  const tail = clean(field.text.slice(field.cursor));
  if (!focused) return line(head + tail);
  const start = Math.max(0, width(head) - Math.max(1, columns - 1));
  return [seg(slice(head, start, columns)), seg(CURSOR), seg(tail)];
}

/** All rows of a multi-line field wrapped to `columns`, and the row of the cursor. */
export function fieldLines(
  field: TextField,
  columns: number,
  focused: boolean,
): { readonly lines: readonly Line[]; readonly cursorRow: number } {
  const lines: Line[] = [];
  let cursorRow = 0;
  let at = 0;
  for (const raw of field.text.split("\n")) {
    const hasCursor = field.cursor >= at && field.cursor <= at + raw.length;
    if (!hasCursor || !focused) {
      for (const piece of wrap(clean(raw), columns)) lines.push(line(piece));
      if (hasCursor) cursorRow = lines.length - 1;
    } else {
      const head = clean(raw.slice(0, field.cursor - at));
      const pieces = breakHard(head + clean(raw.slice(field.cursor - at)), columns);
      let left = width(head);
      pieces.forEach((piece, index) => {
        const wide = width(piece);
        const here = left >= 0 && (left < wide || (index === pieces.length - 1 && left <= wide));
        if (here) {
          cursorRow = lines.length;
          lines.push([seg(slice(piece, 0, left)), seg(CURSOR), seg(slice(piece, left, columns))]);
          left = -1;
        } else {
          lines.push(line(piece));
          left -= wide;
        }
      });
    }
    at += raw.length + 1;
  }
  return { lines, cursorRow };
}

/** Breaks at the column, so that positions in the text and on the screen stay in step while typing. */
function breakHard(text: string, columns: number): readonly string[] {
  const room = Math.max(2, columns - 1);
  const pieces: string[] = [];
  for (let start = 0; start < width(text);) {
    const piece = slice(text, start, room);
    pieces.push(piece);
    start += Math.max(1, width(piece));
  }
  return pieces.length === 0 ? [""] : pieces;
}

/** Made when somebody types: it takes longer than the first frame. */
let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return segmenter.segment(text);
}

function before(text: string, cursor: number): number {
  const start = Math.max(0, cursor - 64);
  let last = start;
  for (const part of graphemes(text.slice(start, cursor))) last = start + part.index;
  return cursor === 0 ? 0 : last;
}

function after(text: string, cursor: number): number {
  for (const part of graphemes(text.slice(cursor, cursor + 64))) return cursor + part.segment.length;
  return cursor;
}

function wordBefore(text: string, cursor: number): number {
  const start = Math.max(0, cursor - WORD_LENGTH_MAX);
  const found = text.slice(start, cursor).search(/\S+\s*$/);
  return found < 0 ? start : start + found;
}

function wordAfter(text: string, cursor: number): number {
  return cursor + (/^\s*\S*/.exec(text.slice(cursor))?.[0].length ?? 0);
}

function lineStart(text: string, cursor: number): number {
  return cursor === 0 ? 0 : text.lastIndexOf("\n", cursor - 1) + 1;
}

function lineEnd(text: string, cursor: number): number {
  const end = text.indexOf("\n", cursor);
  return end < 0 ? text.length : end;
}

function vertical(text: string, cursor: number, direction: 1 | -1): number {
  const start = lineStart(text, cursor);
  const column = cursor - start;
  if (direction < 0) {
    if (start === 0) return 0;
    const previous = lineStart(text, start - 1);
    return whole(text, Math.min(previous + column, start - 1));
  }
  const end = lineEnd(text, cursor);
  return end === text.length ? end : whole(text, Math.min(end + 1 + column, lineEnd(text, end + 1)));
}

/** The same place, or the one before when it would be inside a character of two units. */
function whole(text: string, cursor: number): number {
  const unit = text.charCodeAt(cursor);
  return unit >= 0xdc00 && unit <= 0xdfff && cursor > 0 ? cursor - 1 : cursor;
}
