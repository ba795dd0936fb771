import { basename, dirname } from "node:path";
import { z } from "zod";
import { NO_PERMISSIONS, type ToolResult, tryParseJson } from "../core/mod.ts";
import { plural } from "../present/mod.ts";
import { countSetting, defineFactory, folderSetting, secondsSetting } from "./factory.ts";
import { defineTool } from "./define_tool.ts";
import { type DenoChildOutcome, runDenoChild } from "./deno_child.ts";
import { findInside, requireFile, resolveRoot } from "./path_guard.ts";
import { SQLITE_PROGRAM } from "./sqlite_program.ts";
import { ToolFailure } from "./tool_failure.ts";

const MEMORY_MB = 128;
const MAX_SQL_LENGTH = 20_000;
const MAX_ROWS = 10_000;
/** SQLite makes the index of a write-ahead log in a file: 32 kB for each 4,096 pages. */
const FILE_BLOCKS = 131_072;

export const sqliteQuery = defineFactory({
  name: "sqlite_query",
  description: "Runs read-only SQL on one SQLite file.",
  permissions: "reads the SQLite file `path` in a child process that can read only its folder",
  configSchema: z.strictObject({
    path: folderSetting("the SQLite file"),
    maxRows: countSetting(1, MAX_ROWS, 200, "of one answer"),
    timeoutSeconds: secondsSetting(60, 5, "of one query"),
  }),
  example: "- sqlite_query: { path: ./data/sales.db }",
  create({ path, maxRows, timeoutSeconds }, deps) {
    // The folder: SQLite also needs the write-ahead log next to the file.
    const folder = dirname(resolveRoot("sqlite_query", "path", deps.baseDir, path));
    resolveRoot("sqlite_query", "path", folder, ".");
    const name = basename(path);
    return defineTool({
      name: "sqlite_query",
      description:
        `Run one read-only SQL statement (SQLite) on "${name}" and get the rows as tab-separated text, at most ` +
        `${maxRows}. Tables: select name, sql from sqlite_schema`,
      arguments: z.strictObject({
        sql: z.string().min(1).max(MAX_SQL_LENGTH).describe("One SELECT statement"),
      }),
      permissions: { ...NO_PERMISSIONS, read: [folder] },
      touches: [{ kind: "code", code: "sql", language: "sql" }],
      idempotent: true,
      summary: ({ sql }) => `${name}: ${sql}`,
      async execute({ sql }, { signal, maxOutputBytes }) {
        // Looked at before the child may: a link out of the folder, a device or a folder is refused here. The file is not
        // opened in this process, because closing it would drop the locks of a store that this process has open.
        const file = await findFile(folder, name);
        const outcome = await runDenoChild({
          denoPath: deps.denoPath,
          program: SQLITE_PROGRAM,
          input: { file, sql, maxRows, maxBytes: maxOutputBytes },
          readFolder: dirname(file),
          memoryMb: MEMORY_MB,
          timeoutMs: timeoutSeconds * 1000,
          fileBlocks: FILE_BLOCKS,
          maxOutputBytes: maxOutputBytes * 2 + 65_536, // JSON escapes; the program itself stops at maxBytes
          signal,
        });
        return toResult(outcome, timeoutSeconds);
      },
    });
  },
});

async function findFile(folder: string, name: string): Promise<string> {
  const file = await findInside(folder, name);
  requireFile(await Deno.lstat(file), name);
  return file;
}

function toResult(outcome: DenoChildOutcome, timeoutSeconds: number): ToolResult {
  const failures = {
    timeout: `it ran longer than ${timeoutSeconds} s. Try: a narrower query, or LIMIT`,
    memory: `it needed more than ${MEMORY_MB} MB. Try: fewer or smaller columns`,
    cpu: "it took too much processor time. Try: a narrower query, or LIMIT",
    output: "its output is too large. Try: fewer or smaller columns",
    exit: "the query process failed",
  } as const;
  const answer = outcome.endedBy === "exit" ? ANSWER.safeParse(tryParseJson(outcome.stdout)).data : undefined;
  if (!answer) throw new ToolFailure(`Cannot run the query: ${failures[outcome.endedBy]}.`);
  if ("error" in answer) throw new ToolFailure(`Cannot run the query: ${answer.error}.`);
  const more = answer.more
    ? `\n[... stopped after ${plural(answer.rows, "row")}: use LIMIT, OFFSET or aggregate]`
    : "";
  return {
    content: `${answer.text}${more || `\n[${plural(answer.rows, "row")}]`}`,
    attributes: { "db.response.returned_rows": answer.rows },
  };
}

/** What the child says. */
const ANSWER = z.union([
  z.object({ error: z.string() }),
  z.object({ text: z.string(), rows: z.int(), more: z.boolean() }),
]);
