import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { printSteered } from "../../output/steered.ts";

export const stop: CliCommand = {
  register(program, withContext) {
    program.command("stop").description("stop a run that another process is working on")
      .argument("<run>", RUN_ARGUMENT)
      .action((run) =>
        withContext(async (context) => {
          const ended = await context.app.stop(run);
          await printSteered(context, ended, ended.status); // the word that lists have for it
        })
      );
  },
};
