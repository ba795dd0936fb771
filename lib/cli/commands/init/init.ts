import type { CliCommand } from "../../frame/command.ts";
import type { Context } from "../../context.ts";
import { cell } from "../../../present/mod.ts";
import { lookOf } from "../../output/look.ts";

export const init: CliCommand = {
  register(program, withContext) {
    program.command("init").description(
      "write example agents, a suite and notebooks into DIR; never overwrites",
    )
      .argument("[dir]", "folder", ".")
      .action((dir) => withContext((context) => writeAndShow(context, dir)));
  },
};

async function writeAndShow(context: Context, dir: string): Promise<void> {
  const { writeExamples } = await import("../../../app/mod.ts");
  const files = await writeExamples(dir);
  if (context.json) return context.printJson(files);
  const look = lookOf(context);
  for (const { path, action } of files) {
    context.print(`${look.paint(action === "wrote" ? "green" : "dim", action)}  ${cell(path)}`);
  }
  const there = dir === "." ? "" : `cd ${cell(dir)} && `;
  context.print(
    `\nTry next:\n  ${there}agentop run researcher "How many rows in sales.csv and what is the total revenue?"\n  ${there}agentop eval sales\n  ${there}agentop notebook notebooks`,
  );
}
