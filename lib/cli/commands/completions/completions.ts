import { Argument, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { CliCommand } from "../../frame/command.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

export const completions: CliCommand = {
  register(program, act) {
    program.command("completions")
      .description("print a completion script for a shell")
      .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
      .addHelpText(
        "after",
        "\nTo use it:\n  bash  source <(agentop completions bash)                # in ~/.bashrc" +
          "\n  zsh   agentop completions zsh > ~/.zfunc/_agentop        # a folder of $fpath" +
          "\n  fish  agentop completions fish > ~/.config/fish/completions/agentop.fish",
      )
      .action((shell) =>
        act(async (context) => {
          const { completionScript, describeCommand } = await import("../../frame/completion_script.ts");
          context.print(completionScript(shell, describeCommand(program as unknown as CommandUnknownOpts)));
        })
      );
  },
};
