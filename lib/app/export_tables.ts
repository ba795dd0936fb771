import { AgentOpError, nearest, type TableExporter } from "../core/mod.ts";
import { loadTables, type TableDefinition } from "../analysis/mod.ts";
import type { App } from "./app.ts";
import { checkChoice, type ExportChoice, type ExportFileOptions, requestFor } from "./export_runs.ts";
import { writeWhole } from "./write_whole.ts";

/** Which rows of which runs go out. */
export interface TableChoice extends ExportChoice {
  /** `runs`, `spans`, `messages`, … */
  readonly table: string;
}

/** What was written of a table. */
export interface WrittenTable {
  /** Where it is. */
  readonly path: string;
  readonly rows: number;
  /** Rows of the store that hold what cannot be, and were left out. */
  readonly damagedRows: number;
  /** Runs that cannot be read, none of whose rows is there. */
  readonly damagedRuns: number;
}

/** Writes the rows of one table into a file, whole or not at all; `path` may be a folder. Throws `AgentOpError`. */
export async function exportTable(
  app: App,
  exporter: TableExporter,
  path: string | undefined,
  choice: TableChoice,
  { force = false }: ExportFileOptions = {},
): Promise<WrittenTable> {
  const { columns, batches, counted } = await tableRows(app, choice);
  const name = `agentop-${choice.table}.${exporter.extension}`;
  const written = await writeWhole(path ?? name, async (half) => {
    using file = await Deno.open(half, { write: true, truncate: true });
    const writer = file.writable.getWriter();
    await exporter.write(columns, batches, (piece) => writer.write(piece));
    await writer.close();
  }, { name, force });
  return { path: written, ...counted() };
}

/** Hands the rows of one table over as text, piece by piece. Throws `AgentOpError`. */
export async function printTable(
  app: App,
  exporter: TableExporter,
  choice: TableChoice,
  sink: (piece: Uint8Array) => void,
): Promise<Omit<WrittenTable, "path">> {
  if (!exporter.isText) {
    throw new AgentOpError(`Cannot print ${exporter.name}: it is no text`, { remedy: "the name of a file" });
  }
  const { columns, batches, counted } = await tableRows(app, choice);
  await exporter.write(columns, batches, (piece) => Promise.resolve(sink(piece)));
  return counted();
}

/** The rows of one table as text. Throws `AgentOpError`. */
export async function tableText(app: App, exporter: TableExporter, choice: TableChoice): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  await printTable(app, exporter, choice, (piece) => void (text += decoder.decode(piece, { stream: true })));
  return text;
}

async function tableRows(app: App, choice: TableChoice) {
  const table = await tableOf(choice.table);
  checkChoice(choice);
  // A filter goes to the store as it is: one that no run fits gives a table without rows.
  const { filter, ...named } = choice;
  const { source, runs, nowMs, signal } = await requestFor(app, named);
  let count = 0;
  let damagedRows = 0;
  let damagedRuns = 0;
  const onDamaged = (rows: number) => void (damagedRows += rows);
  async function* batches() {
    for await (
      const rows of table.rows(source, {
        nowMs,
        onDamaged,
        onDamagedRun: () => void damagedRuns++,
        ...(runs ? { runs } : filter ? { filter } : {}),
      })
    ) {
      signal.throwIfAborted();
      count += rows.length;
      yield rows;
    }
  }
  return {
    columns: table.columns,
    batches: batches(),
    counted: () => ({ rows: count, damagedRows, damagedRuns }),
  };
}

/** The table of that name. Throws `AgentOpError` with the nearest one. */
export async function tableOf(name: string): Promise<TableDefinition> {
  const { TABLE_LIST } = await loadTables();
  const found = TABLE_LIST.find((table) => table.name === name);
  if (found) return found;
  const names = TABLE_LIST.map((table) => table.name);
  throw new AgentOpError(`Cannot read ${JSON.stringify(name.slice(0, 40))}: there is no such table`, {
    remedy: nearest(name, names) ?? names.join(", "),
  });
}
