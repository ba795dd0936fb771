import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { printSteered } from "../../output/steered.ts";

export const pause: CliCommand = {
  register(program, withContext) {
    program.command("pause").description("pause a run before its next step")
      .argument("<run>", RUN_ARGUMENT)
      .action((reference) =>
        withContext(async (context) => {
          const run = await context.app.pause(reference);
          printSteered(
            context,
            run,
            run.status === "paused" ? "paused already" : "pauses before its next step",
          );
        })
      );
  },
};
