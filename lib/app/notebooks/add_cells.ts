import { AgentOpError, isObject, oneLine } from "../../core/mod.ts";
import {
  appendCells,
  type NewCell,
  newNotebook,
  type NotebookCell,
  type NotebookFile,
  notebookText,
  readNotebook,
} from "../../documents/mod.ts";
import type { App } from "../app.ts";
import { openingCell, type Shown, shownCells } from "./cells.ts";
import { notebookPath } from "./notebook_path.ts";
import { openedBy, replaceFile, writeNewFile } from "./write_notebook.ts";

/** What was done to a notebook. */
export interface AddedCells {
  readonly path: string;
  /** It was not there before. */
  readonly isNew: boolean;
  /** How many it got. */
  readonly cells: number;
}

const LANGUAGE_MAX_CHARS = 40;

/**
 * Adds cells that show something to a notebook: at its end, or to a new one where there is none; an ending of `.ipynb` is added
 * to the name where it is missing. What a notebook has stays as it is. The store is not read. Throws `AgentOpError`, and leaves
 * alone what is no notebook for TypeScript.
 */
export async function addToNotebook(
  app: Pick<App, "config">,
  name: string,
  shown: Shown,
): Promise<AddedCells> {
  const path = notebookPath(name);
  const opened = openedBy(app.config);
  const cells = shownCells(shown);
  const isThere = await Deno.lstat(path).then(() => true, () => false);
  if (!isThere) {
    const all = [WORDS, openingCell(opened), ...cells];
    await writeNewFile(path, notebookText(newNotebook(all)));
    return { path, isNew: true, cells: all.length };
  }
  const notebook = await readNotebook(path);
  checkLanguage(notebook, path);
  const all = lastOpened(notebook) === JSON.stringify(opened) ? cells : [openingCell(opened), ...cells];
  // Through a link, to what it leads to.
  await replaceFile(await Deno.realPath(path), notebookText(appendCells(notebook, all)));
  return { path, isNew: false, cells: all.length };
}

const WORDS: NewCell = {
  kind: "markdown",
  text:
    "# Notes on runs\n\nEach cell reads its run from the store. Open the notebook with `agentop notebook`.",
};

function checkLanguage({ metadata }: NotebookFile, path: string): void {
  if (!isObject(metadata)) return;
  const { kernelspec, language_info } = metadata;
  const language = isObject(kernelspec) && kernelspec.language ||
    isObject(language_info) && language_info.name;
  if (typeof language !== "string" || language.toLowerCase() === "typescript") return;
  throw new AgentOpError(
    `Cannot add to ${path}: its cells are ${oneLine(language, LANGUAGE_MAX_CHARS)}, not TypeScript`,
    { remedy: "another name" },
  );
}

/** What the last cell of ours that opens a store opens. */
function lastOpened({ cells }: NotebookFile): string | undefined {
  const opens = ({ metadata }: NotebookCell) =>
    isObject(metadata) && isObject(metadata.agentop) ? metadata.agentop.opens : undefined;
  const cell = cells.findLast((it) => opens(it) !== undefined);
  return cell && JSON.stringify(opens(cell));
}
