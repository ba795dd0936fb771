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
import type { Column, Columns, Row } from "../../core/mod.ts";

const BITS = 8;
const TEXT_BYTES_MIN = 1 << 16;

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
  const { length } = rows;
  const present = new Uint8Array(bitBytes(length));
  let nullCount = 0;
  const isThere = (index: number) => {
    if (rows[index]![name] === null) return void nullCount++;
    present[index >> 3]! |= 1 << (index % BITS);
    return true;
  };
  const made = { length, nullBitmap: present };
  switch (type) {
    case "text": {
      const { valueOffsets, data } = textData(rows, name, isThere);
      return makeData({ type: new Utf8(), ...made, nullCount, valueOffsets, data });
    }
    case "integer":
    case "time": {
      const data = new BigInt64Array(length);
      // Halves of 32 bits: a big integer each would take ten times as long.
      const halves = new Int32Array(data.buffer);
      for (let i = 0; i < length; i++) {
        if (!isThere(i)) continue;
        const value = Math.round(Number(rows[i]![name]));
        halves[2 * i] = value;
        halves[2 * i + 1] = Math.floor(value / 2 ** 32);
      }
      return type === "time"
        ? makeData({ type: new TimestampMillisecond("UTC"), ...made, nullCount, data })
        : makeData({ type: new Int64(), ...made, nullCount, data });
    }
    case "number": {
      const data = new Float64Array(length);
      for (let i = 0; i < length; i++) if (isThere(i)) data[i] = rows[i]![name] as number;
      return makeData({ type: new Float64(), ...made, nullCount, data });
    }
    case "boolean": {
      const data = new Uint8Array(bitBytes(length));
      for (let i = 0; i < length; i++) if (isThere(i) && rows[i]![name]) data[i >> 3]! |= 1 << (i % BITS);
      return makeData({ type: new Bool(), ...made, nullCount, data });
    }
  }
}

function bitBytes(length: number): number {
  return Math.ceil(length / BITS);
}

/** All texts of a column one after the other. */
function textData(rows: readonly Row[], name: string, isThere: (index: number) => true | void) {
  const encoder = new TextEncoder();
  const valueOffsets = new Int32Array(rows.length + 1);
  let data = new Uint8Array(TEXT_BYTES_MIN);
  let used = 0;
  for (let i = 0; i < rows.length; i++) {
    if (isThere(i)) {
      const text = rows[i]![name] as string;
      const needed = used + text.length * 3; // UTF-8 takes at most three bytes for a UTF-16 unit
      if (needed > data.length) {
        const larger = new Uint8Array(Math.max(needed, data.length * 2));
        larger.set(data.subarray(0, used));
        data = larger;
      }
      used += encoder.encodeInto(text, data.subarray(used)).written;
    }
    valueOffsets[i + 1] = used;
  }
  return { valueOffsets, data: data.subarray(0, used) };
}

/** The bytes of an Arrow file (Feather 2). */
export function arrowFile(table: Table): Uint8Array {
  return tableToIPC(table, "file");
}
