import { join } from "node:path";
import { openInside, splitPath } from "./path_guard.ts";

/**
 * The text of a file inside `root`, for a person to see; `undefined` when there is none yet. Throws `ToolFailure` for what is no text
 * file of that size inside the folder.
 */
export async function readTextInside(
  root: string,
  path: string,
  maxBytes: number,
): Promise<{ readonly text: string; readonly isCut: boolean } | undefined> {
  if (!await isThere(join(root, ...splitPath(path)))) return undefined;
  const { file } = await openInside(root, path);
  using _file = file;
  const bytes = new Uint8Array(maxBytes + 1);
  let length = 0;
  while (length < bytes.length) {
    const count = await file.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  // A cut may be within a letter; what is whole is given to the byte, or not at all.
  const isCut = length > maxBytes;
  const text = new TextDecoder("utf-8", { fatal: !isCut, ignoreBOM: true }).decode(
    bytes.subarray(0, Math.min(length, maxBytes)),
  );
  return { text, isCut };
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
