import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";

export const statusline: CliCommand = {
  register(program, withContext) {
    program.command("statusline").description(
      "today's cost (known prices of all runs, received ones too), live runs, waiting approvals, and the budget and limit that are nearest to their end, in one line",
    ).action(() => withContext(show));
  },
};

async function show(context: Context): Promise<number> {
  const { standingOf, statusLine } = await import("./line.ts");
  if (context.json) context.printJson(await standingOf(context) ?? null);
  else context.print(await statusLine(context));
  return 0;
}
