import { dirname, join, resolve } from "node:path";
import type { AgentConfig, ApprovePolicy, OnRead, ReadAgentFile } from "../agent/mod.ts";
import { agentNameOf, AgentOpError, type Explanation, nearest, reasonOf, remedyOf } from "../core/mod.ts";
import { FileError } from "../schema/mod.ts";
import type { AppConfig } from "./config.ts";

const AGENTS_LISTED_MAX = 500;

export interface FoundAgent {
  readonly name: string;
  readonly path: string;
  /** What the file says, also where something that it names is missing. */
  readonly config?: AgentConfig;
  /** Why it cannot be used. */
  readonly error?: string;
  /** What helps against `error`. */
  readonly remedy?: string | undefined;
  /** What else is wrong with it, after `error`. */
  readonly others?: readonly string[];
  /** Where in the file `error` is, from 1. */
  readonly line?: number;
  /** What a person should know of a file that can be used. */
  readonly notes?: readonly Explanation[];
  /** What is known of the file beside its configuration. */
  readonly file?: ReadAgentFile;
  /** A person trusts the file as it is now: its `approve: auto` counts. */
  readonly isTrusted?: boolean;
}

/** Agent files bring the whole loop with them: most commands never read one. */
const agentModule = () => import("../agent/mod.ts");

function isPath(agent: string): boolean {
  return /[/\\]/.test(agent) || /\.ya?ml$/i.test(agent);
}

/** The agent files of the lookup folders by name, first folder first; of one name the first. None of them is read. */
async function agentFiles({ agentFolders }: AppConfig): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  for (const folder of agentFolders) {
    const files: string[] = [];
    try {
      for await (const entry of Deno.readDir(folder)) {
        if (!entry.isDirectory && /\.ya?ml$/i.test(entry.name)) files.push(entry.name);
      }
    } catch {
      continue; // a folder that is not there holds no agents
    }
    for (const file of files.sort().slice(0, AGENTS_LISTED_MAX)) {
      const name = agentNameOf(file);
      if (!paths.has(name)) paths.set(name, join(folder, file));
    }
  }
  return paths;
}

/** All agent files of the lookup folders, first folder first; a name found twice counts once. */
export async function findAgents(config: AppConfig): Promise<readonly FoundAgent[]> {
  const found: FoundAgent[] = [];
  const { loadAgentFile } = await agentModule();
  for (const [name, path] of await agentFiles(config)) {
    try {
      let file: ReadAgentFile | undefined;
      const agent = await loadAgentFile(path, config.defaults, (read) => file = read);
      const isTrusted = file !== undefined && await trustsFile(config, path, file.hash);
      found.push({ name, path, config: agent, isTrusted, ...(file ? { file, notes: file.notes } : {}) });
    } catch (error) {
      const place = error instanceof FileError ? { line: error.line, others: error.others } : {};
      found.push({ name, path, error: reasonOf(error), remedy: remedyOf(error), ...place });
    }
  }
  return found;
}

/** What can stand for AGENT: the files of the lookup folders, whatever is in them, and the bundled agents, which have no path. */
export async function agentNames(
  config: AppConfig,
): Promise<readonly { readonly name: string; readonly path?: string }[]> {
  const files = await agentFiles(config);
  const bundled = (await bundledNames()).filter((name) => !files.has(name));
  return [...[...files].map(([name, path]) => ({ name, path })), ...bundled.map((name) => ({ name }))];
}

export interface ResolveOptions {
  /** The agent that names it: its folder is looked in first. */
  readonly from?: AgentConfig | undefined;
  /** Told of the file, where there is one. */
  readonly onRead?: OnRead | undefined;
  /** A policy that was given for this invocation: the file's `auto` counts under `auto`, and nobody is asked. */
  readonly approve?: ApprovePolicy | undefined;
  /** Asked when the file says `auto` and nobody has trusted it: whether somebody does now. Otherwise `auto` means `ask`. */
  readonly onUntrusted?: ((file: UntrustedFile) => Promise<boolean>) | undefined;
}

/** An agent file that wants its tools to run unasked. */
export interface UntrustedFile {
  readonly path: string;
  /** Where it is: folders are trusted. */
  readonly folder: string;
  readonly config: AgentConfig;
}

async function trustsFile({ home }: AppConfig, path: string, hash: string): Promise<boolean> {
  return await (await import("./trust.ts")).isTrusted(home, path, hash);
}

/** The agent of a file: with `auto` only where somebody who may has said so. */
async function loaded(
  path: string,
  config: AppConfig,
  { onRead, approve, onUntrusted }: ResolveOptions,
): Promise<AgentConfig> {
  const { loadAgentFile } = await agentModule();
  let hash = "";
  const agent = await loadAgentFile(path, config.defaults, (file) => {
    hash = file.hash;
    onRead?.(file);
  });
  if (agent.approve !== "auto" || approve === "auto" || await trustsFile(config, path, hash)) return agent;
  const isTrusted = approve === undefined &&
    await onUntrusted?.({ path, folder: dirname(path), config: agent }) === true &&
    await trustsFile(config, path, hash);
  return isTrusted ? agent : { ...agent, approve: "ask" };
}

