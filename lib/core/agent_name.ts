const NAME_MAX_CHARS = 64;

/** What the agent of a file is called: lists, commands, hand-offs and runs all say this name. */
export function agentNameOf(path: string): string {
  const base = fileBase(path);
  return base.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, NAME_MAX_CHARS) || "agent";
}

/** The file's name without folder and extension. */
export function fileBase(path: string): string {
  return path.replaceAll("\\", "/").split("/").at(-1)!.replace(/\.ya?ml$/i, "");
}
