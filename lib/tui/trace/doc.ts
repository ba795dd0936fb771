import { tryParseJson } from "../../core/mod.ts";
import type { Glyphs } from "../draw/glyphs.ts";
import { type Fold, type JsonRow, jsonRows } from "../draw/json_view.ts";
import { EMPTY, type Line, line, seg } from "../draw/line.ts";
import { markdownLines } from "../draw/markdown.ts";
import type { Tone } from "../draw/theme.ts";
import { cleanLines, wrap } from "../terminal/text.ts";
import { LongText } from "./long_text.ts";

/** Longer text is not wrapped at blanks and has no markdown, so that it opens at once. */
export const LONG_TEXT_LENGTH = 60_000;
const JSON_PARSE_LENGTH_MAX = 1_000_000;
const FIND_ROWS_MAX = 100_000;
const LONG_TEXTS_KEPT = 8;

/** A piece of a tab before it is laid out for a width. */
export type Part =
  | { readonly kind: "text"; readonly text: string; readonly tone: Tone; readonly indent: number }
  | { readonly kind: "markdown"; readonly text: string; readonly indent: number }
  | { readonly kind: "json"; readonly value: unknown; readonly indent: number }
  /** `text` is what copying gives. */
  | {
    readonly kind: "draw";
    readonly text: string;
    draw(columns: number, glyphs: Glyphs): readonly Line[];
  };

export const textPart = (text: string, tone: Tone = "text", indent = 0): Part => ({
  kind: "text",
  text,
  tone,
  indent,
});
export const GAP: Part = textPart("");

