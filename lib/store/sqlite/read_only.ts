import { DatabaseSync } from "node:sqlite";
import { toStoreError } from "./errors.ts";
import { MEMORY } from "./location.ts";
import { BUSY_TIMEOUT_MS, checkIdentity, userVersion } from "./open.ts";
import { showWholeViews } from "./views.ts";

/** What SQLite may take for a query that people typed. */
const HEAP_MAX_BYTES = 256 * 1024 * 1024;

/** Authorizer codes (sqlite.org/c3ref/c_alter_table.html). */
const ACTION = { pragma: 19, read: 20, select: 21, function: 31, recursive: 33 } as const;
const OK = 0;
const DENY = 1;

/** Pragmas that take an argument and still only read. */
const DESCRIBING = new Set([
  "table_info",
  "table_xinfo",
  "table_list",
  "index_list",
  "index_info",
  "index_xinfo",
  "foreign_key_list",
]);
/** Pragmas that only read when they have no argument. The full-text index asks for `data_version`. */
const TELLING = new Set([
  "collation_list",
  "compile_options",
  "data_version",
  "function_list",
  "page_count",
  "page_size",
  "table_list",
  "user_version",
]);
const FORBIDDEN_FUNCTIONS = new Set(["load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"]);

/** Reading and nothing else: no ATTACH, no writes, no pragma that sets something, no extension. */
function authorize(action: number, first: string | null, second: string | null): number {
  switch (action) {
    case ACTION.select:
    case ACTION.read:
    case ACTION.recursive:
      return OK;
    case ACTION.function:
      return FORBIDDEN_FUNCTIONS.has((second ?? "").toLowerCase()) ? DENY : OK;
    case ACTION.pragma: {
      const name = (first ?? "").toLowerCase();
      return DESCRIBING.has(name) || TELLING.has(name) && second === null ? OK : DENY;
    }
    default:
      return DENY;
  }
}

/**
 * A connection for SQL that people or programs wrote: it can only read the store, its views and functions work, and its memory
 * is bounded. Time is not: run it in a process that can be killed. Throws `StoreError`.
 */
export function openReadOnly(path: string): DatabaseSync {
  let sqlite: DatabaseSync | undefined;
  try {
    sqlite = new DatabaseSync(path, { readOnly: true, allowExtension: false, timeout: BUSY_TIMEOUT_MS });
    checkIdentity(path, sqlite); // also a file that is no database says so here
    sqlite.exec("pragma temp_store = memory");
    showWholeViews(sqlite);
    sqlite.exec("pragma query_only = 1");
    sqlite.prepare(`pragma hard_heap_limit = ${HEAP_MAX_BYTES}`).get();
    sqlite.setAuthorizer(authorize);
    return sqlite;
  } catch (error) {
    sqlite?.close();
    throw toStoreError("open", path, error);
  }
}

/** The version of a store file as it is, without migrating it; 0 when there is none yet. Throws `StoreError`. */
export async function storeVersion(path: string): Promise<number> {
  if (path === MEMORY || !await Deno.stat(path).then((it) => it.size > 0, () => false)) return 0;
  let sqlite: DatabaseSync | undefined;
  try {
    sqlite = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    checkIdentity(path, sqlite);
    return userVersion(sqlite);
  } catch (error) {
    throw toStoreError("open", path, error);
  } finally {
    sqlite?.close();
  }
}
