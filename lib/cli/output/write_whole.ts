import { basename, dirname, join } from "node:path";
import { AgentOpError, reasonOf } from "../../core/mod.ts";

/**
 * Writes a file whole or not at all: what was there stays until the new one is complete. Returns where it is. `path` may be a
 * folder, then `name` is the file in it. An existing file stays unless `force` is set. Throws `AgentOpError`.
 */
export async function writeWhole(
  path: string,
  text: string,
  options: { readonly name: string; readonly force: boolean },
): Promise<string> {
  if (path === "") throw cannot('""', "the name is empty", "--output FILE");
  const info = await Deno.stat(path).catch(() => undefined);
  const target = info?.isDirectory ? join(path, options.name) : path;
  const known = info?.isDirectory ? await Deno.stat(target).catch(() => undefined) : info;
  if (known?.isFile && !options.force) {
    throw cannot(target, "it exists", "--force, or --output with another name");
  }
  const failed = (error: unknown) =>
    cannot(target, whyNot(error, target), "--output FILE in a folder you may write to", error);
  if (known && !known.isFile) {
    // A pipe or a device is written through, never replaced.
    if (known.isDirectory) throw cannot(target, "it is a folder", "--output FILE");
    await Deno.writeTextFile(target, text).catch((error) => Promise.reject(failed(error)));
    return target;
  }
  const half = join(dirname(target), `.${basename(target)}.${crypto.randomUUID().slice(0, 8)}.part`);
  try {
    await Deno.writeTextFile(half, text, { createNew: true });
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