/** Where the file of an agent is looked for, the first that counts first. */
export function agentPlaces(agent: string, config: AppConfig, from?: AgentConfig): readonly string[] {
  if (isPath(agent)) return [agent];
  const folders = [...(from ? [from.baseDir] : []), ...config.agentFolders];
  return folders.flatMap((folder) =>
    ["yaml", "yml"].map((extension) => join(folder, `${agent}.${extension}`))
  );
}

/** Whatever is there under that name: what is no file is told of when it is read. */
async function fileOf(agent: string, config: AppConfig, from?: AgentConfig): Promise<string | undefined> {
  for (const path of agentPlaces(agent, config, from)) {
    if (await Deno.stat(path).then((it) => !it.isDirectory, () => false)) return path;
  }
  return (await agentFiles(config)).get(agent); // other characters of a file's name are not in its agent's
}

/** An agent by path, by name in the lookup folders, or a bundled one. Throws `AgentOpError` with the nearest name. */
export async function resolveAgent(
  agent: string,
  config: AppConfig,
  options: ResolveOptions = {},
): Promise<AgentConfig> {
  const path = isPath(agent) ? agent : await fileOf(agent, config, options.from);
  if (path !== undefined) return await loaded(path, config, options);
  const bundled = await bundledAgent(agent, config);
  if (bundled) return bundled;
  const guess = nearest(agent, (await agentNames(config)).map((it) => it.name));
  throw new AgentOpError(
    `Cannot find agent "${agent.slice(0, 80)}": it is not in ${config.agentFolders.join(", ")}`,
    { remedy: guess ?? "agentop agents, or a path to a .yaml file" },
  );
}

/** The demo agents are part of the program; their files are laid out in the home folder when one is used. */
export async function bundledAgent(name: string, config: AppConfig): Promise<AgentConfig | undefined> {
  if (!(await bundledNames()).includes(name)) return undefined;
  await layOutBundled(config);
  return await parseBundled(name, config);
}

/** Every bundled agent, laid out in the home folder. */
export async function bundledAgents(config: AppConfig): Promise<readonly FoundAgent[]> {
  await layOutBundled(config);
  return await Promise.all((await bundledNames()).map(async (name) => {
    const agent = await parseBundled(name, config);
    return { name, path: join(agent.baseDir, `${name}.yaml`), config: agent };
  }));
}

/** An agent that can be run by its name. */
export interface ListedAgent extends Omit<FoundAgent, "path"> {
  /** Absent for one that is part of the program. */
  readonly path?: string;
}

/** The agent files that can be found, then the bundled agents whose place none of them takes. Nothing is written. */
export async function listAgents(config: AppConfig): Promise<readonly ListedAgent[]> {
  const found = await findAgents(config);
  const names = (await bundledNames()).filter((name) => !found.some((it) => it.name === name));
  const bundled = names.map(async (name) => ({ name, config: await parseBundled(name, config) }));
  return [...found, ...await Promise.all(bundled)];
}

/** A bundled agent as it is now, for one that was made from it. */
export async function bundledNow(agent: AgentConfig, config: AppConfig): Promise<AgentConfig | undefined> {
  if (agent.baseDir !== bundledFolder(config) || !(await bundledNames()).includes(agent.name)) {
    return undefined;
  }
  return await parseBundled(agent.name, config);
}

function bundledFolder({ home }: AppConfig): string {
  return resolve(home, "bundled");
}

async function layOutBundled(config: AppConfig): Promise<void> {
  const { BUNDLED_AGENTS } = await import("../simulator/mod.ts");
  for (const [path, text] of Object.entries(BUNDLED_AGENTS)) {
    const target = join(bundledFolder(config), path);
    if (await Deno.readTextFile(target).catch(() => undefined) === text) continue;
    await Deno.mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(target, text);
  }
}

/** As its file would be loaded, were it laid out. */
async function parseBundled(name: string, config: AppConfig): Promise<AgentConfig> {
  const [{ BUNDLED_AGENTS }, { parseAgentFile }] = await Promise.all([
    import("../simulator/mod.ts"),
    agentModule(),
  ]);
  const file = `${name}.yaml`;
  return await parseAgentFile(BUNDLED_AGENTS[file]!, join(bundledFolder(config), file), config.defaults);
}

async function bundledNames(): Promise<readonly string[]> {
  const { BUNDLED_AGENTS } = await import("../simulator/mod.ts");
  return Object.keys(BUNDLED_AGENTS).filter((file) => /^[^/]+\.yaml$/.test(file))
    .map((file) => file.replace(/\.yaml$/, ""));
}
