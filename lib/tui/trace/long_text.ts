import { cleanLines, cut } from "../terminal/text.ts";
import { EMPTY, type Line, seg } from "../draw/line.ts";
import type { Tone } from "../draw/theme.ts";

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
  #lower: string | undefined;

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

  line(at: number, tone: Tone, indent: number): Line {
    const start = this.#starts[at];
    if (start === undefined || at >= this.#rows) return EMPTY;
    const next = at + 1 < this.#rows ? this.#starts[at + 1]! : this.text.length;
    const raw = this.text.slice(start, Math.min(next, start + this.#chunk)).replace(/\n[\s\S]*$/, "");
    const piece = cut(cleanLines(raw)[0] ?? "", this.columns);
    return piece === "" ? EMPTY : [seg(" ".repeat(indent) + piece, tone)];
  }

  /** The nearest row from `from` on (backwards with step -1) where `needle`, in lower case, begins. */
  find(needle: string, from: number, step: 1 | -1): number | undefined {
    this.#lower ??= this.text.toLowerCase();
    const text = this.#lower.length === this.text.length ? this.#lower : this.text;
    if (from < 0 || from >= this.#rows) return undefined;
    const end = from + 1 < this.#rows ? this.#starts[from + 1]! - 1 : text.length;
    const at = step > 0 ? text.indexOf(needle, this.#starts[from]!) : text.lastIndexOf(needle, end);
    return at < 0 ? undefined : this.#rowOf(at);
  }

  #rowOf(position: number): number {
    let [low, high] = [0, this.#rows - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
