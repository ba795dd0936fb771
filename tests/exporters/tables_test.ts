import { tableFromIPC } from "apache-arrow";
import assert from "node:assert/strict";
import { parquetReadObjects } from "hyparquet";
import type { Columns, Row, TableExporter } from "../../lib/core/mod.ts";
import { csv, jsonl, loadArrow, parquet } from "../../lib/exporters/mod.ts";

const COLUMNS: Columns = {
  name: { type: "text", about: "a name" },
  note: { type: "text", about: "a note", nullable: true },
  count: { type: "integer", about: "how many", unit: "tokens", nullable: true },
  cost: { type: "number", about: "what it cost", unit: "USD", nullable: true },
  known: { type: "boolean", about: "whether" },
  at: { type: "time", about: "when", nullable: true },
};
const ROWS: readonly Row[] = [
  {
    name: 'a "b", c',
    note: "two\nlines",
    count: 2 ** 40 + 3,
    cost: 0.1,
    known: true,
    at: new Date(1_700_000_000_123),
  },
  { name: "é 漢 🙂", note: null, count: null, cost: null, known: false, at: null },
  { name: "", note: "", count: -5, cost: -1e-9, known: true, at: new Date(-86_400_000) },
];

async function written(exporter: TableExporter, rows: readonly Row[] = ROWS): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  async function* batches() {
    for (const row of rows) yield await Promise.resolve([row]);
  }
  await exporter.write(COLUMNS, batches(), (piece) => Promise.resolve(void pieces.push(piece.slice())));
  return new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

const text = async (exporter: TableExporter, rows?: readonly Row[]) =>
  new TextDecoder().decode(await written(exporter, rows));

Deno.test("csv and jsonl write what the rows hold, null as nothing and as null", async () => {
  assert.equal(
    await text(csv),
    "name,note,count,cost,known,at\r\n" +
      '"a ""b"", c","two\nlines",1099511627779,0.1,true,2023-11-14T22:13:20.123Z\r\n' +
      "é 漢 🙂,,,,false,\r\n" +
      ",,-5,-1e-9,true,1969-12-31T00:00:00.000Z\r\n",
  );
  const lines = (await text(jsonl)).trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines, JSON.parse(JSON.stringify(ROWS)));
  assert.equal(await text(csv, []), "name,note,count,cost,known,at\r\n");
  assert.equal(await text(jsonl, []), "");
});

Deno.test("parquet keeps types, nulls, whole numbers of 64 bits and what columns mean", async () => {
  const file = (await written(parquet)).buffer as ArrayBuffer;
  const rows = await parquetReadObjects({ file });
  assert.deepEqual(
    rows.map((row) => ({ ...row, count: row["count"] === null ? null : Number(row["count"]) })),
    ROWS.map((row) => ({ ...row })),
  );
  assert.equal(typeof rows[0]!["count"], "bigint");
  assert(new TextDecoder().decode(file).includes("what it cost"));
  assert.deepEqual(
    await parquetReadObjects({ file: (await written(parquet, [])).buffer as ArrayBuffer }),
    [],
  );
});

Deno.test("arrowTable() keeps types, nulls and whole numbers of 64 bits, and survives a file", async () => {
  const { arrowFile, arrowTable } = await loadArrow();
  const table = tableFromIPC(arrowFile(arrowTable(COLUMNS, ROWS)));
  assert.deepEqual(table.schema.fields.map((it) => `${it.name} ${it.type}${it.nullable ? "?" : ""}`), [
    "name Utf8",
    "note Utf8?",
    "count Int64?",
    "cost Float64?",
    "known Bool",
    "at Timestamp<MILLISECOND, UTC>?",
  ]);
  assert.equal(table.schema.fields[3]!.metadata.get("unit"), "USD");
  for (const [index, row] of ROWS.entries()) {
    const got = table.get(index)!;
    for (const name of Object.keys(COLUMNS)) {
      const value = got[name];
      const expected = row[name];
      if (expected instanceof Date) assert.equal(Number(value), expected.getTime());
      else if (name === "count" && expected !== null) assert.equal(value, BigInt(expected as number));
      else assert.equal(value, expected, name);
    }
  }
  assert.equal(arrowTable(COLUMNS, []).numRows, 0);
  // What is no text of its own becomes a replacement character, never a broken file.
  assert.equal(arrowTable(COLUMNS, [{ ...ROWS[1]!, name: "\ud800x" }]).get(0)!["name"], "\ufffdx");
});
