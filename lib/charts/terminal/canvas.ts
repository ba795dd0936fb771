import { BRAILLE, brailleBit, brailleChar } from "../../present/mod.ts";
import type { Line, Segment, Tone } from "./text_chart.ts";

/** Braille dots in colours: a cell has the colour that most of its dots have. */
export class Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly #cells: (Map<Tone, number> | undefined)[];

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#cells = Array.from({ length: columns * rows }, () => undefined);
  }

  /** Dots across and down. */
  get width(): number {
    return this.columns * BRAILLE.across;
  }

  get height(): number {
    return this.rows * BRAILLE.down;
  }

  /** A dot; `y` counts from below. What lies outside is left out. */
  dot(x: number, y: number, tone: Tone): void {
    const down = this.height - 1 - y;
    if (x < 0 || y < 0 || x >= this.width || down < 0) return;
    const at = Math.floor(down / BRAILLE.down) * this.columns + Math.floor(x / BRAILLE.across);
    const cell = this.#cells[at] ??= new Map();
    const bit = brailleBit(x, down);
    for (const [other, bits] of cell) if (other !== tone) cell.set(other, bits & ~bit);
    cell.set(tone, (cell.get(tone) ?? 0) | bit);
  }

  /** A straight line between two dots (Bresenham). */
  line(x0: number, y0: number, x1: number, y1: number, tone: Tone): void {
    const [dx, dy] = [Math.abs(x1 - x0), -Math.abs(y1 - y0)];
    const [sx, sy] = [x0 < x1 ? 1 : -1, y0 < y1 ? 1 : -1];
    let [x, y, error] = [x0, y0, dx + dy];
    for (let left = dx - dy; left >= 0; left--) {
      this.dot(x, y, tone);
      const twice = 2 * error;
      if (twice >= dy) [error, x] = [error + dy, x + sx];
      if (twice <= dx) [error, y] = [error + dx, y + sy];
    }
  }

  /** The rows from the top. */
  lines(): readonly Line[] {
    return Array.from({ length: this.rows }, (_, row) => {
      const out: Segment[] = [];
      for (let column = 0; column < this.columns; column++) {
        const { char, tone } = cellOf(this.#cells[row * this.columns + column]);
        const last = out.at(-1);
        if (last && (last.tone === tone || char === " ")) {
          out[out.length - 1] = { text: last.text + char, tone: last.tone };
        } else out.push({ text: char, tone });
      }
      return out;
    });
  }
}

function cellOf(cell: Map<Tone, number> | undefined): { readonly char: string; readonly tone: Tone } {
  let [all, best, most]: [number, Tone, number] = [0, "plain", 0];
  for (const [tone, bits] of cell ?? []) {
    all |= bits;
    const count = bitCount(bits);
    if (count > most) [best, most] = [tone, count];
  }
  return { char: brailleChar(all), tone: best };
}

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left > 0; left &= left - 1) count++;
  return count;
}
