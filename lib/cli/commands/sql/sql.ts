import { Option } from "@commander-js/extra-typings";
import { AgentOpError, escapeText } from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import { type Context, writeAll } from "../../context.ts";
import { cell, cut, grouped, pad, plural, width } from "../../../present/mod.ts";
import { type Look, lookOf } from "../../output/look.ts";
import { type Column, table } from "../../output/table.ts";
import { wholeNumber } from "../../frame/run_filter.ts";
import type { SqlRows } from "../../../app/mod.ts";
import type { SqlValue } from "../../../app/mod.ts";

const ROWS_DEFAULT = 1_000;
const ROWS_MAX = 100_000;
const QUERY_MAX_CHARS = 100_000;
const CELL_COLUMNS_MAX = 60;
/** A table whose columns would all be narrower than this is shown as records. */
const CELL_COLUMNS_MIN = 10;

interface SqlOptions {
  readonly csv?: true | undefined;
  readonly limit: number;
}

export const sql: CliCommand = {
  register(program, act) {
    program.command("sql")
      .description("run one read-only SQL query on the store (tables: runs, spans, messages, tool_calls, …)")
      .argument("[query]", "the query (default: stdin)")
      .option("--csv", "print comma-separated values (RFC 4180)")
      .option("--limit <n>", "rows at most", wholeNumber("--limit", 1, ROWS_MAX), ROWS_DEFAULT)
      .addOption(new Option("--reader").hideHelp())
      .addHelpText(
        "after",
        '\nExamples:\n  agentop sql "select agent_id, count(*) as runs, sum(total_cost) as usd from runs group by 1"' +
          '\n  agentop sql --csv "select * from tool_calls where is_error" > errors.csv',
      )
      .action(async (query, options) => {
        if (options.reader) return await read();
        await act((context) => runQuery(context, query, options));
      });
  },
};

/** The process that `querySql` starts. It has no environment to make a context from. */
async function read(): Promise<void> {
  const { runSqlReader } = await import("../../../app/mod.ts");
  writeAll(Deno.stdout, JSON.stringify(await runSqlReader()));
}

async function runQuery(context: Context, given: string | undefined, options: SqlOptions): Promise<number> {
  if (context.json && options.csv) {
    throw new AgentOpError("Cannot print both: --json and --csv exclude each other", {
      remedy: "one of them",
    });
  }
  const query = given ?? await readStdin();
  if (query.trim() === "" || query.includes("\0") || query.length > QUERY_MAX_CHARS) {
    throw new AgentOpError(
      `Cannot run the query: it is ${
        query.trim() === ""
          ? "empty"
          : query.includes("\0")
          ? "not text"
          : `longer than ${QUERY_MAX_CHARS} characters`
      }`,
      { remedy: 'agentop sql "select * from runs limit 5"' },
    );
  }
  await context.app.store(); // made or migrated first; the reader cannot
  const { querySql } = await import("../../../app/mod.ts");
  const { storePath, home } = context.config;
  const result = await querySql({ storePath, home, query, maxRows: options.limit });
  if (context.json) {
    context.printJson(
      result.rows.map((row) => Object.fromEntries(result.columns.map((name, index) => [name, row[index]]))),
    );
  } else if (options.csv) {
    const text = csvOf(result);
    writeAll(Deno.stdout, context.stdoutIsTerminal ? escapeText(text, { multiline: true }) : text);
  } else {
    const look = lookOf(context);
    context.print(fitsTable(result, look) ? tableOf(result, look) : recordsOf(result, look));
  }
  if (result.more) context.note(`agentop: ${moreNote(result.rows.length)}`);
  return 0;
}

function moreNote(rows: number): string {
  return rows === 0
    ? "the first row is too large to show. Try: fewer columns, or substr()"
    : `stopped after ${plural(rows, "row")}: there are more. Try: --limit N (at most ${
      grouped(ROWS_MAX)
    }), or fewer columns`;
}

async function readStdin(): Promise<string> {
  if (Deno.stdin.isTerminal()) return "";
  let text = "";
  for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.length > QUERY_MAX_CHARS) break;
  }
  return text;
}

function csvOf({ columns, rows }: SqlRows): string {
  const field = (value: SqlValue) => {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
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
        look.paint(value === null ? "dim" : undefined, cut(text(value), look.columns - room - 2))
      }`
    );
    return [title, ...fields].join("\n");
  });
  return [...records, look.paint("dim", `(${plural(rows.length, "row")})`)].join("\n");
}
