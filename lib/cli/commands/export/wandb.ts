import type { Command } from "@commander-js/extra-typings";
import { cell, plural } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { WithContext } from "../../frame/command.ts";
import { addFilterFlags, type FilterFlags, readRunFilter } from "../../frame/run_filter.ts";
import { DRY_RUN_HELP, printDryRun } from "./dry_run.ts";
import { untilSignal } from "./until_signal.ts";

interface WandbFlags extends FilterFlags {
  readonly project?: string | undefined;
  readonly entity?: string | undefined;
  readonly offline?: string | true | undefined;
  readonly again?: true | undefined;
  readonly dryRun?: true | undefined;
}

const OFFLINE_FOLDER = "wandb";

const NOTES = `
Each run is a run of W&B: its configuration, its figures and scores, a row of history per step, a table of what its calls cost, and
as an artifact the whole trace, which agentop import reads, with that table. It uses the agent file and the instructions as artifacts, so that W&B
shows which version each run began from. The server is WANDB_BASE_URL, the key WANDB_API_KEY. What is there is not sent again until
it changes, also after this was killed. Without a key, or with --offline, each run becomes a folder that wandb sync sends: there the trace is a
file of the run, as artifacts need a server.

Examples:
  agentop export wandb last --offline out          # then: wandb sync out/offline-run-*
  agentop export wandb last                        # into the project agentop
  agentop export wandb --since 7d --project evals --entity my-team
  WANDB_BASE_URL=https://wandb.example.org agentop export wandb --group nightly`;

export function addWandb(group: Command, withContext: WithContext): void {
  const command = group.command("wandb").description("send runs to Weights & Biases, with their traces")
    .argument("[run...]", "only these runs: ids, beginnings or ends of ids, last (default: all)")
    .option("--project <project>", "the project (default: WANDB_PROJECT, else agentop)")
    .option(
      "--entity <entity>",
      "whose project: a user or a team (default: WANDB_ENTITY, else the key's own)",
    )
    .option("--offline [folder]", "write folders for wandb sync instead, as without a key (default: wandb)")
    .option("--again", "also runs that are there already");
  addFilterFlags(command.option("--dry-run", DRY_RUN_HELP)).addHelpText("after", NOTES)
    .action((runs, flags) => withContext((context) => send(context, runs, flags as WandbFlags)));
}

async function send(context: Context, runs: readonly string[], flags: WandbFlags): Promise<number> {
  const { loadWandbExport } = await import("../../../app/mod.ts");
  const { exportWandb } = await loadWandbExport();
  const hasKey = context.config.secrets.WANDB_API_KEY !== undefined;
  const offlineFolder = typeof flags.offline === "string"
    ? flags.offline
    : flags.offline || !hasKey
    ? OFFLINE_FOLDER
    : undefined;
  return await untilSignal(context, async (signal) => {
    const choice = {
      runs,
      filter: readRunFilter(flags, context),
      signal,
      again: flags.again === true,
      ...(flags.project === undefined ? {} : { project: flags.project }),
      ...(flags.entity === undefined ? {} : { entity: flags.entity }),
      ...(offlineFolder === undefined ? {} : { offlineFolder }),
    };
    if (flags.dryRun) {
      return await printDryRun(context, ({ dryRunWandb }) => dryRunWandb(context.app, choice));
    }
    const report = await exportWandb(context.app, choice);
    if (context.json) context.printJson(report);
    else {
      const known = report.unchanged > 0 ? `; ${report.unchanged} were there already` : "";
      const how = offlineFolder === undefined ? "Sent" : "Wrote";
      context.print(`${how} ${plural(report.runs, "run")} to ${cell(report.url)}${known}.`);
      if (offlineFolder !== undefined) {
        const why = hasKey ? "" : "WANDB_API_KEY is not set. ";
        context.note(`${why}To send them: wandb sync ${cell(report.url)}/offline-run-*`);
      }
      noteLeftOut(context, report);
    }
    return report.refused > 0 || report.damaged > 0 ? 1 : 0;
  });
}

/** What did not go out, and why. */
export function noteLeftOut(
  context: Context,
  { deleted, damaged, refused = 0, message }: {
    readonly deleted: number;
    readonly damaged: number;
    readonly refused?: number;
    readonly message?: string | undefined;
  },
): void {
  if (deleted > 0) context.note(`${plural(deleted, "run")} deleted meanwhile`);
  if (damaged > 0) context.note(`${plural(damaged, "damaged run")} left out. Try: agentop db verify`);
  if (refused > 0) {
    context.note(`${plural(refused, "run")} refused: ${cell(message ?? "it does not say why")}`);
  }
}
