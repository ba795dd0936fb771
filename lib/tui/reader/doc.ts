import { unifiedLines } from "../../analysis/mod.ts";
import { STEP_SIGNS } from "../../present/mod.ts";
import { codeLines } from "../draw/code.ts";
import type { Glyphs } from "../draw/glyphs.ts";
import { type Line, line, lineWidth, seg } from "../draw/line.ts";
import type { Tone } from "../draw/theme.ts";
import { cleanLines } from "../terminal/text.ts";
import { jsonSection } from "./json.ts";
import { markdownUnits } from "./markdown.ts";
import { type Mark, marked } from "../draw/marks.ts";
import type { Part } from "./part.ts";
import { foldSection, groupSection, type Section, unitSection } from "./section.ts";
import { isLong, textSection } from "./text_section.ts";
import { fixedUnit, indentedUnit, lineUnit, type Unit } from "./unit.ts";

/** Rows that are not wrapped go on below after so many columns. */
const UNWRAPPED_COLUMNS = 4_096;

/** A text as a person reads it: laid out, searched as a whole. */
export type Doc = Section;

export interface DocOptions {
  readonly columns: number;
  readonly glyphs: Glyphs;
  /** Begins the names of the branches. */
  readonly prefix: string;
  readonly folds: ReadonlyMap<string, boolean>;
  /** Other branches are open down to this level. Absent: as their size says. */
  readonly depth?: number | undefined;
  /** Rows that are too long go on below. @default true */
  readonly isWrapped?: boolean;
}

export function docOf(parts: readonly Part[], options: DocOptions): Doc {
  return groupSection(parts.map((part, index) => sectionOf(part, `${options.prefix}${index}`, options)));
}

/** Rows that were drawn elsewhere, as a text to read. */
export function linesDoc(lines: readonly Line[]): Doc {
  return unitSection(lines.map((row) => fixedUnit(row)));
}

function sectionOf(part: Part, name: string, options: DocOptions): Section {
  const { glyphs, isWrapped = true } = options;
  const columns = isWrapped ? options.columns : UNWRAPPED_COLUMNS;
  switch (part.kind) {
    case "text":
      return textSection(part.text, part.tone, part.indent, columns);
    case "markdown":
      if (isLong(part.text)) return textSection(part.text, "text", part.indent, columns);
      return unitSection(
        markdownUnits(part.text, Math.max(1, columns - part.indent), glyphs)
          .map((unit) => indentedUnit(unit, part.indent)),
      );
    case "json":
      return jsonSection(part.value, {
        columns,
        glyphs,
        prefix: name,
        folds: options.folds,
        depth: options.depth,
        indent: part.indent,
      });
    case "code":
      if (isLong(part.text)) return textSection(part.text, "text", part.indent, columns);
      return unitSection(
        codeLines(cleanLines(part.text), part.language)
          .map((row) => lineUnit(row, columns, { prefix: line(" ".repeat(part.indent)) })),
      );
    case "fold":
      return partFold(part, name, options);
    case "signed":
      return signedSection(part, name, options);
    case "unified":
      return unitSection(unifiedUnits(part.text, columns));
    case "draw":
      return unitSection(part.draw(options.columns, glyphs).map((row) => fixedUnit(row)));
  }
}

function partFold(part: Extract<Part, { kind: "fold" }>, name: string, options: DocOptions): Section {
  const { glyphs, folds, depth } = options;
  const isOpen = folds.get(name) ?? (depth === undefined ? part.isOpen : depth > 0);
  const inner = () => docOf(part.parts, { ...options, prefix: `${name}/` });
  const { title, indent } = part;
  const draw = (marks: readonly Mark[]): Line => [
    seg(" ".repeat(indent)),
    seg(`${isOpen ? glyphs.open : glyphs.closed} `, "dim"),
    ...marked([seg(title, "heading")], marks),
    seg(isOpen ? "" : ` ${glyphs.ellipsis}`, "dim"),
  ];
  return foldSection({ path: name, isOpen }, { title, draw }, inner);
}

/** The sign is not part of the text. */
function signedSection(part: Extract<Part, { kind: "signed" }>, name: string, options: DocOptions): Section {
  const sign = seg(`${part.sign} `, part.tone);
  const columns = Math.max(1, options.columns - lineWidth([sign]));
  const inner = docOf(part.parts, { ...options, columns, prefix: `${name}/` });
  return {
    rows: inner.rows,
    hasFolds: inner.hasFolds,
    get text() {
      return inner.text;
    },
    line: (at, marks) => [sign, ...inner.line(at, marks)],
    fold: (at) => inner.fold(at),
    rowOf: (place) => inner.rowOf(place),
    closedAt: (place) => inner.closedAt(place),
  };
}

const UNIFIED_LOOKS = {
  same: [" ", "text"],
  added: [STEP_SIGNS.added, "ok"],
  removed: [STEP_SIGNS.removed, "error"],
} as const satisfies Record<string, readonly [sign: string, tone: Tone]>;

function unifiedUnits(unified: string, columns: number): readonly Unit[] {
  return unifiedLines(unified).map(({ op, text: raw }) => {
    const text = cleanLines(raw).join("");
    if (op === "at") return lineUnit(line(text, "heading"), columns);
    const [sign, tone] = UNIFIED_LOOKS[op];
    // Where a row goes on, its sign is not said again.
    return lineUnit([seg(text, tone)], columns, {
      prefix: [seg(`${sign} `, tone)],
      morePrefix: [seg("  ", tone)],
    });
  });
}
