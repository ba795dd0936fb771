import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";

export const statusline: CliCommand = {
  register(program, withContext) {
    program.command("statusline").description(
      "today's cost, live runs, waiting approvals and budgets in one line, for tmux, a prompt or an editor",
    ).action(() => withContext(show));
  },
};

async function show(context: Context): Promise<number> {
  const { standingOf, statusLine } = await import("./line.ts");
  if (context.json) context.printJson(await standingOf(context) ?? null);
  else context.print(await statusLine(context));
  return 0;
}
