import type { Command } from "@commander-js/extra-typings";
import { AgentOpError, type FileExporter, type TableExporter, type TextExporter } from "../../../core/mod.ts";
import { EXPORTERS } from "../../../exporters/mod.ts";
import type { CliCommand, WithContext } from "../../frame/command.ts";
import { outOption } from "../../frame/out_flag.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { type Context, writeAll, writeBytes } from "../../context.ts";
import { byteSize, cell, damagedRowsNote, plural } from "../../../present/mod.ts";
import { addFinetune } from "./finetune.ts";
import { addHuggingface } from "./huggingface.ts";
import { addOtlp } from "./otlp.ts";
import { untilSignal } from "./until_signal.ts";
import { addWandb } from "./wandb.ts";
import { addFilterFlags, type FilterFlags, readRunFilter } from "../../frame/run_filter.ts";

const FORCE_HELP = "write over an existing file";

/** One command per exporter: the list of exporters is the list of formats. */
export const exportRuns: CliCommand = {
  register(program, withContext) {
    const group = program.command("export").description(
      "write runs for somebody who has neither this program nor the store",
    );
    addOtlp(group, withContext);
    addFinetune(group, withContext);
    addWandb(group, withContext);
    addHuggingface(group, withContext);
    for (const exporter of EXPORTERS) {
      const { name, description, notes, examples } = exporter;
      const lines = examples.map((it) => `  agentop export ${name} ${it}`).join("\n");
      const command = group.command(name).description(description)
        .addHelpText("after", `\n${notes}\n\nExamples:\n${lines}`);
      if (exporter.takes === "named_runs") addNamedRuns(command, exporter, withContext);
      else if (exporter.takes === "one_table") addTable(command, exporter, withContext);
      else addChosenRuns(command, exporter, withContext);
    }
  },
};

function addNamedRuns(command: Command, exporter: TextExporter, withContext: WithContext): void {
  command
    .argument("<run>", RUN_ARGUMENT)
    .argument("[other]", "another run: what differs is written then")
    .addOption(outOption('a file, a folder, or "-" for stdout (default: a file named by the run, here)'))
    .option("--force", FORCE_HELP)
    .action((run, other, options) =>
      withContext((context) =>
        writeText(context, exporter, other === undefined ? [run] : [run, other], options)
      )
    );
}

function addChosenRuns(command: Command, exporter: FileExporter, withContext: WithContext): void {
  const withArguments = command.argument("<file>", "the file, or the folder it goes to")
    .argument("[run...]", "only these runs: ids, beginnings or ends of ids, last (default: all)");
  addFilterFlags(withArguments)
    .option("--force", FORCE_HELP)
    .action((file, runs, options) =>
      withContext((context) => writeFile(context, exporter, file, runs, options))
    );
}

function addTable(command: Command, exporter: TableExporter, withContext: WithContext): void {
  const print = exporter.isText ? ', or "-" for stdout' : "";
  const withArguments = command.argument(
    "<table>",
    "runs, spans, messages, costs, evaluations, diffs, memory, or traces (whole runs, for agentop import)",
  )
    .argument("[run...]", "only of these runs: ids, beginnings or ends of ids, last (default: all)")
    .addOption(outOption(`a file or a folder${print} (default: a file named by the table, here)`))
    .option("--force", FORCE_HELP);
  addFilterFlags(withArguments)
    .action((table, runs, options) =>
      withContext((context) => writeTable(context, exporter, table, runs, options))
    );
}

interface OutputFlags {
  readonly out?: string | undefined;
  readonly force?: boolean | undefined;
}

/** On stdout for "-"; into a file otherwise. */
async function writeText(
  context: Context,
  exporter: TextExporter,
  runs: readonly string[],
  { out, force = false }: OutputFlags,
): Promise<number> {
  if (out === "-" && context.json) {
    throw new AgentOpError("Cannot print a page and JSON: both go to stdout", {
      remedy: "--out FILE with --json",
    });
  }
  if (out !== "-") return await writeFile(context, exporter, out, runs, { force });
  const { exportText } = await import("../../../app/mod.ts");
  return await untilSignal(context, async (signal) => {
    writeAll(Deno.stdout, await exportText(context.app, exporter, { runs, signal }));
  });
}

async function writeFile(
  context: Context,
  exporter: TextExporter | FileExporter,
  path: string | undefined,
  runs: readonly string[],
  { force = false, ...flags }: FilterFlags & OutputFlags,
): Promise<number> {
  if (path === "-") {
    throw new AgentOpError(`Cannot print ${exporter.name}: it is no text`, { remedy: "the name of a file" });
  }
  const filter = readRunFilter(flags, context);
  const { exportFile } = await import("../../../app/mod.ts");
  return await untilSignal(context, async (signal) => {
    const written = await exportFile(context.app, exporter, path, { runs, filter, signal }, { force });
    // Looked up, never opened: it may be a database.
    const bytes = (await Deno.stat(written)).size;
    if (context.json) context.printJson({ path: written, bytes });
    else context.print(`Wrote ${cell(written)}, ${byteSize(bytes)}: ${exporter.use}.`);
  });
}

/** The rows of one table: on stdout for "-", into a file otherwise. */
async function writeTable(
  context: Context,
  exporter: TableExporter,
  table: string,
  runs: readonly string[],
  { out, force = false, ...flags }: FilterFlags & OutputFlags,
): Promise<number> {
  if (out === "-" && context.json) {
    throw new AgentOpError("Cannot print a table and JSON: both go to stdout", {
      remedy: "--out FILE with --json",
    });
  }
  const filter = readRunFilter(flags, context);
  const { exportTable, printTable } = await import("../../../app/mod.ts");
  return await untilSignal(context, async (signal) => {
    const choice = { table, runs, filter, signal };
    if (out === "-") {
      const left = await printTable(
        context.app,
        exporter,
        choice,
        (piece) => writeBytes(Deno.stdout, piece),
      );
      return noteDamage(context, left);
    }
    const { path, rows, ...left } = await exportTable(context.app, exporter, out, choice, { force });
    const bytes = (await Deno.stat(path)).size;
    if (context.json) {
      const some = Object.entries(left).filter(([, count]) => count > 0);
      context.printJson({ path, bytes, rows, ...Object.fromEntries(some) });
    } else if (rows === 0) {
      context.print(`Wrote ${cell(path)} without rows: ${await whyNoRows(context, table)}`);
    } else {
      context.print(`Wrote ${cell(path)}, ${plural(rows, "row")}, ${byteSize(bytes)}: ${exporter.use}.`);
    }
    return noteDamage(context, left);
  });
}

/** Gives the exit code: what is not whole has not ended well. */
function noteDamage(
  context: Context,
  { damagedRows, damagedRuns }: { readonly damagedRows: number; readonly damagedRuns: number },
): number {
  if (damagedRows > 0) context.note(`${damagedRowsNote(damagedRows)}. Try: agentop db verify`);
  if (damagedRuns > 0) context.note(`${plural(damagedRuns, "damaged run")} left out. Try: agentop db verify`);
  return damagedRuns > 0 ? 1 : 0;
}

async function whyNoRows(context: Context, table: string): Promise<string> {
  const runs = await (await context.app.store()).countRuns();
  return runs === 0 ? "there are no runs yet. Try: agentop demo" : `the chosen runs have no ${table}.`;
}
