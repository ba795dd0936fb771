import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import type { TableCopyOptions } from "../../core/mod.ts";
import { BUSY_TIMEOUT_MS } from "./open.ts";
import { showWholeViews, type View, viewsOf } from "./views.ts";

/** A difference belongs to two runs, an experiment to many; every other row to one. */
const DIFFS = "diffs";
const EXPERIMENTS = "experiments";

/**
 * Writes what the views show as ordinary tables of a new SQLite file, bodies whole, all of one moment of the store. `runIds`
 * chooses; a difference comes along when both of its runs do, an experiment when one of its results does. Nothing is left beside the file; one that is not finished is the
 * caller's to remove. Throws what SQLite throws, and the signal's reason when aborted.
 */
export async function copyTables(
  storePath: string,
  target: string,
  options: TableCopyOptions & { readonly redact?: (text: string) => string },
): Promise<void> {
  // Two connections, because ATTACH needs more permissions than reading and writing files.
  using source = new DatabaseSync(storePath, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  source.exec("pragma temp_store = memory");
  showWholeViews(source);
  source.exec("begin");
  using copy = new DatabaseSync(target);
  // One transaction into a file that nobody else knows: there is nothing to roll back to.
  copy.exec("pragma journal_mode = off; pragma synchronous = full; begin");
  const views = viewsOf("whole");
  const { redact } = options;
  for (const view of views) createTable(copy, view);
  const ofOneRun = views.filter(({ name }) => name !== DIFFS && name !== EXPERIMENTS)
    .map((view) => copier({ source, copy, view, where: "run_id = ?1", redact }));
  const runIds = options.runIds ?? allRunIds(source);
  for (const runId of runIds) {
    for (const copyRows of ofOneRun) copyRows(runId);
    await setImmediate(); // whoever cancels is heard
    options.signal?.throwIfAborted();
  }
  const chosen = "(select value from json_each(?1))";
  const ofMany = {
    [DIFFS]: `run_id in ${chosen} and new_run_id in ${chosen}`,
    [EXPERIMENTS]:
      `experiment_id in (select experiment_id from temp.experiment_results where run_id in ${chosen})`,
  };
  for (const [name, fits] of Object.entries(ofMany)) {
    const view = views.find((it) => it.name === name)!;
    copier({ source, copy, view, where: options.runIds ? fits : "?1 is not null", redact })(
      JSON.stringify(runIds),
    );
  }
  for (const { name } of views) {
    if (name !== "runs" && name !== EXPERIMENTS) copy.exec(`create index ${name}_run on ${name} (run_id)`);
  }
  copy.exec("commit");
}

function createTable(copy: DatabaseSync, { name, columns }: View): void {
  const declared = columns.map(([column, type]) =>
    `${column} ${type}${name === "runs" && column === "run_id" ? " primary key" : ""}`
  );
  copy.exec(`create table ${name} (${declared.join(", ")})`);
}

/** What copies the rows of a view that fit a condition with one parameter. */
function copier(
  { source, copy, view: { name, columns }, where, redact }: {
    readonly source: DatabaseSync;
    readonly copy: DatabaseSync;
    readonly view: View;
    readonly where: string;
    readonly redact: ((text: string) => string) | undefined;
  },
): (parameter: string) => void {
  const select = source.prepare(`select * from temp.${name} where ${where}`);
  select.setReturnArrays(true);
  const count = source.prepare(`select count(*) as rows from temp.${name} where ${where}`);
  const insert = copy.prepare(`insert into ${name} values (${columns.map(() => "?").join(", ")})`);
  return (parameter) => {
    let rows = 0;
    for (const row of select.iterate(parameter)) {
      const values = row as unknown as SQLInputValue[];
      insert.run(...(redact ? values.map((it) => typeof it === "string" ? redact(it) : it) : values));
      rows++;
    }
    // `iterate` ends silently where a row after the first fails, and all rows of a run at once may be too many to hold.
    if (rows !== Number(count.get(parameter)!["rows"])) {
      throw new Error(`row ${rows + 1} of ${name} cannot be read (${parameter})`);
    }
  };
}

function allRunIds(source: DatabaseSync): readonly string[] {
  return source.prepare("select run_id from run order by start_us, id").all().map((row) =>
    String(row["run_id"])
  );
}
