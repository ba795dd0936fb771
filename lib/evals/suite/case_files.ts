import { AgentOpError, isObject, messageOf, nearest, oneLine, tryParseJson } from "../../core/mod.ts";
import { readTextFile } from "../../schema/mod.ts";

const FILE_MAX_BYTES = 200_000_000;
const ROWS_MAX = 100_000;
const COLUMNS_MAX = 1000;

/** A row of a file of cases. */
export interface CaseRow {
  /** In the file, from 1. */
  readonly line: number;
  readonly columns: Readonly<Record<string, unknown>>;
}

/** Rows of a `.jsonl` or `.csv` file, the first `limit` of them. Throws an `AgentOpError` of one line with file and line. */
export async function readCaseFile(path: string, limit = ROWS_MAX + 1): Promise<readonly CaseRow[]> {
  const kind = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
  const read = KINDS[kind];
  if (!read) {
    const known = Object.keys(KINDS);
    throw new AgentOpError(`Cannot load ${path}: its name does not say what it is`, {
      remedy: `.${nearest(kind, known) ?? known.join(", .")}`,
    });
  }
  const text = await readTextFile(path, { maxBytes: FILE_MAX_BYTES, ifMissing: "a path beside the suite" });
  const rows = await read(path, text, Math.min(limit, ROWS_MAX + 1));
  if (rows.length > ROWS_MAX) {
    throw new AgentOpError(`Cannot load ${path}: it has more than ${ROWS_MAX} cases`, {
      remedy: "limit: 1000",
    });
  }
  return rows;
}

type ReadRows = (
  path: string,
  text: string,
  limit: number,
) => readonly CaseRow[] | Promise<readonly CaseRow[]>;

const KINDS: Readonly<Record<string, ReadRows>> = {
  jsonl: readJsonLines,
  ndjson: readJsonLines,
  csv: readCsv,
};

function readJsonLines(path: string, text: string, limit: number): readonly CaseRow[] {
  const rows: CaseRow[] = [];
  let line = 0;
  for (const json of text.split("\n")) {
    line++;
    if (json.trim() === "") continue;
    if (rows.length === limit) break;
    const columns = tryParseJson(json);
    if (!isObject(columns)) {
      throw new AgentOpError(
        `Cannot load ${path}:${line}: it is no JSON object: got "${oneLine(json, 60)}"`,
        {
          remedy: '{"id": "a", "prompt": "…"}, one a line',
        },
      );
    }
    rows.push({ line, columns });
  }
  return rows;
}

async function readCsv(path: string, text: string, limit: number): Promise<readonly CaseRow[]> {
  const { CsvError, parse } = await import("csv-parse/sync");
  let records: readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
  try {
    records = parse(text, {
      bom: true,
      info: true,
      skip_empty_lines: true,
      to: limit + 1,
      relax_quotes: true,
    }) as unknown as typeof records;
  } catch (error) {
    const line = error instanceof CsvError && typeof error["lines"] === "number" ? `:${error["lines"]}` : "";
    throw new AgentOpError(`Cannot load ${path}${line}: ${oneLine(messageOf(error), 200)}`, {
      remedy: "as many fields in each line as in the first",
    });
  }
  const names = (records[0]?.record ?? []).map((name) => name.trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined || names.length > COLUMNS_MAX || names.includes("")) {
    const why = twice !== undefined && twice !== ""
      ? `two columns are called "${oneLine(twice, 40)}"`
      : names.length > COLUMNS_MAX
      ? `it has more than ${COLUMNS_MAX} columns`
      : "a column has no name";
    throw new AgentOpError(`Cannot load ${path}:1: ${why}`, { remedy: "id,prompt,want in the first line" });
  }
  return records.slice(1).map(({ record, info }) => ({
    line: info.lines,
    columns: Object.fromEntries(names.map((name, index) => [name, record[index] ?? ""])),
  }));
}
