import { basename, dirname, join } from "node:path";
import { agentFileHash } from "../agent/mod.ts";
import { AgentOpError, isObject, reasonOf, tryParseJson } from "../core/mod.ts";
import { readTextFileIfThere } from "../schema/mod.ts";

const TRUST_MAX_BYTES = 4_000_000;
const FILES_MAX = 500;

/** What is trusted: hashes of agent files by their names, by the real path of their folder. */
type TrustList = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An agent file of a folder that was trusted. */
export interface TrustedFile {
  readonly name: string;
  /** `changed`: since it was trusted, so it is not any more. `new`: it was not there then. */
  readonly state: "trusted" | "changed" | "new" | "gone";
}

export interface TrustedFolder {
  readonly folder: string;
  readonly files: readonly TrustedFile[];
}

/** Whether the file at `path` was trusted with the text of this hash. Throws `AgentOpError` for a list that cannot be read. */
export async function isTrusted(home: string, path: string, hash: string): Promise<boolean> {
  const folder = await realFolder(dirname(path)).catch(() => undefined);
  return folder !== undefined && (await readList(home))[folder]?.[basename(path)] === hash;
}

/** The files of a folder that are trusted as they are now. Throws `AgentOpError` for a list that cannot be read. */
export async function trustedPaths(home: string, path: string): Promise<readonly string[]> {
  const folder = await realFolder(path).catch(() => undefined);
  const trusted = folder === undefined ? undefined : (await readList(home))[folder];
  if (folder === undefined || trusted === undefined) return [];
  const now = await fileHashes(folder);
  return Object.keys(trusted).filter((name) => now[name] === trusted[name]).map((name) => join(folder, name));
}

/** Trusts the agent files of a folder as they are now, and no others of it. Throws `AgentOpError`. */
export async function trustFolder(home: string, path: string): Promise<TrustedFolder> {
  const folder = await realFolder(path);
  const hashes = await fileHashes(folder);
  if (Object.keys(hashes).length === 0) {
    throw new AgentOpError(`Cannot trust ${path}: there are no agent files in it`, {
      remedy: "a folder with .yaml files",
    });
  }
  await writeList(home, { ...await readList(home), [folder]: hashes });
  return { folder, files: Object.keys(hashes).map((name) => ({ name, state: "trusted" })) };
}

/** Takes trust back. Throws `AgentOpError` for a folder that has none. */
export async function distrustFolder(home: string, path: string): Promise<string> {
  const list = await readList(home);
  const folder = Object.hasOwn(list, path) ? path : await realFolder(path).catch(() => path);
  const { [folder]: trusted, ...rest } = list;
  if (!trusted) {
    throw new AgentOpError(`Cannot take trust back from ${path}: it is not trusted`, {
      remedy: "agentop trust --list",
    });
  }
  await writeList(home, rest);
  return folder;
}

/** Every trusted folder, with what has changed in it. Throws `AgentOpError`. */
export async function trustedFolders(home: string): Promise<readonly TrustedFolder[]> {
  return await Promise.all(
    Object.entries(await readList(home)).map(async ([folder, trusted]): Promise<TrustedFolder> => {
      const now = await fileHashes(folder).catch((): Record<string, string> => ({}));
      const names = [...new Set([...Object.keys(trusted), ...Object.keys(now)])].sort();
      const stateOf = (name: string): TrustedFile["state"] => {
        if (now[name] === undefined) return "gone";
        if (trusted[name] === undefined) return "new";
        return now[name] === trusted[name] ? "trusted" : "changed";
      };
      return { folder, files: names.map((name) => ({ name, state: stateOf(name) })) };
    }),
  );
}

async function realFolder(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (cause) {
    throw new AgentOpError(`Cannot trust ${path}: ${reasonOf(cause)}`, {
      remedy: "a folder that is there",
      cause,
    });
  }
}

async function fileHashes(folder: string): Promise<Record<string, string>> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (!entry.isDirectory && /\.ya?ml$/i.test(entry.name)) names.push(entry.name);
    }
  } catch (cause) {
    throw new AgentOpError(`Cannot trust ${folder}: ${reasonOf(cause)}`, { remedy: "a folder", cause });
  }
  const hashes: Record<string, string> = {};
  for (const name of names.sort().slice(0, FILES_MAX)) {
    // What cannot be read cannot be run either.
    const hash = await agentFileHash(join(folder, name)).catch(() => undefined);
    if (hash !== undefined) hashes[name] = hash;
  }
  return hashes;
}

const listPath = (home: string) => join(home, "trust.json");

async function readList(home: string): Promise<TrustList> {
  const path = listPath(home);
  const text = await readTextFileIfThere(path, { maxBytes: TRUST_MAX_BYTES, verb: "use" });
  if (text === undefined) return {};
  const list = tryParseJson(text);
  const isList = isObject(list) &&
    Object.values(list).every((files) =>
      isObject(files) && Object.values(files).every((hash) => typeof hash === "string")
    );
  if (isList) return list as TrustList;
  throw new AgentOpError(`Cannot use ${path}: it is no list of trusted folders`, {
    remedy: "delete it, and trust folders anew",
  });
}

/** Replaces the list in one step. */
async function writeList(home: string, list: TrustList): Promise<void> {
  const path = listPath(home);
  const next = `${path}.${Deno.pid}.new`;
  try {
    await Deno.mkdir(home, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(next, `${JSON.stringify(list, null, 2)}\n`, { mode: 0o600 });
    await Deno.rename(next, path);
  } catch (cause) {
    throw new AgentOpError(`Cannot write ${path}: ${reasonOf(cause)}`, { remedy: "AGENTOP_HOME=DIR", cause });
  }
}
