import { Argument, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { CliCommand } from "../../frame/command.ts";
import { writeAll } from "../../context.ts";
import { COMPLETION_SCRIPTS, SHELLS } from "./scripts.ts";

export const completions: CliCommand = {
  register(program, withContext) {
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
        withContext((context) => {
          const script = COMPLETION_SCRIPTS[shell].trimEnd();
          return Promise.resolve(context.json ? context.printJson({ shell, script }) : context.print(script));
        })
      );
    // What the scripts ask, with what is typed so far after "--".
    program.command("complete", { hidden: true })
      .addArgument(new Argument("<shell>").choices(SHELLS)).argument("[typed...]")
      .action(async (shell, typed) => {
        const { answerShell } = await import("./complete.ts");
        writeAll(Deno.stdout, await answerShell(program as unknown as CommandUnknownOpts, shell, typed));
      });
  },
};
