import { basename, dirname, join } from "node:path";
import { AgentOpError, reasonOf } from "../core/mod.ts";

export interface WriteWholeOptions {
  /** The file's name when `path` is a folder. */
  readonly name: string;
  /** An existing file may be replaced. */
  readonly force: boolean;
  /** Endings of files that stand beside one that some program has open: that one is never replaced. */
  readonly besideWhenOpen?: readonly string[];
}

/**
 * Writes a file whole or not at all: what was there stays until the new one is complete. Returns where it is. `content` is its
 * text, or fills the empty file whose path it gets. Only its owner can read the file: runs hold what people asked. Throws `AgentOpError`, and what `content` throws of that kind.
 */
export async function writeWhole(
  path: string,
  content: string | ((half: string) => Promise<void>),
  options: WriteWholeOptions,
): Promise<string> {
  if (path === "") throw cannot('""', "the name is empty", "the name of a file");
  const info = await Deno.stat(path).catch(() => undefined);
  const target = info?.isDirectory ? join(path, options.name) : path;
  const known = info?.isDirectory ? await Deno.stat(target).catch(() => undefined) : info;
  if (known?.isFile && !options.force) {
    throw cannot(target, "it exists", "--force, or another name");
  }
  for (const ending of options.besideWhenOpen ?? []) {
    if (await Deno.stat(target + ending).then(() => true, () => false)) {
      throw cannot(
        target,
        `another program has it open (${basename(target)}${ending} is there)`,
        "another name",
      );
    }
  }
  const failed = (error: unknown) =>
    error instanceof AgentOpError
      ? error
      : cannot(target, whyNot(error, target), "a file in a folder you may write to", error);
  if (known && !known.isFile) {
    if (known.isDirectory) throw cannot(target, "it is a folder", "the name of a file");
    if (typeof content !== "string") throw cannot(target, "it is no ordinary file", "another name");
    // A pipe or a device is written through, never replaced.
    await Deno.writeTextFile(target, content).catch((error) => Promise.reject(failed(error)));
    return target;
  }
  const half = join(dirname(target), `.${basename(target)}.${crypto.randomUUID().slice(0, 8)}.part`);
  try {
    await Deno.writeTextFile(half, typeof content === "string" ? content : "", {
      createNew: true,
      mode: 0o600,
    });
    if (typeof content !== "string") await content(half);
    await Deno.rename(half, target);
  } catch (error) {
    await Deno.remove(half).catch(() => {});
    throw failed(error);
  }
  return target;
}

function whyNot(error: unknown, target: string): string {
  if (error instanceof Deno.errors.NotFound) return `there is no folder ${dirname(target)}`;
  if (error instanceof Deno.errors.NotADirectory) return `${dirname(target)} is no folder`;
  if (error instanceof Deno.errors.PermissionDenied) return `the folder ${dirname(target)} does not allow it`;
  if (error instanceof Deno.errors.NotCapable) return "a place of the system";
  return reasonOf(error);
}

function cannot(path: string, reason: string, remedy: string, cause?: unknown): AgentOpError {
  return new AgentOpError(`Cannot write ${path}: ${reason}`, { remedy, cause });
}