/** JSON is laid out, and text that holds JSON likewise; any other text stays as it is. */
export function valueParts(value: unknown, indent = 0): readonly Part[] {
  if (value === undefined) return [];
  const inner = typeof value === "string" && value.length <= JSON_PARSE_LENGTH_MAX && /^\s*[[{]/.test(value)
    ? tryParseJson(value) ?? value
    : value;
  return [
    typeof inner === "string" ? textPart(inner, "text", indent) : { kind: "json", value: inner, indent },
  ];
}

export interface DocOptions {
  readonly columns: number;
  readonly glyphs: Glyphs;
  /** Begins the names of the branches. */
  readonly prefix: string;
  readonly folds: ReadonlyMap<string, boolean>;
  readonly needle: string;
}

/** Rows of any number; only those that are looked at are drawn. */
export interface Doc {
  readonly rows: number;
  /** Has branches that fold, so that a cursor goes from row to row. */
  readonly hasFolds: boolean;
  line(at: number): Line;
  fold(at: number): Fold | undefined;
  /** The nearest row from `from` on where `needle` occurs. */
  find(needle: string, from: number, step: 1 | -1): number | undefined;
}

interface Section {
  readonly rows: number;
  readonly hasFolds: boolean;
  line(at: number): Line;
  fold?(at: number): Fold | undefined;
  find(needle: string, from: number, step: 1 | -1): number | undefined;
}

export function docOf(parts: readonly Part[], options: DocOptions): Doc {
  const sections = parts.map((part, index) => sectionOf(part, index, options));
  const starts: number[] = [];
  let rows = 0;
  for (const section of sections) {
    starts.push(rows);
    rows += section.rows;
  }
  const at = (row: number): number => {
    let index = starts.length - 1;
    while (index > 0 && starts[index]! > row) index--;
    return index;
  };
  return {
    rows,
    hasFolds: sections.some((section) => section.hasFolds),
    line: (row) => {
      const index = at(row);
      return sections[index]?.line(row - starts[index]!) ?? EMPTY;
    },
    fold: (row) => {
      const index = at(row);
      return sections[index]?.fold?.(row - starts[index]!);
    },
    find: (needle, from, step) => {
      const wanted = needle.toLowerCase();
      if (wanted === "" || rows === 0) return undefined;
      const first = Math.min(rows - 1, Math.max(0, from));
      for (let index = at(first); index >= 0 && index < sections.length; index += step) {
        const section = sections[index]!;
        const inner = first - starts[index]!;
        const begin = step > 0 ? Math.max(0, inner) : Math.min(section.rows - 1, inner);
        const found = section.find(wanted, begin, step);
        if (found !== undefined) return starts[index]! + found;
      }
      return undefined;
    },
  };
}

function sectionOf(part: Part, index: number, options: DocOptions): Section {
  const { columns, glyphs } = options;
  switch (part.kind) {
    case "text":
      return isLong(part.text)
        ? longSection(part.text, columns - part.indent, part.tone, part.indent)
        : lineSection(wrapped(part.text, part.tone, part.indent, columns));
    case "markdown":
      return isLong(part.text)
        ? longSection(part.text, columns - part.indent, "text", part.indent)
        : lineSection(
          indented(markdownLines(part.text, Math.max(1, columns - part.indent), glyphs), part.indent),
        );
    case "json":
      return jsonSection(jsonRows(part.value, {
        columns,
        glyphs,
        prefix: `${options.prefix}${index}`,
        folds: options.folds,
        needle: options.needle,
        indent: part.indent,
      }));
    case "draw":
      return lineSection(part.draw(columns, glyphs));
  }
}

function isLong(text: string): boolean {
  return text.length > LONG_TEXT_LENGTH;
}

function wrapped(text: string, tone: Tone, indent: number, columns: number): readonly Line[] {
  const margin = " ".repeat(indent);
  return cleanLines(text).flatMap((raw) =>
    wrap(raw, columns - indent).map((piece) => piece === "" ? EMPTY : line(margin + piece, tone))
  );
}

function indented(lines: readonly Line[], indent: number): readonly Line[] {
  return indent === 0
    ? lines
    : lines.map((row): Line => row.length === 0 ? row : [seg(" ".repeat(indent)), ...row]);
}

function findLine(
  rows: number,
  lineAt: (at: number) => Line,
  needle: string,
  from: number,
  step: 1 | -1,
): number | undefined {
  for (let at = from, looked = 0; at >= 0 && at < rows && looked < FIND_ROWS_MAX; at += step, looked++) {
    if (lineAt(at).map((part) => part.text).join("").toLowerCase().includes(needle)) return at;
  }
  return undefined;
}

function lineSection(lines: readonly Line[]): Section {
  const lineAt = (at: number) => lines[at] ?? EMPTY;
  return {
    rows: lines.length,
    hasFolds: false,
    line: lineAt,
    find: (needle, from, step) => findLine(lines.length, lineAt, needle, from, step),
  };
}

function jsonSection(rows: readonly JsonRow[]): Section {
  const lineAt = (at: number) => rows[at]?.line ?? EMPTY;
  return {
    rows: rows.length,
    hasFolds: rows.some((row) => row.fold !== undefined),
    line: lineAt,
    fold: (at) => rows[at]?.fold,
    find: (needle, from, step) => findLine(rows.length, lineAt, needle, from, step),
  };
}

let longTexts: readonly LongText[] = [];

function longSection(text: string, columns: number, tone: Tone, indent: number): Section {
  const wide = Math.max(2, columns);
  let long = longTexts.find((known) => known.columns === wide && known.text === text);
  if (!long) {
    const before = longTexts.find((known) => known.columns === wide && text.startsWith(known.text));
    long = new LongText(text, wide, before);
    longTexts = [long, ...longTexts.filter((known) => known !== before)].slice(0, LONG_TEXTS_KEPT);
  }
  const view = long;
  return {
    rows: view.rows,
    hasFolds: false,
    line: (at) => view.line(at, tone, indent),
    find: (needle, from, step) => view.find(needle, from, step),
  };
}

/** The parts as plain text, for the clipboard. */
export function partsText(parts: readonly Part[], lengthMax: number): string {
  let text = "";
  for (const part of parts) {
    if (text.length > lengthMax) break;
    const piece = part.kind === "json" ? JSON.stringify(part.value, null, 2) ?? "" : part.text;
    text += `${piece.slice(0, lengthMax)}\n`;
  }
  return cleanLines(text.slice(0, lengthMax).replace(/\n$/, "")).join("\n");
}
