import type { Command } from "@commander-js/extra-typings";
import { byteSize, cell, plural } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { WithContext } from "../../frame/command.ts";
import { numberFlag } from "../../frame/number.ts";
import { addFilterFlags, type FilterFlags, readRunFilter } from "../../frame/run_filter.ts";
import { DRY_RUN_HELP, printDryRun } from "./dry_run.ts";
import { untilSignal } from "./until_signal.ts";
import { noteLeftOut } from "./wandb.ts";

interface DatasetFlags extends FilterFlags {
  readonly repo?: string | undefined;
  readonly public?: true | undefined;
  readonly license?: string | undefined;
  readonly validation?: number | undefined;
  readonly again?: true | undefined;
  readonly dryRun?: true | undefined;
}

const NOTES = `
A private dataset, unless --public: a configuration for each agent, train and validation by a hash of the run's id, Parquet files by month. Its
card says the fields with their units, the licence, what was taken out (keys that this program knows; user ids, labels and folders), and, where
runs were scored, a leaderboard, also as the Hub reads it (model-index). Runs that are in it stay until they are deleted from the store; files in
which nothing is new stay as they are, also after this was killed. The Hub is HF_ENDPOINT, the token HF_TOKEN.

Examples:
  agentop export huggingface --group nightly                # agentop-traces of the token's owner
  agentop export huggingface --since 30d --repo my-team/agent-traces --license cc-by-4.0
  agentop export huggingface --agent researcher --repo open-traces --public`;

export function addHuggingface(group: Command, withContext: WithContext): void {
  const command = group.command("huggingface").description(
    "make a dataset of the Hugging Face Hub out of runs, with a leaderboard of their scores",
  )
    .argument("[run...]", "only these runs: ids, beginnings or ends of ids, last (default: all)")
    .option("--repo <name>", "the dataset: NAME, or OWNER/NAME (default: agentop-traces)")
    .option("--public", "everybody may read it")
    .option("--license <license>", "an identifier of the Hub's, e.g. cc-by-4.0 (default: not stated)")
    .option(
      "--validation <share>",
      "share of runs kept for validation (default: 0.1)",
      numberFlag("--validation", { min: 0, max: 1 }, 0.1),
    )
    .option("--again", "write every file anew");
  addFilterFlags(command.option("--dry-run", DRY_RUN_HELP)).addHelpText("after", NOTES)
    .action((runs, flags) => withContext((context) => send(context, runs, flags as DatasetFlags)));
}

async function send(context: Context, runs: readonly string[], flags: DatasetFlags): Promise<number> {
  const { loadHuggingfaceExport } = await import("../../../app/mod.ts");
  const { exportHuggingface } = await loadHuggingfaceExport();
  return await untilSignal(context, async (signal) => {
    const choice = {
      runs,
      filter: readRunFilter(flags, context),
      signal,
      again: flags.again === true,
      isPublic: flags.public === true,
      ...(flags.repo === undefined ? {} : { repo: flags.repo }),
      ...(flags.license === undefined ? {} : { license: flags.license }),
      ...(flags.validation === undefined ? {} : { validation: flags.validation }),
    };
    if (flags.dryRun) {
      return await printDryRun(context, ({ dryRunHuggingface }) => dryRunHuggingface(context.app, choice));
    }
    const report = await exportHuggingface(context.app, choice);
    if (context.json) context.printJson(report);
    else {
      const { url, isPrivate, files, bytes, unchanged, atWork } = report;
      const known = unchanged > 0 ? `; ${unchanged} were there already` : "";
      context.print(
        `Wrote ${plural(report.runs, "run")} in ${plural(files, "file")}, ${byteSize(bytes)}, to ${
          isPrivate ? "the private dataset" : "the public dataset"
        } ${cell(url)}${known}.`,
      );
      if (atWork > 0) context.note(`${plural(atWork, "run")} still at work: left for another time`);
      noteLeftOut(context, report);
    }
    return report.damaged > 0 ? 1 : 0;
  });
}
