import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import { AgentOpError } from "../core/mod.ts";
import { ToolFailure } from "./tool_failure.ts";

const MAX_PATH_LENGTH = 1_024;
const MAX_DEPTH = 64;
const SYSTEM_FOLDERS: readonly string[] = ["/proc", "/sys", "/dev"];
/**
 * Opening a database file by other means than SQLite drops SQLite's locks when it is closed, and so can damage a store that
 * this very process has open.
 */
const DATABASE_FILE = /\.(?:db|db3|sqlite|sqlite3)(?:-(?:wal|shm|journal))?$/i;
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * The absolute folder a tool works in, from its configuration. Throws `AgentOpError` for a root that would be no limit at
 * all: the whole disk, or the kernel's folders, where files are not files.
 */
export function resolveRoot(toolName: string, key: string, baseDir: string, root: string): string {
  const absolute = resolve(baseDir, root);
  const isDisk = dirname(absolute) === absolute;
  if (root.includes("\0") || isDisk || isSystem(absolute)) {
    const reason = isDisk ? "it would open the whole disk" : "it is not a folder of files";
    throw new AgentOpError(
      `Cannot set up tool "${toolName}": "${key}" must be a folder for the agent's files, ${reason}: got ${
        JSON.stringify(root)
      }`,
      { remedy: `${key}: ./data` },
    );
  }
  return absolute;
}

/**
 * The names between the root and the file. Refuses what could mean a place outside on any system: absolute paths, `..`,
 * drive letters, backslashes, NUL and other control characters, Windows device names and streams.
 */
export function splitPath(path: string): string[] {
  const refuse = (reason: string): never => {
    throw new ToolFailure(
      `Cannot use the path ${JSON.stringify(path.slice(0, 100))}: ${reason}. ` +
        `Try: a relative path such as reports/may.csv; list_files shows what there is.`,
    );
  };
  if (path.length > MAX_PATH_LENGTH) refuse(`it is longer than ${MAX_PATH_LENGTH} characters`);
  if (/\p{Cc}/u.test(path)) refuse("it contains control characters");
  if (!path.isWellFormed()) refuse("it is not valid text");
  if (path.includes("\\")) refuse("folders are separated by /");
  if (isAbsolute(path) || path.startsWith("/") || /^[A-Za-z]:/.test(path)) {
    refuse("it must be relative to the root folder");
  }
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) refuse("it must not contain ..");
  if (names.length > MAX_DEPTH) refuse(`it has more than ${MAX_DEPTH} folders`);
  if (
    Deno.build.os === "windows" &&
    names.some((name) => WINDOWS_DEVICE.test(name) || /[:*?"<>|]|[. ]$/.test(name))
  ) {
    refuse("Windows does not allow this name");
  }
  return names;
}

/** The root with all links resolved. */
export async function realRoot(root: string): Promise<string> {
  const real = await Deno.realPath(root).catch((error: unknown) => {
    throw new ToolFailure(`Cannot open the root folder: ${reasonOf(error)}.`);
  });
  if (isSystem(real)) throw new ToolFailure("Cannot open the root folder: it is a link to a system folder.");
  return real;
}

export function isInside(realRootPath: string, realPath: string): boolean {
  return realPath === realRootPath || realPath.startsWith(realRootPath + sep);
}

/**
 * The real path of something that exists inside `root`, links resolved and checked again. A name is also found in its other
 * Unicode form (NFC or NFD). Throws `ToolFailure`.
 */
export async function findInside(root: string, path: string): Promise<string> {
  const names = splitPath(path);
  const base = await realRoot(root);
  const real = await realPathInAnyForm(base, names.join("/"), path);
  if (!isInside(base, real)) throw outside(path);
  return real;
}

export function outside(path: string): ToolFailure {
  return new ToolFailure(
    `Cannot use the path ${JSON.stringify(path)}: it is a link that leads outside the root folder.`,
  );
}

async function realPathInAnyForm(base: string, relative: string, asked: string): Promise<string> {
  let failure: unknown;
  for (const form of new Set([relative, relative.normalize("NFC"), relative.normalize("NFD")])) {
    try {
      return await Deno.realPath(join(base, form));
    } catch (error) {
      failure ??= error;
      if (!(error instanceof Deno.errors.NotFound)) break;
    }
  }
  throw new ToolFailure(`Cannot open ${JSON.stringify(asked)}: ${reasonOf(failure)}.`);
}

/**
 * Opens a regular file inside `root` for reading. What was opened is compared with what the checked path names now, so a link
 * swapped in between is noticed. (Only an operating system sandbox closes that race entirely.)
 */
export async function openInside(
  root: string,
  path: string,
): Promise<{ file: Deno.FsFile; info: Deno.FileInfo }> {
  const real = await findInside(root, path);
  refuseDatabase(real, path);
  let file: Deno.FsFile | undefined;
  try {
    requireFile(await Deno.lstat(real), path); // Before opening: opening a named pipe would wait for a writer.
    file = await Deno.open(real, { read: true });
    const info = await file.stat();
    requireFile(info, path);
    await requireSame(real, info, path);
    return { file, info };
  } catch (error) {
    file?.close();
    if (error instanceof ToolFailure) throw error;
    throw new ToolFailure(`Cannot open ${JSON.stringify(path)}: ${reasonOf(error)}.`);
  }
}

export function refuseDatabase(realPath: string, path: string): void {
  if (!DATABASE_FILE.test(basename(realPath))) return;
  throw new ToolFailure(
    `Cannot open ${JSON.stringify(path)}: it is a database file. Try: the sqlite_query tool.`,
  );
}

/** Throws unless `real` is still a real path and names the opened file. */
export async function requireSame(real: string, opened: Deno.FileInfo, path: string): Promise<void> {
  const [now, resolved] = await Promise.all([Deno.lstat(real), Deno.realPath(real)]);
  if (resolved !== real || now.ino !== opened.ino || now.dev !== opened.dev) throw outside(path);
}

/** A regular file of one name: of a second name nobody can tell whether it is inside the root folder. */
export function requireFile(info: Deno.FileInfo, path: string): void {
  if (info.isFile && (info.nlink ?? 1) > 1) {
    throw new ToolFailure(
      `Cannot open ${
        JSON.stringify(path)
      }: it has a second name (a hard link), perhaps outside the root folder. Try: a copy of the file in its place.`,
    );
  }
  if (info.isFile) return;
  const kind = info.isDirectory ? "a folder; list_files shows what is in it" : "not a regular file";
  throw new ToolFailure(`Cannot open ${JSON.stringify(path)}: it is ${kind}.`);
}

/** Why the system refused, without the absolute path that its message contains. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "it does not exist";
  if (error instanceof Deno.errors.NotADirectory) return "a part of the path is not a folder";
  if (error instanceof Deno.errors.PermissionDenied) return "the system does not allow it";
  if (error instanceof Deno.errors.NotCapable) return "this program was started without the permission";
  if (error instanceof Deno.errors.FilesystemLoop) return "its links go round in a circle";
  if (error instanceof Deno.errors.AlreadyExists) return "something of that name exists";
  return error instanceof Error ? error.message.replace(/:? '[^']*'|"[^"]*"/g, "") : "unknown reason";
}

function isSystem(path: string): boolean {
  return SYSTEM_FOLDERS.some((folder) => path === folder || path.startsWith(folder + "/"));
}
