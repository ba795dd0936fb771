import type { SqlRows, SqlValue } from "../../../app/mod.ts";
import { cell, type Column, cut, pad, plural, table, width } from "../../../present/mod.ts";
import type { Look } from "../../output/look.ts";

const CELL_COLUMNS_MAX = 60;
/** A table whose columns would all be narrower than this is shown as records. */
const CELL_COLUMNS_MIN = 10;

/** A table, or one record after the other where the columns would be too narrow to read. */
export function formatRows(rows: SqlRows, look: Look): string {
  return fitsTable(rows, look) ? tableOf(rows, look) : recordsOf(rows, look);
}

function fitsTable({ columns, rows }: SqlRows, look: Look): boolean {
  const least = columns.map((name, index) =>
    Math.min(
      CELL_COLUMNS_MIN,
      rows.reduce((most, row) => Math.max(most, width(text(row[index]!))), width(cell(name))),
    )
  );
  return least.reduce((sum, it) => sum + it + 2, -2) <= look.columns;
}

function text(value: SqlValue): string {
  if (value === null) return "null";
  // Sums of money carry binary noise in their last digits.
  return cell(String(typeof value === "number" ? Number(value.toPrecision(12)) : value));
}

function tableOf({ columns, rows }: SqlRows, look: Look): string {
  const layout = columns.map((name, index): Column => {
    const isNumeric = rows.some((row) => typeof row[index] === "number") &&
      rows.every((row) => row[index] === null || typeof row[index] === "number");
    return {
      title: cell(name),
      min: CELL_COLUMNS_MIN,
      max: Math.max(CELL_COLUMNS_MAX, columns.length === 1 ? look.columns : 0),
      align: isNumeric ? "right" : "left",
    };
  });
  const cells = rows.map((row) =>
    row.map((value) => ({ text: text(value), style: value === null ? "dim" as const : undefined }))
  );
  const counted = look.paint("dim", `(${plural(rows.length, "row")})`);
  return `${table(layout, cells, look)}\n${counted}`;
}

/** One column a line, for rows too wide to stand side by side. */
function recordsOf({ columns, rows }: SqlRows, look: Look): string {
  const names = columns.map(cell);
  const room = Math.min(30, names.reduce((most, name) => Math.max(most, width(name)), 0));
  const records = rows.map((row, index) => {
    const title = look.paint("dim", `── row ${index + 1} `.padEnd(Math.min(look.columns, 60), "─"));
    const fields = row.map((value, column) =>
      `${look.paint("cyan", pad(cut(names[column]!, room), room))}  ${
        look.paint(value === null ? "dim" : undefined, cut(text(value), look.tableColumns - room - 2))
      }`
    );
    return [title, ...fields].join("\n");
  });
  return [...records, look.paint("dim", `(${plural(rows.length, "row")})`)].join("\n");
}
