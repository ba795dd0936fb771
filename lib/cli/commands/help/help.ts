import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { AgentOpError, nearest } from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";

export const help: CliCommand = {
  register(program) {
    program.command("help").description("show help for a command")
      .argument("[command...]", "a command, and one of its own")
      .helpOption(false)
      .action((names) => findCommand(program as unknown as CommandUnknownOpts, names).outputHelp());
  },
};

function findCommand(program: CommandUnknownOpts, names: readonly string[]): CommandUnknownOpts {
  return names.reduce((command, name) => {
    const all = command.createHelp().visibleCommands(command);
    const found = all.find((it) => it.name() === name);
    if (found) return found;
    throw new AgentOpError(`Cannot show help for "${name.slice(0, 40)}": there is no such command`, {
      remedy: `agentop help${nearest(name, all.map((it) => it.name()))?.replace(/^/, " ") ?? ""}`,
    });
  }, program);
}
