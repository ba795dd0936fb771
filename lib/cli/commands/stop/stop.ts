import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { printSteered } from "../../output/steered.ts";

export const stop: CliCommand = {
  register(program, withContext) {
    program.command("stop").description("stop a run that another process is working on")
      .argument("<run>", RUN_ARGUMENT)
      .option(
        "--call [span]",
        "break off a tool call only: the one at work, or the one whose span's id begins so",
      )
      .action((run, { call }) =>
        withContext(async (context) => {
          if (call !== undefined) {
            const { cancelCall } = await (await import("../../../app/mod.ts")).loadOperate();
            const broken = await cancelCall(context.app, run, call === true ? undefined : call);
            return await printSteered(context, broken.run, `${broken.span.name} was broken off`);
          }
          const ended = await context.app.stop(run);
          await printSteered(context, ended, ended.status); // the word that lists have for it
        })
      );
  },
};
