import { EMPTY, fitLine, type Line, lineWidth, seg } from "../draw/line.ts";
import { wrapLine } from "../draw/styled.ts";
import type { Tone } from "../draw/theme.ts";
import { cleanLines } from "../terminal/text.ts";
import { type Mark, marked } from "../draw/marks.ts";

/** One row of a text as it was written, laid out for a width. */
export interface Unit {
  /** What it says: what a search sees. */
  readonly text: string;
  /** The rows on the screen, at least one; what was found in the text stands out. */
  rows(marks: readonly Mark[]): readonly Line[];
}

const textOf = (row: Line) => row.map((part) => part.text).join("");
const NONE: readonly Mark[] = [];

export interface LineOptions {
  /** Before each row on the screen; it is not part of the text. */
  readonly prefix?: Line;
  /** Before each row but the first, where it differs. */
  readonly morePrefix?: Line;
  /** Blanks before each row but the first. */
  readonly hanging?: number;
}

/** A row of any tones, broken where it is too long. */
export function lineUnit(
  row: Line,
  columns: number,
  { prefix = EMPTY, morePrefix = prefix, hanging = 0 }: LineOptions = {},
): Unit {
  const room = Math.max(1, columns - lineWidth(prefix));
  return {
    text: textOf(row),
    rows: (marks) =>
      wrapLine(marked(row, marks), room, hanging).map((piece, at) =>
        piece.length === 0 && isBlank(prefix) ? EMPTY : [...(at === 0 ? prefix : morePrefix), ...piece]
      ),
  };
}

function isBlank(row: Line): boolean {
  return row.every((part) => part.text.trim() === "");
}

/** A row that is drawn as it is. `isText`: a search sees it. */
export function fixedUnit(row: Line, isText = true): Unit {
  return { text: isText ? textOf(row) : "", rows: (marks) => [isText ? marked(row, marks) : row] };
}

const CELL_GAP = " │ ";

export interface CellOptions {
  readonly widths: readonly number[];
  readonly isRight: readonly boolean[];
  /** Between two cells, as wide as the gap in the text. */
  readonly rule: Line;
}

/** A row of a table; what does not fit into a cell goes on below in it. */
export function cellsUnit(cells: readonly Line[], { widths, isRight, rule }: CellOptions): Unit {
  const texts = cells.map(textOf);
  const starts = texts.map((_, at) =>
    texts.slice(0, at).reduce((sum, it) => sum + it.length + CELL_GAP.length, 0)
  );
  const within = (marks: readonly Mark[], at: number): readonly Mark[] => {
    const [start, end] = [starts[at]!, starts[at]! + texts[at]!.length];
    return marks.filter((mark) => mark.to > start && mark.from < end)
      .map(({ from, to, isCurrent }) => ({ from: Math.max(0, from - start), to: to - start, isCurrent }));
  };
  return {
    text: texts.join(CELL_GAP),
    rows: (marks) => {
      const blocks = cells.map((cell, at) =>
        wrapLine(marked(cell, within(marks, at)), Math.max(1, widths[at]!))
      );
      return Array.from(
        { length: Math.max(1, ...blocks.map((block) => block.length)) },
        (_, y) =>
          blocks.flatMap((block, at): Line => [
            ...(at > 0 ? rule : EMPTY),
            ...padded(block[y] ?? EMPTY, widths[at]!, isRight[at] === true),
          ]),
      );
    },
  };
}

function padded(row: Line, columns: number, isRight: boolean): Line {
  const missing = columns - lineWidth(row);
  return isRight && missing > 0 ? [seg(" ".repeat(missing)), ...row] : fitLine(row, columns);
}

/** The unit with a margin before each of its rows. */
export function indentedUnit(unit: Unit, indent: number): Unit {
  if (indent === 0) return unit;
  const margin = seg(" ".repeat(indent));
  return {
    text: unit.text,
    rows: (marks) => unit.rows(marks).map((row): Line => (row.length === 0 ? row : [margin, ...row])),
  };
}

/** Text of one tone, line by line. */
export function textUnits(text: string, tone: Tone, indent: number, columns: number): readonly Unit[] {
  const prefix: Line = indent === 0 ? EMPTY : [seg(" ".repeat(indent))];
  return cleanLines(text).map((row) => lineUnit(row === "" ? EMPTY : [seg(row, tone)], columns, { prefix }));
}

/** The rows of units in which nothing is looked for. */
export function unitRows(units: readonly Unit[]): readonly Line[] {
  return units.flatMap((unit) => unit.rows(NONE));
}
