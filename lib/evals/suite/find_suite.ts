import { join } from "node:path";
import { AgentOpError, nearest, oneLine } from "../../core/mod.ts";

const FOLDER = "evals";

/** The file that a person means by SUITE: a path, or the name of one in `evals/`. Throws `AgentOpError`. */
export async function findSuite(reference: string): Promise<string> {
  if (/[/\\]/.test(reference) || /\.ya?ml$/i.test(reference)) return reference;
  for (const extension of ["yaml", "yml"]) {
    const path = join(FOLDER, `${reference}.${extension}`);
    if (await Deno.stat(path).then((it) => !it.isDirectory, () => false)) return path;
  }
  throw new AgentOpError(`Cannot find suite "${oneLine(reference, 60)}": it is not in ${FOLDER}/`, {
    remedy: nearest(reference, await suiteNames()) ?? "a path to a .yaml file, or agentop init",
  });
}

/** Names of what can be a suite in `evals/`, in order. */
export async function suiteNames(): Promise<readonly string[]> {
  const names = new Set<string>();
  try {
    for await (const { name, isDirectory } of Deno.readDir(FOLDER)) {
      if (!isDirectory && /\.ya?ml$/i.test(name)) names.add(name.replace(/\.ya?ml$/i, ""));
    }
  } catch { /* there is no such folder */ }
  return [...names].sort();
}
