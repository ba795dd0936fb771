import { tryParseJson } from "../core/mod.ts";
import {
  addDecimals,
  columnOf,
  compareDecimals,
  type CsvTable,
  type Decimal,
  findCsv,
  formatDecimal,
  parseDecimal,
} from "./csv.ts";
import { linearPattern } from "./pattern.ts";

/** A filter: text in, text out. Throws `RangeError` when the text has nothing for it. */
export interface TemplateFilter {
  readonly argument: "none" | "optional" | "required";
  apply(text: string, argument: string): string;
}

const MAX_SUBJECT = 200_000;

const plain = (apply: (text: string) => string): TemplateFilter => ({ argument: "none", apply });
const csv = (apply: (table: CsvTable, argument: string) => string, argument: TemplateFilter["argument"]) => ({
  argument,
  apply: (text: string, value: string) => apply(tableOf(text), value),
});
const column = (apply: (values: readonly Decimal[]) => string) =>
  csv((table, name) => apply(numbersOf(table, name)), "required");

/** By the name used in `{{source | filter:argument}}`. */
export const TEMPLATE_FILTERS: ReadonlyMap<string, TemplateFilter> = new Map<string, TemplateFilter>([
  ["trim", plain((text) => text.trim())],
  ["upper", plain((text) => text.toUpperCase())],
  ["lower", plain((text) => text.toLowerCase())],
  ["oneLine", plain((text) => text.replace(/\s+/g, " ").trim())],
  ["lines", plain((text) => String(text.split("\n").filter((line) => line.trim() !== "").length))],
  ["words", plain((text) => String(text.match(/\S+/g)?.length ?? 0))],
  ["number", plain(lastNumber)],
  ["thousands", plain((text) => text.replace(/\d+(?:\.\d+)?/, groupDigits))],
  ["fixed", { argument: "required", apply: fixed }],
  ["quote", plain((text) => JSON.stringify(text).slice(1, -1))],
  ["first", { argument: "required", apply: (text, count) => firstCharacters(text, Number(count)) }],
  ["match", { argument: "required", apply: matchOf }],
  ["json", { argument: "optional", apply: jsonAt }],
  ["csv.count", csv((table) => String(table.rows.length), "none")],
  ["csv.columns", csv((table) => table.columns.join(", "), "none")],
  ["csv.sum", column((values) => formatDecimal(addDecimals(values)))],
  ["csv.min", column((values) => formatDecimal(values.toSorted(compareDecimals)[0]!))],
  ["csv.max", column((values) => formatDecimal(values.toSorted(compareDecimals).at(-1)!))],
  [
    "csv.mean",
    column((values) =>
      String(Math.round(Number(formatDecimal(addDecimals(values))) / values.length * 100) / 100)
    ),
  ],
  ["csv.terms", column((values) => values.map(formatDecimal).join(" + ").replaceAll("+ -", "- "))],
  ["csv.distinct", csv((table, name) => [...new Set(columnOf(table, name))].join(", "), "required")],
  ["csv.top", csv(topLabel, "required")],
]);

function tableOf(text: string): CsvTable {
  const table = findCsv(text);
  if (!table) throw new RangeError("the text holds no CSV table");
  return table;
}

function numbersOf(table: CsvTable, name: string): readonly Decimal[] {
  const values = columnOf(table, name).filter((value) => value !== "").map(parseDecimal);
  if (values.length === 0) throw new RangeError(`column "${name}" is empty`);
  return values;
}

/** `csv.top:region:revenue`: the label with the largest total; the first of equals. */
function topLabel(table: CsvTable, argument: string): string {
  const [label, value] = argument.split(":");
  if (!label || !value) throw new RangeError(`csv.top needs "label:value", got "${argument}"`);
  const labels = columnOf(table, label);
  const totals = new Map<string, Decimal>();
  for (const [i, text] of columnOf(table, value).entries()) {
    const sum = totals.get(labels[i]!);
    totals.set(labels[i]!, addDecimals(sum ? [sum, parseDecimal(text)] : [parseDecimal(text)]));
  }
  const best = [...totals].reduce((a, b) => (compareDecimals(b[1], a[1]) > 0 ? b : a));
  return best[0];
}

function lastNumber(text: string): string {
  const numbers = text.slice(-MAX_SUBJECT).match(/-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?/gi);
  if (!numbers) throw new RangeError("the text holds no number");
  return numbers.at(-1)!.replaceAll(",", "");
}

function fixed(text: string, places: string): string {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) {
    throw new RangeError(`"${text.slice(0, 40)}" is not a number`);
  }
  if (!/^\d{1,2}$/.test(places)) throw new RangeError(`fixed needs a number of places, got "${places}"`);
  return number.toFixed(Number(places));
}

function groupDigits(number: string): string {
  const [whole, fraction] = number.split(".");
  const grouped = whole!.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function firstCharacters(text: string, count: number): string {
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(`first needs a whole number, got "${count}"`);
  }
  return [...text.slice(0, count * 2)].slice(0, count).join("");
}

function matchOf(text: string, pattern: string): string {
  const matcher = linearPattern(pattern)?.matcher(text.slice(0, MAX_SUBJECT));
  if (!matcher?.find()) throw new RangeError(`nothing matches ${pattern}`);
  return (matcher.groupCount() > 0 ? matcher.group(1) : null) ?? matcher.group(0) ?? "";
}

/** The value at a path like `rows.0.name`; text as it is, everything else as JSON. Own properties only. */
export function jsonAt(text: string, path: string): string {
  let value = tryParseJson(text);
  if (value === undefined) throw new RangeError("the text is not JSON");
  for (const key of path.split(".").filter((part) => part !== "")) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) {
      throw new RangeError(`nothing at "${path}"`);
    }
    value = Reflect.get(value, key);
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
