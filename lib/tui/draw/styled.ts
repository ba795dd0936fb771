import { wrap } from "../terminal/text.ts";
import { EMPTY, type Line, seg, type Segment } from "./line.ts";

/** Breaks a row of many tones like `wrap`; rows after the first begin with `hanging` blanks. */
export function wrapLine(row: Line, columns: number, hanging = 0): readonly Line[] {
  const text = row.map((part) => part.text).join("");
  const indent = Math.min(hanging, Math.max(0, columns - 8));
  const [first, ...others] = wrap(text, columns);
  if (others.length === 0) return [row];
  // The first row is wider than those that hang, so only it is kept from the first breaking.
  const head = first!;
  let rest = text.slice(head.length);
  const skipped = rest.length - rest.trimStart().length;
  rest = rest.slice(skipped);
  const lines: Line[] = [partOf(row, 0, head.length)];
  let at = head.length + skipped;
  for (const piece of rest === "" ? [] : wrap(rest, columns - indent)) {
    const start = text.indexOf(piece, at);
    lines.push([...(indent > 0 ? [seg(" ".repeat(indent))] : EMPTY), ...partOf(row, start, piece.length)]);
    at = start + piece.length;
  }
  return lines;
}

/** The segments that cover `length` UTF-16 units from `start` on. */
function partOf(row: Line, start: number, length: number): Line {
  const parts: Segment[] = [];
  let at = 0;
  for (const part of row) {
    const from = Math.max(0, start - at);
    const to = Math.min(part.text.length, start + length - at);
    if (from < to) parts.push({ ...part, text: part.text.slice(from, to) });
    at += part.text.length;
  }
  return parts;
}

const HITS_MAX = 100;

/** Marks every place where `needle` occurs, whatever its case. */
export function highlight(row: Line, needle: string): Line {
  if (needle === "") return row;
  const wanted = needle.toLowerCase();
  const parts: Segment[] = [];
  let hits = 0;
  for (const part of row) {
    const text = part.text.toLowerCase();
    // Some letters change length with their case: then positions do not carry over.
    let at = text.length === part.text.length && hits < HITS_MAX ? text.indexOf(wanted) : -1;
    let from = 0;
    while (at >= 0 && hits < HITS_MAX) {
      if (at > from) parts.push({ ...part, text: part.text.slice(from, at) });
      parts.push({ text: part.text.slice(at, at + wanted.length), tone: "chip" });
      from = at + wanted.length;
      at = text.indexOf(wanted, from);
      hits++;
    }
    if (from < part.text.length) parts.push({ ...part, text: part.text.slice(from) });
  }
  return parts;
}
