import { type CellValue, type Column, type Columns, oneLine, type Row, shortRunId } from "../../core/mod.ts";
import { duration, grouped, isoTime, money } from "../../present/mod.ts";
import { type Content, type Markup, markup } from "./markup.ts";
import { htmlTable } from "./page.ts";

const TEXT_MAX_CHARS = 160;
const RUN_ID = /^[0-9a-f-]{36}$/;

/** Rows of any table, ready to be shown. */
export interface TableParts {
  readonly caption: string;
  readonly columns: Columns;
  /** Those that are shown, in order. */
  readonly names: readonly string[];
  readonly rows: readonly Row[];
  readonly foot?: readonly Content[];
}

/** Rows as a table: numbers to the right, ids of runs as links to where the run is shown, if it is. */
export function rowsTable({ caption, columns, names, rows, foot }: TableParts): Markup {
  return htmlTable(
    caption,
    names.map((name) => ({ title: columnTitle(name, columns[name]!), ...alignOf(columns[name]!) })),
    rows.map((row) => names.map((name) => shownCell(name, row[name]!, columns[name]!))),
    foot ? { foot } : {},
  );
}

/** Whether a cell names a run. */
export function isRunId(name: string, value: CellValue): value is string {
  return typeof value === "string" && /^(?:forkedFrom|\w*[rR]unId|run_id)$/.test(name) && RUN_ID.test(value);
}

function shownCell(name: string, value: CellValue, column: Column): Content {
  if (isRunId(name, value)) return markup`<a href="#run-${value}"><code>${shortRunId(value)}</code></a>`;
  if (name === "status" && typeof value === "string") return markup`<span class="${value}">${value}</span>`;
  return oneLine(cellText(value, column), TEXT_MAX_CHARS);
}

/** A column's heading: its name in words, and its unit where values do not show it. */
export function columnTitle(name: string, { unit }: Column): string {
  const words = name.replace(/(?:Ms|Usd)$/, "").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return unit === "tokens" && !words.includes("token") ? `${words} (${unit})` : words;
}

function alignOf({ type }: Column): { readonly align?: "number" } {
  return type === "integer" || type === "number" ? { align: "number" } : {};
}

/** A value as people read it; unknown ones are `–`. */
export function cellText(value: CellValue, { type, unit }: Column): string {
  if (value === null) return "–";
  if (value instanceof Date) return isoTime(value.getTime() * 1000).slice(0, 19).replace("T", " ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  const sign = value < 0 ? "-" : "";
  if (unit === "USD") return sign + money(Math.abs(value));
  if (unit === "ms") return sign + duration(Math.abs(value));
  return type === "integer" ? grouped(value) : String(Number(value.toPrecision(6)));
}
