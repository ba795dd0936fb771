import { dirname, join } from "node:path";
import { AgentOpError, reasonOf } from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import type { Context } from "../../context.ts";
import { cell } from "../../../present/mod.ts";
import { lookOf } from "../../output/look.ts";

interface WrittenFile {
  readonly path: string;
  readonly action: "wrote" | "kept";
}

export const init: CliCommand = {
  register(program, act) {
    program.command("init").description("write example agents into DIR/agents; never overwrites")
      .argument("[dir]", "folder", ".")
      .action((dir) => act((context) => writeExamples(context, dir)));
  },
};

async function writeExamples(context: Context, dir: string): Promise<number> {
  const { BUNDLED_AGENTS } = await import("../../../simulator/mod.ts");
  const files: WrittenFile[] = [];
  for (const [name, text] of Object.entries(BUNDLED_AGENTS)) {
    const path = join(dir, "agents", name);
    files.push({ path, action: await writeNew(path, text) ? "wrote" : "kept" });
  }
  if (context.json) {
    context.printJson(files);
    return 0;
  }
  const look = lookOf(context);
  for (const { path, action } of files) {
    context.print(`${look.paint(action === "wrote" ? "green" : "dim", action)}  ${cell(path)}`);
  }
  const there = dir === "." ? "" : `cd ${cell(dir)} && `;
  context.print(
    `\nTry next:\n  ${there}agentop run researcher "How many rows in sales.csv and what is the total revenue?"`,
  );
  return 0;
}

/** False when something of that name is there already, even a link that leads nowhere. */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text, { createNew: true });
    return true;
  } catch (error) {
    const isThere = await Deno.lstat(path).then(() => true, () => false);
    if (error instanceof Deno.errors.AlreadyExists && isThere) return false;
    throw new AgentOpError(`Cannot write ${path}: ${reasonOf(error)}`, {
      remedy: "a folder you may write to, agentop init DIR",
      cause: error,
    });
  }
}
