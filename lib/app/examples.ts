import { dirname, join } from "node:path";
import { AgentOpError, reasonOf } from "../core/mod.ts";

export interface ExampleFile {
  readonly path: string;
  /** `kept`: something of that name was there. */
  readonly action: "wrote" | "kept";
}

/** Writes the bundled agents and their data into `folder`/agents; nothing that is there is touched. Throws `AgentOpError`. */
export async function writeExamples(folder: string): Promise<readonly ExampleFile[]> {
  const { BUNDLED_AGENTS } = await import("../simulator/mod.ts");
  const files: ExampleFile[] = [];
  for (const [name, text] of Object.entries(BUNDLED_AGENTS)) {
    const path = join(folder, "agents", name);
    files.push({ path, action: await writeNew(path, text) ? "wrote" : "kept" });
  }
  return files;
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
