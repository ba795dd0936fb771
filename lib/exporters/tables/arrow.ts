import {
  Bool,
  type Data,
  Field,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  TimestampMillisecond,
  Utf8,
} from "apache-arrow";
import type { CellValue, Column, Columns, Row } from "../../core/mod.ts";

const BITS = 8;
const TEXTS_AT_ONCE = 4_096;

/** Rows as an Arrow table: 64-bit integers, doubles, UTF-8, and timestamps in UTC; unit and meaning are metadata of each field. */
export function arrowTable(columns: Columns, rows: readonly Row[]): Table {
  const entries = Object.entries(columns);
  const fields = entries.map(([name, column]) =>
    new Field(
      name,
      typeOf(column),
      column.nullable === true,
      new Map([
        ["about", column.about],
        ...(column.unit === undefined ? [] : [["unit", column.unit] as const]),
      ]),
    )
  );
  const schema = new Schema(fields);
  const children = entries.map(([name, column]) => dataOf(name, column, rows));
  const data = makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children });
  return new Table(schema, [new RecordBatch(schema, data)]);
}

function typeOf({ type }: Column) {
  switch (type) {
    case "text":
      return new Utf8();
    case "integer":
      return new Int64();
    case "number":
      return new Float64();
    case "boolean":
      return new Bool();
    case "time":
      return new TimestampMillisecond("UTC");
  }
}

function dataOf(name: string, { type }: Column, rows: readonly Row[]): Data {
  const values = rows.map((row) => row[name] ?? null);
  const { length } = values;
  const nullBitmap = new Uint8Array(bitBytes(length));
  let nullCount = 0;
  for (let i = 0; i < length; i++) {
    if (values[i] === null) nullCount++;
    else nullBitmap[i >> 3]! |= 1 << (i % BITS);
  }
  const made = { length, nullBitmap, nullCount };
  switch (type) {
    case "text":
      return makeData({ type: new Utf8(), ...made, ...textData(values as readonly (string | null)[]) });
    case "integer":
      return makeData({ type: new Int64(), ...made, data: wholeNumbers(values) });
    case "time":
      return makeData({ type: new TimestampMillisecond("UTC"), ...made, data: wholeNumbers(values) });
    case "number":
      return makeData({ type: new Float64(), ...made, data: Float64Array.from(values, Number) });
    case "boolean": {
      const data = new Uint8Array(bitBytes(length));
      for (let i = 0; i < length; i++) if (values[i] === true) data[i >> 3]! |= 1 << (i % BITS);
      return makeData({ type: new Bool(), ...made, data });
    }
  }
}

function bitBytes(length: number): number {
  return Math.ceil(length / BITS);
}

/** Written as halves of 32 bits: a big integer each would take ten times as long. */
function wholeNumbers(values: readonly CellValue[]): BigInt64Array {
  const data = new BigInt64Array(values.length);
  const halves = new Int32Array(data.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null) continue;
    const whole = Math.round(Number(value));
    halves[2 * i] = whole;
    halves[2 * i + 1] = Math.floor(whole / 2 ** 32);
  }
  return data;
}

/** All texts of a column one after the other; encoded at once, a slice of them where some are longer in bytes than in characters. */
function textData(values: readonly (string | null)[]) {
  const encoder = new TextEncoder();
  const valueOffsets = new Int32Array(values.length + 1);
  const pieces: Uint8Array[] = [];
  let used = 0;
  for (let from = 0; from < values.length; from += TEXTS_AT_ONCE) {
    const slice = values.slice(from, from + TEXTS_AT_ONCE);
    const all = slice.join(""); // null adds nothing
    const bytes = encoder.encode(all);
    const isPlain = bytes.length === all.length;
    for (const [at, text] of slice.entries()) {
      used += text === null ? 0 : isPlain ? text.length : encoder.encode(text).length;
      valueOffsets[from + at + 1] = used;
    }
    // Halves of one character in two texts would become one when joined.
    pieces.push(isPlain ? bytes : encoder.encode(slice.map((text) => text?.toWellFormed() ?? "").join("")));
  }
  const data = new Uint8Array(used);
  let at = 0;
  for (const piece of pieces) {
    data.set(piece, at);
    at += piece.length;
  }
  return { valueOffsets, data };
}

/** The bytes of an Arrow file (Feather 2). */
export function arrowFile(table: Table): Uint8Array {
  return tableToIPC(table, "file");
}
