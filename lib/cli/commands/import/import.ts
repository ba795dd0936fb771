import { cell, plural } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";

const SHOWN_MAX = 20;

export const importRuns: CliCommand = {
  register(program, withContext) {
    program.command("import").description(
      "take in runs from files: OpenTelemetry, and what agentop export wrote",
    )
      .argument("<path...>", "files, or folders of them; the format is found by content")
      .addHelpText(
        "after",
        "\nFormats:\n" +
          "  otlp     OTLP traces and logs: JSON, a JSON object a line, or protobuf; gzip or not\n" +
          "  agentop  what agentop export jsonl traces writes\n" +
          "\nThe same file again changes nothing. A run that was made here is never written over." +
          "\n\nExamples:\n  agentop import traces.json\n  agentop import exported/ runs.jsonl",
      )
      .action((paths) => withContext((context) => importPaths(context, paths)));
  },
};

async function importPaths(context: Context, paths: readonly string[]): Promise<number> {
  const { loadImport } = await import("../../../app/mod.ts");
  const { importFiles } = await loadImport();
  const report = await importFiles(context.app, paths);
  if (context.json) {
    context.printJson(report);
    return 0;
  }
  const { files, runs, unchanged, unknownRecords, badLines } = report;
  for (const { runId, format, source } of runs.slice(0, SHOWN_MAX)) {
    context.print(`${runId}  ${format.padEnd(7)}  ${cell(source)}`);
  }
  if (runs.length > SHOWN_MAX) context.print(`… and ${runs.length - SHOWN_MAX} more`);
  const notes = [
    ...(unchanged > 0 ? [`${unchanged} were here already`] : []),
    ...(unknownRecords > 0 ? [`${plural(unknownRecords, "record")} not understood`] : []),
    ...(badLines > 0 ? [`${plural(badLines, "line")} not readable`] : []),
  ];
  const rest = notes.length > 0 ? `; ${notes.join(", ")}` : "";
  context.print(`Imported ${plural(runs.length, "run")} from ${plural(files, "file")}${rest}.`);
  return 0;
}
