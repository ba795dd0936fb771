import { dirname, resolve } from "node:path";
import { AgentOpError, ownProgram, tryParseJson } from "../core/mod.ts";
import { MEMORY } from "../store/mod.ts";
import type { ProcessEnvironment } from "./config.ts";
import type { SqlAnswer, SqlRequest, SqlValue } from "./sql_reader.ts";

/** A query may take this long; starting the process counts. */
export const QUERY_MS_MAX = 5_000;
const ORPHAN_GRACE_MS = 2_000;
const ANSWER_MAX_BYTES = 32 * 1024 * 1024;
/** The heap of the reader: rows as values, then as one text. */
const HEAP_MAX_MB = 512;

const QUERY_MAX_CHARS = 100_000;

export type SqlRows = Exclude<SqlAnswer, { readonly error: string }>;

/** The rows as objects, by column. */
export function rowObjects({ columns, rows }: SqlRows): readonly Readonly<Record<string, SqlValue>>[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])));
}

/**
 * Runs one query in a reader process, which can read the store and nothing else and is killed when time is up: a running query
 * cannot be stopped in any other way. Throws `AgentOpError`.
 */
export async function querySql(
  options: {
    readonly storePath: string;
    readonly home: string;
    /** All variables of the reader process. */
    readonly environment: ProcessEnvironment;
    readonly query: string;
    readonly maxRows: number;
  },
): Promise<SqlRows> {
  const path = resolve(options.storePath);
  const child = new Deno.Command(Deno.execPath(), {
    args: readerArguments(path, options.home),
    cwd: dirname(path),
    clearEnv: true,
    env: { ...options.environment },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const request: SqlRequest = {
    path,
    query: options.query,
    maxRows: options.maxRows,
    maxBytes: ANSWER_MAX_BYTES,
    timeoutMs: QUERY_MS_MAX + ORPHAN_GRACE_MS,
  };
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, QUERY_MS_MAX);
  try {
    const [output] = await Promise.all([child.output(), send(child.stdin, JSON.stringify(request))]);
    if (isLate) fail(`it ran longer than ${QUERY_MS_MAX / 1000} s`, "a narrower query, or LIMIT");
    const answer = tryParseJson(new TextDecoder().decode(output.stdout)) as SqlAnswer | undefined;
    if (!answer) {
      fail(`the reader process ended with code ${output.code}`, "a query with fewer or smaller rows");
    }
    if ("error" in answer) fail(answer.error, remedyFor(answer.error));
    return answer;
  } finally {
    clearTimeout(timer);
  }
}

/** Throws `AgentOpError` for what is pointless to ask. */
export function checkQuery(query: string, storePath: string): void {
  const problem = query.trim() === ""
    ? "it is empty"
    : query.includes("\0")
    ? "it is not text"
    : query.length > QUERY_MAX_CHARS
    ? `it is longer than ${QUERY_MAX_CHARS} characters`
    : undefined;
  if (problem !== undefined) fail(problem, 'agentop sql "select * from runs limit 5"');
  if (storePath === MEMORY) fail("the store is in memory", "a store in a file");
}

function readerArguments(path: string, home: string): string[] {
  const flags = [
    `--v8-flags=--max-old-space-size=${HEAP_MAX_MB}`,
    "--allow-read=.", // where it starts: a permission cannot name a path with a comma in it
  ];
  return ownProgram(flags, ["--store", path, "--home", home, "sql", "--reader"]);
}

/** A reader that ended without reading breaks the pipe; how it ended says more than that error. */
async function send(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stdin.getWriter();
  await writer.write(new TextEncoder().encode(text)).then(() => writer.close()).catch(() => {});
}

function remedyFor(error: string): string {
  if (/^no such (table|column)/.test(error)) return 'agentop sql "select name, sql from sqlite_schema"';
  if (/^(only reading|cannot modify)/.test(error)) return "one SELECT";
  if (/more than one/.test(error)) return "one query at a time";
  if (/out of memory|too big/.test(error)) return "fewer or smaller values";
  return "the tables runs, spans, messages, tool_calls, memory_snapshots, diffs, evaluations, experiments, experiment_results";
}

function fail(reason: string, remedy: string): never {
  throw new AgentOpError(`Cannot run the query: ${reason}`, { remedy });
}
