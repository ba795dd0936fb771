import { EMPTY, type Line } from "../draw/line.ts";
import { type Mark, type Marks, NO_MARKS, startBefore } from "../draw/marks.ts";
import type { Unit } from "./unit.ts";

/** A branch by the name it has in what a person opened and closed. */
export interface Fold {
  readonly path: string;
  readonly isOpen: boolean;
}

/** A laid-out part of a text: rows of any number, of which only those that are looked at are drawn. */
export interface Section {
  readonly rows: number;
  /** Has branches that fold, so that a cursor goes from row to row. */
  readonly hasFolds: boolean;
  /** All it says, what is folded away too. Places count its UTF-16 units. */
  readonly text: string;
  line(at: number, marks?: Marks): Line;
  /** The branch that this row opens or closes. */
  fold(at: number): Fold | undefined;
  /** The row where a place is; of what is folded away, the row that it is folded into. */
  rowOf(place: number): number;
  /** The closed branches that hide a place, outermost first. */
  closedAt(place: number): readonly string[];
}

/** Shows in which row a place is drawn. */
export function rowOfPlace(rows: (marks: readonly Mark[]) => readonly Line[], place: number): number {
  const found = rows([{ from: place, to: place + 1, isCurrent: true }])
    .findIndex((row) => row.some((part) => part.ground === "current"));
  return Math.max(0, found);
}

/** Units one below the other. */
export function unitSection(units: readonly Unit[]): Section {
  const laid = units.map((unit) => unit.rows([]));
  const { starts, total } = sums(laid.map((rows) => rows.length));
  const places = sums(units.map((unit) => unit.text.length + 1)).starts;
  let text: string | undefined;
  let shown: { readonly marks: Marks; readonly rows: Map<number, readonly Line[]> } | undefined;
  const rowsOf = (at: number, marks: Marks): readonly Line[] => {
    const unit = units[at]!;
    const start = places[at]!;
    const found = marks === NO_MARKS ? [] : marks.within(start, start + unit.text.length);
    if (found.length === 0) return laid[at]!;
    if (shown?.marks !== marks) shown = { marks, rows: new Map() };
    const rows = shown.rows.get(at) ?? unit.rows(found);
    shown.rows.set(at, rows);
    return rows;
  };
  return {
    rows: total,
    hasFolds: false,
    get text() {
      return text ??= units.map((unit) => unit.text).join("\n");
    },
    line: (row, marks = NO_MARKS) => {
      const at = startBefore(starts, row);
      return units.length === 0 ? EMPTY : rowsOf(at, marks)[row - starts[at]!] ?? EMPTY;
    },
    fold: () => undefined,
    rowOf: (place) => {
      const at = startBefore(places, place);
      if (units.length === 0) return 0;
      if (laid[at]!.length === 1) return starts[at]!;
      return starts[at]! + rowOfPlace((marks) => units[at]!.rows(marks), place - places[at]!);
    },
    closedAt: () => [],
  };
}

/** Sections one below the other as one. */
export function groupSection(sections: readonly Section[]): Section {
  const { starts, total } = sums(sections.map((section) => section.rows));
  let joined: { readonly text: string; readonly places: readonly number[] } | undefined;
  const whole = () => {
    if (!joined) {
      const texts = sections.map((section) => section.text);
      joined = { text: texts.join("\n"), places: sums(texts.map((it) => it.length + 1)).starts };
    }
    return joined;
  };
  /** Empty sections have no row: the last one that begins there has. */
  const at = (row: number) => startBefore(starts, row);
  const holding = (place: number) => startBefore(whole().places, place);
  return {
    rows: total,
    hasFolds: sections.some((section) => section.hasFolds),
    get text() {
      return whole().text;
    },
    line: (row, marks = NO_MARKS) => {
      const index = at(row);
      const inner = marks === NO_MARKS ? marks : marks.from(whole().places[index] ?? 0);
      return sections[index]?.line(row - starts[index]!, inner) ?? EMPTY;
    },
    fold: (row) => {
      const index = at(row);
      return sections[index]?.fold(row - starts[index]!);
    },
    rowOf: (place) => {
      const index = holding(place);
      return sections.length === 0
        ? 0
        : starts[index]! + sections[index]!.rowOf(place - whole().places[index]!);
    },
    closedAt: (place) => {
      const index = holding(place);
      return sections[index]?.closedAt(place - whole().places[index]!) ?? [];
    },
  };
}

export interface FoldHead {
  /** What a search sees of it. */
  readonly title: string;
  /** The row with the title; what was found in that stands out. */
  draw(marks: readonly Mark[]): Line;
}

/** A heading under which a section is folded away or not. */
export function foldSection(fold: Fold, head: FoldHead, lay: () => Section): Section {
  // What is folded away is laid out when somebody looks for something.
  let laid: Section | undefined;
  const inner = () => laid ??= lay();
  const { title } = head;
  const under = title.length + 1;
  return {
    rows: 1 + (fold.isOpen ? inner().rows : 0),
    hasFolds: true,
    get text() {
      return `${title}\n${inner().text}`;
    },
    line: (at, marks = NO_MARKS) =>
      at === 0 ? head.draw(marks.within(0, title.length)) : inner().line(at - 1, marks.from(under)),
    fold: (at) => (at === 0 ? fold : inner().fold(at - 1)),
    rowOf: (place) => (place < under || !fold.isOpen ? 0 : 1 + inner().rowOf(place - under)),
    closedAt: (place) =>
      place < under ? [] : [...(fold.isOpen ? [] : [fold.path]), ...inner().closedAt(place - under)],
  };
}

/** Where each begins when they follow one another, and what they come to. */
export function sums(
  lengths: readonly number[],
): { readonly starts: readonly number[]; readonly total: number } {
  let total = 0;
  const starts = lengths.map((length) => {
    const start = total;
    total += length;
    return start;
  });
  return { starts, total };
}
