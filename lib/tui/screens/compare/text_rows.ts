import type { TextPiece } from "../../../analysis/mod.ts";
import type { Glyphs } from "../../draw/glyphs.ts";
import { EMPTY, fitLine, type Line, seg, type Segment } from "../../draw/line.ts";
import { wrapLine } from "../../draw/styled.ts";
import type { Tone } from "../../draw/theme.ts";
import { cleanLines } from "../../terminal/text.ts";

const GUTTER = 2;

/** Rows of the two sides that belong next to each other. */
interface Block {
  readonly left: readonly Line[];
  readonly right: readonly Line[];
  readonly isEqual: boolean;
}

/** One side of a block while it is put together: lines of segments. */
class Side {
  #lines: Segment[][] = [[]];
  readonly #op: "removed" | "added";

  constructor(op: "removed" | "added") {
    this.#op = op;
  }

  add(pieces: readonly string[], isChanged: boolean): void {
    const tone: Tone = !isChanged ? "text" : this.#op === "removed" ? "error" : "ok";
    pieces.forEach((text, index) => {
      if (index > 0) this.#lines.push([]);
      // The ground is an underline where there is no colour.
      if (text !== "") {
        this.#lines.at(-1)!.push(isChanged ? { text, tone, ground: "marked" } : seg(text, tone));
      } // An empty line that came or went must be seen as well.
      else if (isChanged && index > 0 && index < pieces.length - 1) this.#lines.at(-1)!.push(seg("", tone));
    });
  }

  /** The lines so far; begins anew. */
  take(columns: number): readonly Line[] {
    const sign = this.#op === "removed" ? "-" : "+";
    const tone: Tone = this.#op === "removed" ? "error" : "ok";
    const room = Math.max(1, columns - GUTTER);
    const lines = this.#lines.flatMap((row): readonly Line[] => {
      const changed = row.some((part) => part.tone === tone);
      return wrapLine(row, room).map((part) => [seg(changed ? `${sign} ` : "  ", tone), ...part]);
    });
    this.#lines = [[]];
    return lines;
  }
}

/** Both texts with their words marked: beside each other in `columns`, or one below the other. */
export function wordRows(
  pieces: readonly TextPiece[],
  columns: number,
  sides: boolean,
  glyphs: Glyphs,
): readonly Line[] {
  const half = sides ? halfOf(columns) : columns;
  const blocks = blocksOf(pieces, half);
  // One below the other, what both have is said once.
  if (!sides) return blocks.flatMap(({ left, right, isEqual }) => isEqual ? left : [...left, ...right]);
  return blocks.flatMap(({ left, right }) => besideRows(left, right, columns, glyphs));
}

export function halfOf(columns: number): number {
  return Math.max(4, Math.floor((columns - 3) / 2));
}

/** Two lists of rows next to each other with a rule between. */
export function besideRows(
  left: readonly Line[],
  right: readonly Line[],
  columns: number,
  glyphs: Glyphs,
): readonly Line[] {
  const half = halfOf(columns);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at): Line => [
    ...fitLine(left[at] ?? EMPTY, half),
    seg(` ${glyphs.box.vertical} `, "border"),
    ...fitLine(right[at] ?? EMPTY, half),
  ]);
}

/** A block ends with a line break that both texts have: from there on they are level again. */
function blocksOf(pieces: readonly TextPiece[], columns: number): readonly Block[] {
  const left = new Side("removed");
  const right = new Side("added");
  const blocks: Block[] = [];
  let isEqual = true;
  const end = () => {
    blocks.push({ left: left.take(columns), right: right.take(columns), isEqual });
    isEqual = true;
  };
  for (const { op, text } of pieces) {
    const lines = cleanLines(text);
    if (op !== "same") isEqual = false;
    if (op === "removed") left.add(lines, true);
    else if (op === "added") right.add(lines, true);
    else {
      lines.forEach((row, index) => {
        if (index > 0) end();
        left.add([row], false);
        right.add([row], false);
      });
    }
  }
  end();
  return blocks;
}
