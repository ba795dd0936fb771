import type { DatabaseSync, StatementSync } from "node:sqlite";
import { messageOf } from "../core/mod.ts";
import { openReadOnly } from "../store/mod.ts";

/** What the parent sends on stdin, as one JSON document. */
export interface SqlRequest {
  readonly path: string;
  readonly query: string;
  readonly maxRows: number;
  readonly maxBytes: number;
  /** The reader ends itself after this time, should its parent have died. */
  readonly timeoutMs: number;
}

/** A value of a query: bytes are hex digits, integers beyond 2^53 text. */
export type SqlValue = string | number | null;

/** What the reader prints. Bytes are hex digits; integers beyond 2^53 are text. */
export type SqlAnswer =
  | { readonly error: string }
  | {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly SqlValue[])[];
    /** A limit was reached before the end. */
    readonly more: boolean;
  };

const REQUEST_MAX_BYTES = 1_000_000;

/** The body of the reader process: one request in, one answer out. */
export async function runSqlReader(): Promise<SqlAnswer> {
  const request = await readRequest();
  startWatchdog(request.timeoutMs);
  return await answerSql(request);
}

/** Runs the query here and now; nothing but the end of the process stops it. Never throws. */
export async function answerSql(request: Omit<SqlRequest, "timeoutMs">): Promise<SqlAnswer> {
  try {
    return await readRows(request);
  } catch (error) {
    const message = messageOf(error);
    const isRefusal = /not authorized|readonly|query_only|prohibited|cannot modify/i.test(message);
    return { error: isRefusal ? `only reading is allowed: ${message}` : message };
  }
}

async function readRequest(): Promise<SqlRequest> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of Deno.stdin.readable) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > REQUEST_MAX_BYTES) break;
  }
  return JSON.parse(await new Blob(chunks).text()) as SqlRequest;
}

/** A thread of its own: a running query gives this one no turn. A process may always signal itself. */
function startWatchdog(timeoutMs: number): void {
  // Not an import statement: the bundle would write it anew, in this text too.
  const program = `const { default: process } = await import("node:process");
    setTimeout(() => process.kill(process.pid, "SIGKILL"), ${Math.ceil(timeoutMs)});`;
  new Worker(`data:application/javascript,${encodeURIComponent(program)}`, { type: "module" });
}

async function readRows(
  { path, query, maxRows, maxBytes }: Omit<SqlRequest, "timeoutMs">,
): Promise<SqlAnswer> {
  using sqlite = await openReadOnly(path);
  const statement = sqlite.prepare(query);
  const rest = query.slice(statement.sourceSQL.length).replace(/--.*|\/\*[^]*?\*\/|[\s;]/g, "");
  if (rest !== "") return { error: "it is more than one statement" };
  // BEGIN, VACUUM and the like pass the authorizer; like everything that is not a query, they have no columns.
  const names = statement.columns().map((column) => String(column.name));
  if (names.length === 0) return { error: "only reading is allowed: it is not a query" };
  const first = readUpTo(rowsOf(statement).iterate(), maxRows, maxBytes);
  if (first.more && first.rows.length === 0) return { columns: distinct(names), ...first };
  const whole = rowsOf(wholeTexts(sqlite, statement.sourceSQL, names.length, maxBytes) ?? statement);
  const { rows, more } = readUpTo(first.more ? whole.iterate() : whole.all(), maxRows, maxBytes);
  return { columns: distinct(names), rows, more };
}

/** A statement whose rows are arrays. */
interface RowSource {
  iterate(): Iterable<readonly unknown[]>;
  all(): readonly (readonly unknown[])[];
}

function rowsOf(statement: StatementSync): RowSource {
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  return statement as unknown as RowSource;
}

/**
 * `iterate` ends silently where a row after the first fails, and `all` throws but has no bound. So the rows are first counted by
 * the one; when it seems to have reached the end, the result is small, and the other is asked for it.
 */
function readUpTo(
  source: Iterable<readonly unknown[]>,
  maxRows: number,
  maxBytes: number,
): { rows: readonly (readonly SqlValue[])[]; more: boolean } {
  const rows: SqlValue[][] = [];
  let bytes = 0;
  for (const raw of source) {
    const row = raw.map(valueOf);
    bytes += row.reduce<number>((sum, it) => sum + (typeof it === "string" ? it.length : 8) + 4, 0);
    if (rows.length >= maxRows || bytes > maxBytes) return { rows, more: true };
    rows.push(row);
  }
  return { rows, more: false };
}

/** No text that is stored begins with it. */
const MARK = crypto.randomUUID();

/**
 * The same query with texts that hold a NUL as `MARK` and hex digits: read as they are they would end there. `undefined` for what
 * is no part of another query, like a pragma.
 */
function wholeTexts(
  sqlite: DatabaseSync,
  query: string,
  columns: number,
  maxBytes: number,
): StatementSync | undefined {
  const names = Array.from({ length: columns }, (_, index) => `c${index}`);
  const whole = names.map((it) =>
    // Where no NUL can be is known at once; one text too long for the answer is not looked through.
    `case when typeof(${it}) = 'text' and octet_length(${it}) between length(${it}) + 1 and ${
      Math.ceil(maxBytes)
    } ` +
    `and instr(${it}, char(0)) > 0 then '${MARK}' || hex(${it}) else ${it} end`
  );
  const inner = query.trimEnd().replace(/;$/, "");
  try {
    return sqlite.prepare(
      // The limit and the condition keep the engine from putting the query's expressions in place of each column, to be computed
      // once more wherever it stands.
      `with whole(${names.join(", ")}) as (select * from (${inner}\n) limit -1) ` +
        `select ${whole.join(", ")} from whole where true`,
    );
  } catch {
    return undefined;
  }
}

function valueOf(value: unknown): SqlValue {
  if (typeof value === "string" && value.startsWith(MARK)) {
    return new TextDecoder().decode(Uint8Array.fromHex(value.slice(MARK.length)));
  }
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
      ? Number(value)
      : String(value);
  }
  return value instanceof Uint8Array ? value.toHex() : String(value);
}

/** A name that comes again gets a number, so that no column of an object is lost. */
function distinct(names: readonly string[]): readonly string[] {
  const used = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let count = 1; used.has(unique); count++) unique = `${name}:${count}`;
    used.add(unique);
    return unique;
  });
}
