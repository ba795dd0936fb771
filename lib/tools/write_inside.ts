import { grouped } from "../present/mod.ts";
import { dirname, join } from "node:path";
import {
  findInside,
  isInside,
  outside,
  realRoot,
  reasonOf,
  refuseDatabase,
  requireFile,
  requireSame,
  splitPath,
} from "./path_guard.ts";
import { ToolFailure } from "./tool_failure.ts";

export interface WriteOptions {
  readonly append?: boolean;
  /** Of the whole file afterwards. */
  readonly maxBytes: number;
}

/**
 * Writes a file inside `root`, with the folders it needs. Replacing is atomic: readers see the old file or the new one, and
 * a crash leaves the old one. Never writes through a link. Throws `ToolFailure`. Resolves to the size of the file.
 */
export async function writeInside(
  root: string,
  path: string,
  bytes: Uint8Array,
  options: WriteOptions,
): Promise<number> {
  const names = splitPath(path);
  const name = names.pop();
  if (name === undefined) throw new ToolFailure(`Cannot write ${JSON.stringify(path)}: it names no file.`);
  if (bytes.length > options.maxBytes) throw tooLarge(path, bytes.length, options.maxBytes);
  try {
    await Deno.mkdir(root, { recursive: true });
    const folder = await makeFolders(await realRoot(root), names, path);
    const target = join(folder, name);
    refuseDatabase(target, path);
    const old = await Deno.lstat(target).catch(missing);
    if (old?.isSymlink) {
      throw new ToolFailure(`Cannot write ${JSON.stringify(path)}: it is a link. Try: another name.`);
    }
    if (old) requireFile(old, path);
    if (options.append) {
      // Made apart from the first append: of two at the same moment both find it, and neither follows a link.
      if (!old) await createEmpty(target);
      return await append(target, path, bytes, options.maxBytes);
    }
    await replace(target, bytes, old?.mode ?? undefined);
    // A folder swapped for a link in between is noticed here and reported.
    await findInside(root, [...names, name].join("/"));
    return bytes.length;
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    throw new ToolFailure(`Cannot write ${JSON.stringify(path)}: ${reasonOf(error)}.`);
  }
}

/** Walks down from the root, making what is missing; every step is resolved and checked before the next. */
async function makeFolders(base: string, names: readonly string[], path: string): Promise<string> {
  let folder = base;
  for (const name of names) {
    const next = join(folder, name);
    if (!await Deno.lstat(next).catch(missing)) {
      await Deno.mkdir(next).catch(unlessThere);
    }
    folder = await Deno.realPath(next);
    if (!isInside(base, folder)) throw outside(path);
  }
  return folder;
}

async function replace(target: string, bytes: Uint8Array, mode: number | undefined): Promise<void> {
  const temporary = join(dirname(target), `.${crypto.randomUUID()}.tmp`);
  try {
    using file = await Deno.open(temporary, { write: true, createNew: true });
    await writeAll(file, bytes);
    if (mode !== undefined && Deno.build.os !== "windows") await Deno.chmod(temporary, mode & 0o777);
    await file.syncData();
    await Deno.rename(temporary, target);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

async function createEmpty(target: string): Promise<void> {
  (await Deno.open(target, { write: true, createNew: true }).catch(unlessThere))?.close();
}

/** Another call was faster. */
function unlessThere(error: unknown): undefined {
  if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
}

async function append(target: string, path: string, bytes: Uint8Array, maxBytes: number): Promise<number> {
  using file = await Deno.open(target, { append: true });
  const info = await file.stat();
  requireFile(info, path);
  await requireSame(target, info, path);
  const total = info.size + bytes.length;
  if (total > maxBytes) throw tooLarge(path, total, maxBytes);
  await writeAll(file, bytes);
  await file.syncData();
  return total;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
}

function missing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

function tooLarge(path: string, bytes: number, maxBytes: number): ToolFailure {
  return new ToolFailure(
    `Cannot write ${JSON.stringify(path)}: it would have ${grouped(bytes)} bytes, at most ${
      grouped(maxBytes)
    } are allowed.`,
  );
}
