import { dirname, join, relative, sep } from "node:path";
import type { AgentConfig, ToolReference } from "../agent/mod.ts";
import { canonicalJson, type Tool } from "../core/mod.ts";
import type { AppConfig } from "./config.ts";
import { trustedPaths } from "./trust.ts";

/** What the system keeps there is not an agent's business: settings, devices, what other processes are told. */
const SYSTEM_FOLDERS: readonly string[] = [
  "/boot",
  "/dev",
  "/etc",
  "/private/etc",
  "/proc",
  "/root",
  "/run",
  "/sys",
];

/**
 * The tool, as one that is asked for where it reads private places that nobody has allowed it: the home folder as a whole, hidden
 * folders in it, and the system's. An agent file that is trusted as it is now may; what lies beside the file is its own.
 */
export async function withPrivateReads(
  tool: Tool,
  { config, reference, agent }: {
    readonly config: AppConfig;
    readonly reference: ToolReference;
    readonly agent: AgentConfig;
  },
): Promise<Tool> {
  const { environments: { plain } } = config;
  const home = plain["HOME"] ?? plain["USERPROFILE"];
  const [own, userHome] = await Promise.all([
    realPath(agent.baseDir),
    home === undefined ? undefined : realPath(home),
  ]);
  const read = await Promise.all(tool.permissions.read.map(realPath));
  if (!read.some((path) => isPrivate(path, { own, userHome }))) return tool;
  if (await isTrustedTool(config, reference, agent)) return tool;
  return { ...tool, permissions: { ...tool.permissions, isPrivate: true } };
}

/** `own`: the folder of the agent file, where there is one. All are real paths. */
export function isPrivate(
  path: string,
  { own, userHome }: { readonly own: string | undefined; readonly userHome: string | undefined },
): boolean {
  if (userHome !== undefined && isWithin(userHome, path)) return true; // the home folder, or what it lies in
  if (own !== undefined && isWithin(path, own)) return false;
  const [first = ""] = userHome !== undefined && isWithin(path, userHome)
    ? relative(userHome, path).split(sep)
    : [];
  return first.startsWith(".") ||
    SYSTEM_FOLDERS.some((folder) => isWithin(path, folder) && folder !== userHome);
}

export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !/^([A-Za-z]:|[/\\])/.test(way);
}

/** Where links lead; of what is not there, as far as it is. */
export async function realPath(path: string): Promise<string> {
  for (let there = path;; there = dirname(there)) {
    const real = await Deno.realPath(there).catch(() => undefined);
    if (real !== undefined) return join(real, relative(there, path));
    if (dirname(there) === there) return path;
  }
}

/** A trusted file of the agent's folder says this tool, with these settings. */
async function isTrustedTool(
  config: AppConfig,
  reference: ToolReference,
  agent: AgentConfig,
): Promise<boolean> {
  const [{ bundledNow }, { loadAgentFile }] = await Promise.all([
    import("./agents.ts"),
    import("../agent/mod.ts"),
  ]);
  const wanted = canonicalJson(reference);
  const says = ({ tools }: AgentConfig) => tools.some((tool) => canonicalJson(tool) === wanted);
  const bundled = await bundledNow(agent, config);
  if (bundled && says(bundled)) return true;
  for (const path of await trustedPaths(config.home, agent.baseDir)) {
    const trusted = await loadAgentFile(path, config.defaults).catch(() => undefined);
    if (trusted && says(trusted)) return true;
  }
  return false;
}
