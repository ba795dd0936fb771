import type { Line, Segment } from "./line.ts";

/** A stretch that was found, in UTF-16 units of the text at hand. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly isCurrent: boolean;
}

/** Places of a text in their order, from each start to its end. */
export interface Places {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** What was found in a text, as seen from one of its parts. */
export class Marks {
  readonly #places: Places;
  readonly #current: number;
  readonly #base: number;
  readonly #inner = new Map<number, Marks>();

  /** `current`: which of the places the person is at. */
  constructor(places: Places, current = -1, base = 0) {
    [this.#places, this.#current, this.#base] = [places, current, base];
  }

  /** The same for a part that begins at `offset`; always the same object. */
  from(offset: number): Marks {
    if (offset === 0) return this;
    const known = this.#inner.get(offset) ?? new Marks(this.#places, this.#current, this.#base + offset);
    this.#inner.set(offset, known);
    return known;
  }

  /** What of them is in a part of the text; places count from where it begins. */
  within(from: number, to: number): readonly Mark[] {
    const [start, end] = [this.#base + from, this.#base + to];
    const { starts, ends } = this.#places;
    const marks: Mark[] = [];
    for (let at = firstOver(ends, start); at < starts.length && starts[at]! < end; at++) {
      marks.push({
        from: Math.max(0, starts[at]! - start),
        to: Math.min(to - from, ends[at]! - start),
        isCurrent: at === this.#current,
      });
    }
    return marks;
  }
}

export const NO_MARKS = new Marks({ starts: [], ends: [] });

/** The index of the first of `values`, which rise, that is greater than `limit`. */
export function firstOver(values: ArrayLike<number>, limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The index of the last of `starts`, which rise from 0, that is not after `place`. */
export function startBefore(starts: ArrayLike<number>, place: number): number {
  return Math.max(0, firstOver(starts, place) - 1);
}

/** The row with what was found in it on another ground; places count along the whole row. */
export function marked(row: Line, marks: readonly Mark[]): Line {
  if (marks.length === 0) return row;
  const parts: Segment[] = [];
  let at = 0;
  let next = 0;
  for (const part of row) {
    const end = at + part.text.length;
    let from = at;
    while (next < marks.length && marks[next]!.from < end) {
      const mark = marks[next]!;
      const [start, stop] = [Math.max(from, mark.from), Math.min(end, mark.to)];
      if (start > from) parts.push({ ...part, text: part.text.slice(from - at, start - at) });
      if (stop > start) {
        const ground = mark.isCurrent ? "current" : "found";
        parts.push({ ...part, text: part.text.slice(start - at, stop - at), ground });
      }
      from = Math.max(from, stop);
      if (mark.to > end) break;
      next++;
    }
    if (from < end) parts.push({ ...part, text: part.text.slice(from - at) });
    at = end;
  }
  return parts;
}
