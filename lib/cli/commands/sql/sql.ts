import { Option } from "@commander-js/extra-typings";
import { AgentOpError, escapeText } from "../../../core/mod.ts";
import { csvText, grouped, plural } from "../../../present/mod.ts";
import { type Context, writeAll } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { numberFlag } from "../../frame/number.ts";
import { lookOf } from "../../output/look.ts";
import { readStdin } from "../../process/read_text.ts";
import { formatRows } from "./rows_text.ts";

const ROWS_DEFAULT = 1_000;
const ROWS_MAX = 100_000;
const QUERY_MAX_BYTES = 400_000;

interface SqlOptions {
  readonly csv?: true | undefined;
  readonly limit: number;
}

export const sql: CliCommand = {
  register(program, withContext) {
    program.command("sql")
      .description("run one read-only SQL query on the store (tables: runs, spans, messages, tool_calls, …)")
      .argument("[query]", "the query (default: stdin)")
      .option("--csv", "print comma-separated values (RFC 4180)")
      .option(
        "--limit <n>",
        "rows at most",
        numberFlag("--limit", { min: 1, max: ROWS_MAX, isWhole: true }, 20),
        ROWS_DEFAULT,
      )
      .addOption(new Option("--reader").hideHelp())
      .addHelpText(
        "after",
        '\nExamples:\n  agentop sql "select agent_id, count(*) as runs, sum(known_cost) as usd from runs group by 1"' +
          '\n  agentop sql --csv "select * from tool_calls where is_error" > errors.csv',
      )
      .action(async (query, options) => {
        if (options.reader) return await read();
        await withContext((context) => runQuery(context, query, options));
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
  const query = given ??
    (Deno.stdin.isTerminal() ? "" : await readStdin("the query", { maxBytes: QUERY_MAX_BYTES }));
  const result = await context.app.sql(query, { maxRows: options.limit });
  if (context.json) {
    const { rowObjects } = await import("../../../app/mod.ts");
    context.printJson(rowObjects(result));
  } else if (options.csv) {
    const text = csvText(result.columns, result.rows);
    writeAll(Deno.stdout, context.stdoutIsTerminal ? escapeText(text, { multiline: true }) : text);
  } else {
    context.print(formatRows(result, lookOf(context)));
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
