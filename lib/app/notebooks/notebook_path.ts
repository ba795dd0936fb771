import { basename } from "node:path";
import { AgentOpError, oneLine } from "../../core/mod.ts";

export const NOTEBOOK_ENDING = ".ipynb";
const SHOWN_MAX_CHARS = 200;
const NAME_MAX_BYTES = 255;

/** The file that a person means: the ending may be left out. Throws `AgentOpError` for what is no name of a file. */
export function notebookPath(name: string): string {
  const path = name.endsWith(NOTEBOOK_ENDING) ? name : `${name}${NOTEBOOK_ENDING}`;
  const file = basename(path);
  const problem = name.trim() === ""
    ? "the name is empty"
    : /[\\/]$/.test(name) || file === NOTEBOOK_ENDING || /^\.+\.ipynb$/.test(file)
    ? "that is a folder"
    // deno-lint-ignore no-control-regex
    : /[\x00-\x1f\x7f]/.test(path)
    ? "it has signs in it that no file should have in its name"
    : new TextEncoder().encode(file).length > NAME_MAX_BYTES
    ? "the name is too long"
    : undefined;
  if (problem === undefined) return path;
  throw new AgentOpError(`Cannot write ${JSON.stringify(oneLine(name, SHOWN_MAX_CHARS))}: ${problem}`, {
    remedy: "the name of a notebook, e.g. run.ipynb",
  });
}
