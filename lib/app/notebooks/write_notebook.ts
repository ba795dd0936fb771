import { dirname, resolve } from "node:path";
import { AgentOpError, reasonOf } from "../../core/mod.ts";
import { MEMORY } from "../../store/mod.ts";
import type { AppConfig } from "../config.ts";
import { writeWhole } from "../write_whole.ts";
import type { Opened } from "./cells.ts";

/** What a cell anywhere has to open to read what this program reads. */
export function openedBy({ home, storePath, timeZone }: AppConfig): Opened {
  return {
    home: resolve(home),
    store: storePath === MEMORY ? storePath : resolve(storePath),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}

/** Writes a file that is not there yet, whole or not at all. Throws `AgentOpError`. */
export async function writeNewFile(path: string, text: string): Promise<void> {
  try {
    // Its name is taken first: somebody else may take it in the same moment.
    await Deno.writeTextFile(path, "", { createNew: true, mode: 0o600 });
  } catch (error) {
    throw new AgentOpError(`Cannot write ${path}: ${await whyNot(error, path)}`, {
      remedy: error instanceof Deno.errors.AlreadyExists ? "another name" : "a folder you may write to",
      cause: error,
    });
  }
  try {
    await replaceFile(path, text);
  } catch (error) {
    await Deno.remove(path).catch(() => {});
    throw error;
  }
}

/** Replaces a file whole or not at all; who may read it stays. Throws `AgentOpError`. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const { mode } = await Deno.stat(path);
  await writeWhole(path, text, { name: "", force: true });
  if (mode !== null && Deno.build.os !== "windows") await Deno.chmod(path, mode & 0o777);
}

async function whyNot(error: unknown, path: string): Promise<string> {
  if (error instanceof Deno.errors.AlreadyExists) return "it exists";
  const folder = dirname(path);
  const isFolder = await Deno.stat(folder).then((it) => it.isDirectory, () => undefined);
  if (isFolder === undefined) return `there is no folder ${folder}`;
  return isFolder ? reasonOf(error) : `${folder} is no folder`;
}
