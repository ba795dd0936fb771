import { plain, slice, width } from "./text.ts";

const DOUBLE_CLICK_MS_MAX = 500;
/** Paths and names with dashes are one word. */
const WORD = /[\p{L}\p{M}\p{N}_'./-]+/gu;
// deno-lint-ignore no-control-regex
const STYLE_OR_TEXT = /\x1b\[[0-9;]*m|[^\x1b]+|\x1b/g;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Cells from `from` up to, not including, the column of `to`, in reading order. */
interface Range {
  readonly from: Point;
  readonly to: Point;
}

/** What the mouse marks on the screen, as terminals do by themselves when no program asks for the mouse. */
export class Selection {
  #pressed: Point | undefined;
  #start: Range | undefined;
  #range: Range | undefined;
  #unit: "cell" | "word" | "line" = "cell";
  #last: { readonly atMs: number; readonly word: Range; readonly count: number } | undefined;

  /** The second press on a word marks it, the third its row. */
  press(at: Point, rows: readonly string[], atMs: number): void {
    const word = wordAt(at, rows);
    const again = word !== undefined && this.#last !== undefined && sameStart(word, this.#last.word) &&
      atMs - this.#last.atMs <= DOUBLE_CLICK_MS_MAX;
    const count = again ? this.#last!.count % 3 + 1 : 1;
    this.#last = word && { atMs, word, count };
    this.#unit = count === 2 ? "word" : count === 3 ? "line" : "cell";
    this.#pressed = at;
    this.#start = this.#unit === "cell" ? undefined : this.#unitAt(at, rows);
    this.#range = this.#start;
  }

  /** True when something is to be seen of it. */
  drag(to: Point, rows: readonly string[]): boolean {
    if (!this.#pressed) return false;
    this.#last = undefined;
    const [a, b] = [this.#start ?? this.#unitAt(this.#pressed, rows), this.#unitAt(to, rows)];
    this.#range = isBefore(b.from, a.from) ? { from: b.from, to: a.to } : { from: a.from, to: b.to };
    return true;
  }

  /** `click` when nothing was marked; otherwise the text that was. */
  release(rows: readonly string[]): { readonly click: true } | { readonly text: string } | undefined {
    if (!this.#pressed) return undefined;
    this.#pressed = undefined;
    if (!this.#range) return { click: true };
    const text = rows.flatMap((row, y) => {
      const cells = cellsOf(this.#range!, y);
      if (!cells) return [];
      const shown = plain(row);
      const to = Math.min(cells.to, width(shown));
      return [to > cells.from ? slice(shown, cells.from, to - cells.from).trimEnd() : ""];
    }).join("\n");
    return { text };
  }

  /** True when something was marked. */
  clear(): boolean {
    const was = this.#range !== undefined;
    this.#pressed = this.#start = this.#range = undefined;
    return was;
  }

  /** The rows with the marked cells inverted. */
  shownOn(rows: readonly string[]): readonly string[] {
    const range = this.#range;
    if (!range) return rows;
    return rows.map((row, y) => {
      const cells = cellsOf(range, y);
      return cells ? inverted(row, cells.from, cells.to) : row;
    });
  }

  #unitAt(at: Point, rows: readonly string[]): Range {
    const word = this.#unit === "word" ? wordAt(at, rows) : undefined;
    if (word) return word;
    return this.#unit === "line"
      ? { from: { x: 0, y: at.y }, to: { x: Infinity, y: at.y } }
      : { from: at, to: { x: at.x + 1, y: at.y } };
  }
}

function wordAt({ x, y }: Point, rows: readonly string[]): Range | undefined {
  const text = plain(rows[y] ?? "");
  for (const match of text.matchAll(WORD)) {
    const from = width(text.slice(0, match.index));
    const to = from + width(match[0]);
    if (from <= x && x < to) return { from: { x: from, y }, to: { x: to, y } };
  }
  return undefined;
}

function sameStart(a: Range, b: Range): boolean {
  return a.from.x === b.from.x && a.from.y === b.from.y;
}

function isBefore(a: Point, b: Point): boolean {
  return a.y < b.y || (a.y === b.y && a.x < b.x);
}

function cellsOf({ from, to }: Range, y: number): { from: number; to: number } | undefined {
  if (y < from.y || y > to.y) return undefined;
  return { from: y === from.y ? from.x : 0, to: y === to.y ? to.x : Infinity };
}

function inverted(row: string, from: number, to: number): string {
  let result = "";
  let at = 0;
  for (const [part] of row.matchAll(STYLE_OR_TEXT)) {
    if (part.startsWith("\x1b")) {
      result += part;
      continue;
    }
    const wide = width(part);
    const [start, end] = [Math.max(0, from - at), Math.min(wide, to - at)];
    at += wide;
    result += start < end
      ? `${slice(part, 0, start)}\x1b[7m${slice(part, start, end - start)}\x1b[27m${slice(part, end, wide)}`
      : part;
  }
  return result;
}
