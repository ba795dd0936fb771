import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { lookOf } from "../../output/look.ts";

export const diff: CliCommand = {
  register(program, withContext) {
    program.command("diff").description(
      "compare two runs step by step: exit code 0 same, 1 different, 2 trouble",
    )
      .argument("<left>", RUN_ARGUMENT).argument(
        "<right>",
        "another run",
      )
      .option("--unified", "only the final answers, as a unified diff")
      .action((left, right, options) =>
        withContext(async (context) => {
          const found = await context.app.diff(left, right);
          const [{ formatDiff, formatUnified }, { diffDocument }] = await Promise.all([
            import("../../output/diff_text.ts"),
            import("../../../documents/mod.ts"),
          ]);
          if (context.json) context.printJson(diffDocument(found));
          else if (!options.unified) context.print(await formatDiff(found, lookOf(context)));
          else if (found.output.unified !== "") {
            context.print(formatUnified(found.output.unified, lookOf(context)));
          }
          return (options.unified ? found.output.unified === "" : found.identical) ? 0 : 1;
        })
      );
  },
};
