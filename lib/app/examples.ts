import { dirname, join } from "node:path";
import { AgentOpError, reasonOf } from "../core/mod.ts";

import { EXAMPLE_SUITE } from "./example_suite.ts";

export interface ExampleFile {
  readonly path: string;
  /** `kept`: something of that name was there. */
  readonly action: "wrote" | "kept";
}

/**
 * Writes the bundled agents and their data into `folder`/agents, a suite into `folder`/evals, the notebooks into `folder`/notebooks; nothing that is there is
 * touched. Throws `AgentOpError`.
 */
export async function writeExamples(folder: string): Promise<readonly ExampleFile[]> {
  const [{ BUNDLED_AGENTS }, { BUNDLED_NOTEBOOKS }, { notebookText }] = await Promise.all([
    import("../simulator/mod.ts"),
    import("./notebooks/bundled_notebooks.ts"),
    import("../documents/mod.ts"),
  ]);
  const notebooks = Object.fromEntries(
    Object.entries(BUNDLED_NOTEBOOKS).map(([name, json]) => [name, notebookText(JSON.parse(json))]),
  );
  const evals = { "sales.yaml": EXAMPLE_SUITE };
  const files: ExampleFile[] = [];
  for (const [place, texts] of Object.entries({ agents: BUNDLED_AGENTS, evals, notebooks })) {
    for (const [name, text] of Object.entries(texts)) {
      const path = join(folder, place, name);
      files.push({ path, action: await writeNew(path, text) ? "wrote" : "kept" });
    }
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
