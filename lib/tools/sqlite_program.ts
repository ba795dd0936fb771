/**
 * The program of `sqlite_query`'s child: opens the file read-only, with `query_only` and an authorizer that allows reading
 * and nothing else, and prints one JSON answer. Locks follow SQLite's own rules, since nothing else opens the file here.
 */
export const SQLITE_PROGRAM = `
import { DatabaseSync } from "node:sqlite";

const SELECT = 21, READ = 20, FUNCTION = 31, RECURSIVE = 33, PRAGMA = 19, DENY = 1, OK = 0;
const READING_PRAGMAS = new Set(["table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
  "foreign_key_list", "database_list", "function_list", "collation_list", "compile_options"]);
const FORBIDDEN_FUNCTIONS = new Set(["load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"]);

const authorize = (action, first, second) => {
  if (action === SELECT || action === READ || action === RECURSIVE) return OK;
  if (action === FUNCTION) return FORBIDDEN_FUNCTIONS.has(String(second).toLowerCase()) ? DENY : OK;
  if (action === PRAGMA) return READING_PRAGMAS.has(String(first).toLowerCase()) ? OK : DENY;
  return DENY;
};

// No text that is stored begins with it.
const MARK = crypto.randomUUID();
const textOf = (value) =>
  typeof value === "string" && value.startsWith(MARK)
    ? new TextDecoder().decode(Uint8Array.fromHex(value.slice(MARK.length)))
    : String(value);

const ESCAPES = { "\\\\": "\\\\\\\\", "\\t": "\\\\t", "\\n": "\\\\n", "\\r": "\\\\r", "\\0": "\\\\x00" };
const cell = (value) => {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return "[" + value.length + " bytes of binary data]";
  return textOf(value).replace(/[\\\\\\t\\n\\r\\0]/g, (c) => ESCAPES[c]);
};

// The same query with texts that hold a NUL as MARK and hex digits: read as they are they would end there. Itself where it is
// no part of another query, like a pragma.
const wholeTexts = (database, statement, columns) => {
  const names = Array.from({ length: columns }, (_, index) => "c" + index);
  const whole = names.map((it) =>
    "case when typeof(" + it + ") = 'text' and instr(" + it + ", char(0)) > 0 then '" + MARK + "' || hex(" + it +
    ") else " + it + " end"
  );
  const inner = statement.sourceSQL.trimEnd().replace(/;$/, "");
  try {
    // The limit and the condition keep the query's expressions from being computed once more for each mention of a column.
    return database.prepare("with whole(" + names.join(", ") + ") as (select * from (" + inner + "\\n) limit -1) select " +
      whole.join(", ") + " from whole where true");
  } catch {
    return statement;
  }
};

const query = () => {
  const database = new DatabaseSync(input.file, { readOnly: true, allowExtension: false });
  // What is sorted stays in memory, which is bounded, and does not go into temporary files, which are not.
  database.exec("pragma query_only = 1; pragma temp_store = 2");
  database.setAuthorizer(authorize);
  const asked = database.prepare(input.sql);
  const rest = input.sql.slice(asked.sourceSQL.length).replace(/--.*|\\/\\*[^]*?\\*\\/|[\\s;]/g, "");
  if (rest !== "") throw new Error("more than one statement");
  // VACUUM, BEGIN and REINDEX pass the authorizer; like everything that is not a query, they have no columns.
  const columns = asked.columns();
  if (columns.length === 0) throw new Error("it is not a query: only reading is allowed");
  const statement = wholeTexts(database, asked, columns.length);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  const lines = [columns.map((column) => cell(column.name)).join("\\t")];
  let bytes = lines[0].length, rows = 0, more = false;
  for (const row of statement.iterate()) {
    if (rows >= input.maxRows || bytes >= input.maxBytes) { more = true; break; }
    const line = row.map(cell).join("\\t");
    lines.push(line);
    bytes += line.length + 1;
    rows++;
  }
  // A row after the first that fails ends \`iterate\` silently; what seems whole is small, and \`all\` throws.
  if (!more) statement.all();
  return { text: lines.join("\\n").slice(0, input.maxBytes * 2).toWellFormed(), rows, more };
};

let answer;
try {
  answer = query();
} catch (error) {
  const message = String(error?.message ?? error);
  answer = { error: /not authorized|readonly|query_only/i.test(message)
    ? message + ": only reading is allowed, one SELECT at a time"
    : message.slice(0, 1000) };
}
console.log(JSON.stringify(answer));
`;
