import type { Command } from "@commander-js/extra-typings";
import {
  AgentOpError,
  type ExportRequest,
  type FileExporter,
  type Run,
  type RunFilter,
  shortRunId,
  type TextExporter,
} from "../../../core/mod.ts";
import { EXPORTERS } from "../../../exporters/mod.ts";
import type { CliCommand, WithContext } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { type Context, writeAll } from "../../context.ts";
import { isEmptyRunFilter } from "../../../analysis/mod.ts";
import { byteSize, cell } from "../../../present/mod.ts";
import { addFilterFlags, type FilterFlags, readRunFilter } from "../../frame/run_filter.ts";
import type { WriteWholeOptions } from "../../output/write_whole.ts";

const FORCE_HELP = "write over an existing file";
const RUNS_PER_PAGE = 10_000;

/** One command per exporter: the list of exporters is the list of formats. */
export const exportRuns: CliCommand = {
  register(program, withContext) {
    const group = program.command("export").description(
      "write runs for somebody who has neither this program nor the store",
    );
    for (const exporter of EXPORTERS) {
      const { name, description, notes, examples } = exporter;
      const lines = examples.map((it) => `  agentop export ${name} ${it}`).join("\n");
      const command = group.command(name).description(description)
        .addHelpText("after", `\n${notes}\n\nExamples:\n${lines}`);
      if (exporter.takes === "named_runs") addNamedRuns(command, exporter, withContext);
      else addChosenRuns(command, exporter, withContext);
    }
  },
};

function addNamedRuns(command: Command, exporter: TextExporter, withContext: WithContext): void {
  command
    .argument("<run>", RUN_ARGUMENT)
    .argument("[other]", "another run: what differs is written then")
    .option(
      "--output <file>",
      'a file, a folder, or "-" for stdout (default: a file named by the run, here)',
    )
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

interface OutputFlags {
  readonly output?: string | undefined;
  readonly force?: boolean | undefined;
}

async function writeText(
  context: Context,
  exporter: TextExporter,
  references: readonly string[],
  { output, force = false }: OutputFlags,
): Promise<number> {
  if (output === "-" && context.json) {
    throw new AgentOpError("Cannot print a page and JSON: both go to stdout", {
      remedy: "--output FILE with --json",
    });
  }
  return await exportWith(context, await namedRuns(context, references), async (request) => {
    const text = await exporter.text(request);
    if (output === "-") {
      writeAll(Deno.stdout, text);
      return;
    }
    const name = ["agentop", ...request.runs!.map((run) => shortRunId(run.runId))].join("-");
    const file = `${name}.${exporter.extension}`;
    await putFile(context, exporter, output ?? file, text, { name: file, force });
  });
}

async function writeFile(
  context: Context,
  exporter: FileExporter,
  path: string,
  references: readonly string[],
  { force = false, ...flags }: FilterFlags & OutputFlags,
): Promise<number> {
  if (path === "-") {
    throw new AgentOpError(`Cannot print ${exporter.name}: it is no text`, { remedy: "the name of a file" });
  }
  const filter = readRunFilter(flags, context.host.now());
  if (references.length > 0 && !isEmptyRunFilter(filter)) {
    throw new AgentOpError("Cannot choose runs by name and by filter at once", { remedy: "one of the two" });
  }
  const runs = references.length > 0
    ? await namedRuns(context, references)
    : isEmptyRunFilter(filter)
    ? undefined
    : await filteredRuns(context, filter);
  return await exportWith(context, runs, async (request) => {
    const { besideWhenOpen, extension } = exporter;
    const options = { name: `agentop.${extension}`, force, besideWhenOpen };
    await putFile(context, exporter, path, (half) => exporter.write(request, half), options);
  });
}

/** Runs what writes until it is done or a signal comes. */
async function exportWith(
  context: Context,
  runs: readonly Run[] | undefined,
  write: (request: ExportRequest) => Promise<void>,
): Promise<number> {
  const { abortOnSignals } = await import("../../process/signals.ts");
  const source = await context.app.store();
  using stop = abortOnSignals();
  const { signal } = stop;
  try {
    await write({ source, nowMs: context.host.now(), signal, ...(runs ? { runs } : {}) });
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    context.note("agentop: Cancelled");
    return 130;
  }
}

async function putFile(
  context: Context,
  exporter: TextExporter | FileExporter,
  path: string,
  content: string | ((half: string) => Promise<void>),
  options: WriteWholeOptions,
): Promise<void> {
  const { writeWhole } = await import("../../output/write_whole.ts");
  const written = await writeWhole(path, content, options);
  // Looked up, never opened: it may be a database.
  const bytes = typeof content === "string"
    ? new TextEncoder().encode(content).length
    : (await Deno.stat(written)).size;
  if (context.json) context.printJson({ path: written, bytes });
  else context.print(`Wrote ${cell(written)}, ${byteSize(bytes)}: ${exporter.use}.`);
}

async function namedRuns(context: Context, references: readonly string[]): Promise<readonly Run[]> {
  const store = await context.app.store();
  const runs: Run[] = [];
  for (const reference of references) runs.push(await store.resolveRun(reference));
  return runs;
}

async function filteredRuns(context: Context, filter: RunFilter): Promise<readonly Run[]> {
  const store = await context.app.store();
  const runs: Run[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? {} : { cursor };
    const page = await store.listRuns({ filter, sort: "oldest", limit: RUNS_PER_PAGE, ...from });
    runs.push(...page.runs);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  if (runs.length > 0) return runs;
  throw new AgentOpError("Cannot export: no run matches", { remedy: "agentop runs with the same filter" });
}
