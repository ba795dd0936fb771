import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Removes the kernel's description from one of Jupyter's folders if it starts what is below `program`: it would start nothing
 * once that is gone. Returns where it was, `undefined` where there was none.
 */
export async function removeKernelSpec(jupyterFolder: string, program: string): Promise<string | undefined> {
  const path = join(jupyterFolder, "kernels", "agentop", "kernel.json");
  const text = await Deno.readTextFile(path).catch(() => undefined);
  if (text === undefined || !namesIn(text).some((it) => it.startsWith(`${pathToFileURL(program).href}/`))) {
    return undefined;
  }
  await Deno.remove(path);
  // Somebody else's files beside it stay, and so do the folders then.
  await Deno.remove(dirname(path)).catch(() => {});
  return path;
}

function namesIn(text: string): readonly string[] {
  try {
    const { argv } = JSON.parse(text) as { readonly argv?: unknown };
    return Array.isArray(argv) ? argv.map(String) : [];
  } catch {
    return [];
  }
}
