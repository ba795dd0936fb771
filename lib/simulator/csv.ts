import { CsvError, type Options, parse } from "csv-parse/sync";
import { isObject, tryParseJson } from "../core/mod.ts";

export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const MAX_ROWS = 20_000;
const MAX_COLUMNS = 256;
/** Around a table may stand anything: lines of any number of fields, and quotes in the middle of words. */
const CSV_OPTIONS: Options = {
  bom: true,
  record_delimiter: ["\n", "\r\n"],
  relax_column_count: true,
  relax_quotes: true,
  to: MAX_ROWS + 1,
};

/**
 * Finds the table in what a tool returned: the first line with two or more fields that is followed by one with as many.
 * The table ends at the first line with another number of fields, so notes around it do no harm. A JSON object counts
 * through its longest text. `undefined` when there is no table.
 */
export function findCsv(text: string): CsvTable | undefined {
  const records = readRecords(unwrap(text));
  for (let start = 0; start + 1 < records.length; start++) {
    const columns = records[start]!;
    if (columns.length < 2 || columns.length > MAX_COLUMNS || records[start + 1]!.length !== columns.length) {
      continue;
    }
    const rest = records.slice(start + 1);
    const end = rest.findIndex((record) => record.length !== columns.length);
    const rows = end < 0 ? rest : rest.slice(0, end);
    return { columns: columns.map((name) => name.trim()), rows };
  }
  return undefined;
}

function unwrap(text: string): string {
  if (!/^\s*\{/.test(text)) return text;
  const value = tryParseJson(text);
  if (!isObject(value)) return text;
  const texts = Object.values(value).filter((field) => typeof field === "string");
  return texts.sort((a, b) => b.length - a.length)[0] ?? text;
}

/** RFC 4180 records: quotes may hold commas, line feeds and doubled quotes. A quote that never ends reaches to the end. */
function readRecords(text: string): readonly (readonly string[])[] {
  try {
    return parse(text, CSV_OPTIONS);
  } catch (error) {
    if (!(error instanceof CsvError) || error.code !== "CSV_QUOTE_NOT_CLOSED") throw error;
    return parse(`${text}"`, CSV_OPTIONS);
  }
}

/** The values of a column. Throws `RangeError` naming the columns there are. */
export function columnOf(table: CsvTable, name: string): readonly string[] {
  const index = table.columns.findIndex((column) => column.toLowerCase() === name.trim().toLowerCase());
  if (index < 0) throw new RangeError(`no column "${name}" among ${table.columns.join(", ")}`);
  return table.rows.map((row) => row[index]!.trim());
}

/** A decimal number without rounding: `units` / 10^`decimals`. */
export interface Decimal {
  readonly units: bigint;
  readonly decimals: number;
}

/** Throws `RangeError` for text that is not a plain decimal number. */
export function parseDecimal(text: string): Decimal {
  const match = /^([+-]?)[$€£]?(\d{1,30})(?:\.(\d{1,12}))?$/.exec(text.trim());
  if (!match) throw new RangeError(`"${text.slice(0, 40)}" is not a number`);
  const fraction = match[3] ?? "";
  return { units: BigInt(`${match[1] === "-" ? "-" : ""}${match[2]}${fraction}`), decimals: fraction.length };
}

export function addDecimals(values: readonly Decimal[]): Decimal {
  const decimals = Math.max(0, ...values.map((value) => value.decimals));
  const units = values.reduce((sum, value) => sum + scale(value, decimals), 0n);
  return { units, decimals };
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  const decimals = Math.max(a.decimals, b.decimals);
  const difference = scale(a, decimals) - scale(b, decimals);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function formatDecimal(value: Decimal): string {
  const digits = (value.units < 0n ? -value.units : value.units).toString().padStart(value.decimals + 1, "0");
  const whole = digits.slice(0, digits.length - value.decimals);
  const fraction = digits.slice(digits.length - value.decimals);
  return `${value.units < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

function scale(value: Decimal, decimals: number): bigint {
  return value.units * 10n ** BigInt(decimals - value.decimals);
}
