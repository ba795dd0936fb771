import type { Table as ArrowTable } from "apache-arrow";
import { type CellValue, type Column, type Columns, type Row, shortRunId } from "../../core/mod.ts";
import { cell, csvText, grouped, plural, table as textTable } from "../../present/mod.ts";
import { type Displayed, displayed, type MediaBundle } from "./display.ts";

const ROWS_SHOWN_MAX = 50;
const COLUMNS_SHOWN_MAX = 14;
const PLAIN_COLUMNS = 120;
const INFERRED_FROM_ROWS = 1_000;

/** Rows as a plain array, with what columns they have, a way out to other programs, and a look in notebooks. */
export type Table<R extends Row = Row> = readonly R[] & TableExtras & Displayed;

/** What a table has besides its rows. None of it is listed among its properties. */
export interface TableExtras {
  /** Its columns: type, unit and meaning of each, by name. */
  readonly columns: Columns;
  /**
   * The rows as an Apache Arrow table, for Polars, DuckDB, Observable and others: whole numbers as 64 bits, times as UTC
   * timestamps in ms, unknown values as null. Units and meanings are metadata of the fields.
   */
  toArrow(): Promise<ArrowTable>;
  /** The same as the bytes of an Arrow file (Feather 2), to write to disk. */
  toArrowFile(): Promise<Uint8Array>;
  /** The rows as comma-separated values (RFC 4180). */
  toCSV(): string;
}

/** How a table is shown. */
export interface TableLook {
  /** What the rows are, in a few words. */
  readonly caption?: string;
  /** Columns that are shown, in order. @default those that say something, at most 14 */
  readonly show?: readonly string[];
  /** What is said below the rows, before how many there are. */
  readonly note?: string;
  /** What is said in place of a table without rows. */
  readonly empty?: string;
  /** Shows it in place of a table. */
  readonly bundle?: () => Promise<MediaBundle>;
}

/**
 * Any rows as a table: shown in a notebook with numbers to the right, and with `toArrow()`.
 *
 * @param rows Flat objects with the same keys.
 * @param columns Their columns; without them they are read off the rows.
 */
export function tableOf<R extends Row>(
  rows: readonly R[],
  columns: Columns = inferred(rows),
  look: TableLook = {},
): Table<R> {
  const array = [...rows];
  const extras: TableExtras = {
    columns,
    toArrow: async () => (await arrowOf()).arrowTable(columns, array),
    toArrowFile: async () => {
      const { arrowFile, arrowTable } = await arrowOf();
      return arrowFile(arrowTable(columns, array));
    },
    toCSV: () => {
      const names = Object.keys(columns);
      return csvText(names, array.map((row) => names.map((name) => row[name] ?? null)));
    },
  };
  for (const [name, value] of Object.entries(extras)) {
    Object.defineProperty(array, name, { value, enumerable: false });
  }
  return displayed(array, look.bundle ?? (() => bundleOf(array, columns, look))) as unknown as Table<R>;
}

async function arrowOf() {
  const { loadArrow } = await import("../../exporters/mod.ts");
  return await loadArrow();
}

/** Reads types off values; what is always unknown is text. */
function inferred(rows: readonly Row[]): Columns {
  const columns: Record<string, Column> = {};
  for (const row of rows.slice(0, INFERRED_FROM_ROWS)) {
    for (const [name, value] of Object.entries(row)) {
      const before = columns[name];
      const type = typeOf(value);
      if (type === undefined) continue;
      const isWider = before?.type === "integer" && type === "number";
      if (!before || isWider) columns[name] = { type, about: "", nullable: true };
    }
    for (const name of Object.keys(row)) columns[name] ??= { type: "text", about: "", nullable: true };
  }
  return columns;
}

function typeOf(value: CellValue | undefined): Column["type"] | undefined {
  if (value === null || value === undefined) return undefined;
  if (value instanceof Date) return "time";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value === "boolean" ? "boolean" : "text";
}

// ---------------------------------------------------------------------------------------------- shown

async function bundleOf(rows: readonly Row[], columns: Columns, look: TableLook): Promise<MediaBundle> {
  const { loadHtml } = await import("../../exporters/mod.ts");
  const { noteHtml, tableHtml } = await loadHtml();
  const { caption = "rows", empty = "There are no rows." } = look;
  if (rows.length === 0) {
    const said = look.note === undefined ? empty : `${empty} ${look.note}.`;
    return { "text/html": noteHtml(said), "text/plain": cell(said) };
  }
  const names = shownColumns(rows, columns, look);
  const shown = rows.slice(0, ROWS_SHOWN_MAX);
  const hidden = Object.keys(columns).length - names.length;
  const note = [
    ...(look.note === undefined ? [] : [look.note]),
    rows.length > shown.length
      ? `${grouped(shown.length)} of ${plural(rows.length, "row")}`
      : plural(rows.length, "row"),
    ...(hidden > 0 ? [`${plural(hidden, "more column")} not shown`] : []),
  ].join(", ");
  const plain = await plainTable(shown, columns, names);
  return {
    "text/html": tableHtml({ caption, columns, names, rows: shown, note }),
    "text/plain": `${plain}\n${cell(note)}`,
  };
}

/** Rows as a terminal shows them. */
export async function plainTable(
  rows: readonly Row[],
  columns: Columns,
  names: readonly string[],
): Promise<string> {
  const { loadHtml } = await import("../../exporters/mod.ts");
  const { cellText, columnTitle, isRunId } = await loadHtml();
  const textOf = (name: string, value: CellValue) =>
    isRunId(name, value) ? shortRunId(value) : cell(cellText(value, columns[name]!));
  return textTable(
    names.map((name, index) => ({
      title: cell(columnTitle(name, columns[name]!)).toUpperCase(),
      min: 6,
      max: 36,
      drop: index,
      ...(isNumber(columns[name]!) ? { align: "right" as const } : {}),
    })),
    rows.map((row) => names.map((name) => textOf(name, row[name] ?? null))),
    { columns: PLAIN_COLUMNS, tableColumns: PLAIN_COLUMNS, paint: (_, text) => text },
  );
}

function isNumber({ type }: Column): boolean {
  return type === "integer" || type === "number";
}

/** Columns that hold anything, and not the same nothing in every row. */
function shownColumns(rows: readonly Row[], columns: Columns, { show }: TableLook): readonly string[] {
  const some = Object.keys(columns).filter((name) => rows.some((row) => (row[name] ?? null) !== null));
  if (!show) return some.slice(0, COLUMNS_SHOWN_MAX);
  const wanted = show.filter((name) => some.includes(name));
  return wanted.length > 0 ? wanted : some.slice(0, COLUMNS_SHOWN_MAX);
}
