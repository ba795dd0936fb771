import { cleanLines, cut, width } from "../terminal/text.ts";
import { EMPTY, type Line, seg, type Segment } from "../draw/line.ts";
import type { Tone } from "../draw/theme.ts";
import { type Mark, type Marks, NO_MARKS, startBefore } from "../draw/marks.ts";

const ROWS_MAX = 5_000_000;

/**
 * A text of any length as rows that are cut out when they are asked for: only where rows begin is worked out, one pass over
 * the text, and a text that grew goes on where it was. Rows break at the column, not at blanks.
 */
export class LongText {
  readonly text: string;
  readonly columns: number;
  readonly #chunk: number;
  #starts: Uint32Array;
  #rows = 0;

  constructor(text: string, columns: number, before?: LongText) {
    [this.text, this.columns] = [text, Math.max(2, columns)];
    const isPlain = /^[\x20-\x7e\n]*$/.test(text);
    // Wide characters take two columns.
    this.#chunk = isPlain ? this.columns : Math.max(1, Math.floor(this.columns / 2));
    const goesOn = before !== undefined && before.columns === this.columns && before.#chunk === this.#chunk &&
      before.#rows > 0 && text.startsWith(before.text);
    this.#starts = goesOn ? before.#starts : new Uint32Array(1024);
    this.#rows = goesOn ? before.#rows - 1 : 0;
    this.#index(goesOn ? before.#starts[before.#rows - 1]! : 0);
  }

  #index(from: number): void {
    const { text } = this;
    for (let at = from; at <= text.length && this.#rows < ROWS_MAX;) {
      const feed = text.indexOf("\n", at);
      const end = feed < 0 ? text.length : feed;
      let start = at;
      do {
        this.#push(start);
        start += this.#chunk;
      } while (start < end && this.#rows < ROWS_MAX);
      at = end + 1;
    }
  }

  #push(start: number): void {
    if (this.#rows === this.#starts.length) {
      const more = new Uint32Array(this.#starts.length * 2);
      more.set(this.#starts);
      this.#starts = more;
    }
    this.#starts[this.#rows++] = start;
  }

  get rows(): number {
    return this.#rows;
  }

  line(at: number, tone: Tone, indent: number, marks: Marks = NO_MARKS): Line {
    const start = this.#starts[at];
    if (start === undefined || at >= this.#rows) return EMPTY;
    const next = at + 1 < this.#rows ? this.#starts[at + 1]! : this.text.length;
    const raw = this.text.slice(start, Math.min(next, start + this.#chunk)).replace(/\n[\s\S]*$/, "");
    const found = marks === NO_MARKS ? [] : marks.within(start, start + raw.length);
    const pieces = piecesOf(raw, found, tone, this.columns);
    return pieces.length === 0 ? EMPTY : indent === 0 ? pieces : [seg(" ".repeat(indent), tone), ...pieces];
  }

  /** The row that holds a place of the text. */
  rowOf(place: number): number {
    return startBefore(this.#starts.subarray(0, this.#rows), place);
  }
}

/** The row as it may be shown: each stretch is cleaned for itself, so that places keep their meaning. */
function piecesOf(raw: string, marks: readonly Mark[], tone: Tone, columns: number): Line {
  const pieces: Segment[] = [];
  let room = columns;
  const add = (from: number, to: number, ground?: "found" | "current") => {
    const text = cut(cleanLines(raw.slice(from, to))[0] ?? "", room);
    if (text === "" || room <= 0) return;
    room -= width(text);
    pieces.push(ground ? { text, tone, ground } : seg(text, tone));
  };
  let at = 0;
  for (const mark of marks) {
    add(at, mark.from);
    add(mark.from, mark.to, mark.isCurrent ? "current" : "found");
    at = mark.to;
  }
  add(at, raw.length);
  return pieces;
}
