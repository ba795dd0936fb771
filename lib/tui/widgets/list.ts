import { fitLine, type Line, onGround, seg } from "../draw/line.ts";
import type { Glyphs } from "../draw/glyphs.ts";
import { clamp, keepInView, moved } from "../draw/scroll.ts";

/** Where a person is in a list. The selection is an item, not a row: it goes along when items come and go. */
export interface ListPlace {
  readonly selectedId: string | undefined;
  /** Row where the selection was last seen; it counts while no item has that id. */
  readonly index: number;
  /** First row in view. */
  readonly top: number;
}

/** In the first row, whatever that is. */
export const LIST_START: ListPlace = Object.freeze({ selectedId: undefined, index: 0, top: 0 });

/** The rows that a list has just now, and how many of them are in view at once. */
export interface ListRows {
  readonly total: number;
  readonly height: number;
  /** `undefined`: there is no such row, or what is in it is not known. */
  idAt(index: number): string | undefined;
  /** `undefined`: no row that is known has it. */
  indexOf(id: string): number | undefined;
}

/** What a motion key asks for: `down`, `half_up`, `bottom` …, with the count typed before it. */
export interface Motion {
  readonly action: string;
  readonly count?: number | undefined;
}

export function listRows<T>(items: readonly T[], idOf: (item: T) => string, height: number): ListRows {
  return {
    total: items.length,
    height,
    idAt: (index) => {
      const item = items[index];
      return item === undefined ? undefined : idOf(item);
    },
    indexOf: (id) => {
      const index = items.findIndex((item) => idOf(item) === id);
      return index < 0 ? undefined : index;
    },
  };
}

/** The row of the selection; the nearest to where it was when it is gone. */
export function selectedIndex(place: ListPlace, rows: ListRows): number {
  const found = place.selectedId === undefined ? undefined : rows.indexOf(place.selectedId);
  return found ?? clamp(place.index, 0, Math.max(0, rows.total - 1));
}

/** The item of the selection, where the height does not matter. */
export function selectedItem<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  place: ListPlace,
): T | undefined {
  return items[selectedIndex(place, listRows(items, idOf, 1))];
}

/** With row `index` selected and in view. */
export function withSelected<P extends ListPlace>(place: P, rows: ListRows, index: number): P {
  const wanted = clamp(index, 0, Math.max(0, rows.total - 1));
  const top = keepInView(place.top, wanted, rows.height, rows.total);
  return { ...place, selectedId: rows.idAt(wanted), index: wanted, top };
}

/** With the selection in view, after rows came and went or the list got another height; the same object when nothing changes. */
export function keptInView<P extends ListPlace>(place: P, rows: ListRows): P {
  const index = selectedIndex(place, rows);
  const top = keepInView(place.top, index, rows.height, rows.total);
  return index === place.index && top === place.top ? place : { ...place, index, top };
}

/** Where a motion leads; the same object when it is none, or there are no rows. */
export function afterMotion<P extends ListPlace>(place: P, rows: ListRows, { action, count }: Motion): P {
  const index = moved(action, selectedIndex(place, rows), count, rows.height, rows.total);
  return index === undefined || rows.total === 0 ? place : withSelected(place, rows, index);
}

/** What turning the wheel by so many lines asks for. */
export function wheelMotion(lines: number): Motion {
  return { action: lines > 0 ? "down" : "up", count: Math.abs(lines) };
}

/** The row of the list that is drawn `y` rows below its first one in view; `undefined` where there is none. */
export function rowAt(place: ListPlace, rows: ListRows, y: number): number | undefined {
  const index = place.top + y;
  return y >= 0 && y < rows.height && index < rows.total ? index : undefined;
}

export interface ListLook {
  /** First row in view, and how many are. */
  readonly top: number;
  readonly height: number;
  readonly columns: number;
  readonly glyphs: Glyphs;
  /** Absent: nothing is selected here. */
  readonly selected?: number | undefined;
  /** Keys go to this list. @default true */
  readonly focused?: boolean;
}

/** Before each row of a list. */
export const POINTER_COLUMNS = 2;

/** The rows in view, a pointer before the selected one. */
export function listLines<T>(
  items: readonly T[],
  look: ListLook,
  draw: (item: T, isSelected: boolean) => Line,
): readonly Line[] {
  const { top, height, columns, glyphs, selected, focused = true } = look;
  return items.slice(top, top + height).map((item, at): Line => {
    const isSelected = top + at === selected;
    const pointer = seg(isSelected ? `${glyphs.pointer} ` : "  ", "accent");
    const row = fitLine([pointer, ...draw(item, isSelected)], columns);
    return isSelected ? onGround(row, focused ? "selected" : "marked") : row;
  });
}
