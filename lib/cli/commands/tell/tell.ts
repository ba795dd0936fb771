import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { printSteered } from "../../output/steered.ts";

export const tell: CliCommand = {
  register(program, withContext) {
    program.command("tell").description(
      "tell a live run's agent something; it reads it before its next model call",
    )
      .argument("<run>", RUN_ARGUMENT)
      .argument("<message>", "what it is told, as if the person it works for said so")
      .action((reference, message) =>
        withContext(async (context) => {
          const { tell } = await (await import("../../../app/mod.ts")).loadOperate();
          await printSteered(context, await tell(context.app, reference, message), "was told");
        })
      );
  },
};
