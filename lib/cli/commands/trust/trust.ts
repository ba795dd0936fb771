import type { TrustedFolder } from "../../../app/mod.ts";
import { AgentOpError } from "../../../core/mod.ts";
import { cell } from "../../../present/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import type { Context } from "../../context.ts";
import { lookOf } from "../../output/look.ts";

interface Flags {
  readonly list?: true | undefined;
  readonly remove?: true | undefined;
}

export const trust: CliCommand = {
  register(program, withContext) {
    program.command("trust")
      .description(
        "let the agent files of a folder, as they are now, run tools unasked where they say approve: auto",
      )
      .argument("[folder]", "default: the first folder of agents that is there")
      .option("--list", "trusted folders, and what has changed in them since")
      .option("--remove", "take trust back")
      .addHelpText(
        "after",
        "\nA file that changes is not trusted any more, and one that is new is not yet. agentop agents shows what each may do.",
      )
      .action((folder, flags) => withContext((context) => changeTrust(context, folder, flags)));
  },
};

async function changeTrust(context: Context, given: string | undefined, flags: Flags): Promise<void> {
  const { distrustFolder, trustedFolders } = await import("../../../app/mod.ts");
  const { app, config: { home, agentFolders } } = context;
  if (flags.list && (flags.remove || given !== undefined)) {
    throw new AgentOpError("Cannot list and change trust: --list stands alone", {
      remedy: "agentop trust --list",
    });
  }
  if (flags.list) return show(context, await trustedFolders(home));
  const folder = given ?? await firstThere(agentFolders);
  if (!flags.remove) return show(context, [await app.trustFolder(folder)]);
  const removed = await distrustFolder(home, folder);
  if (context.json) context.printJson([{ folder: removed, files: [] }]);
  else context.print(`${cell(removed)} is not trusted any more.`);
}

async function firstThere(folders: readonly string[]): Promise<string> {
  for (const folder of folders) {
    if (await Deno.stat(folder).then((it) => it.isDirectory, () => false)) return folder;
  }
  throw new AgentOpError(`Cannot trust a folder: there is none in ${folders.join(", ")}`, {
    remedy: "agentop trust FOLDER",
  });
}

function show(context: Context, folders: readonly TrustedFolder[]): void {
  if (context.json) return context.printJson(folders);
  if (folders.length === 0) return context.print("No folder is trusted. Try: agentop trust FOLDER");
  const look = lookOf(context);
  for (const { folder, files } of folders) {
    context.print(look.paint("bold", cell(folder)));
    for (const { name, state } of files) {
      const style = state === "trusted" ? "green" : state === "gone" ? "dim" : "yellow";
      const word = state === "changed" || state === "new" ? `${state}, not trusted` : state;
      context.print(`  ${look.paint(style, word)}  ${cell(name)}`);
    }
  }
}
