import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { AgentOpError, type OwnLibrary } from "../../core/mod.ts";
import type { ResolveModule } from "./prepare_cell.ts";

/** Where cells work, and what their imports mean. */
export interface CellPlace {
  /** Where Deno's kernel begins. */
  readonly start: string;
  /** Where its cells work: the notebook's folder. */
  readonly folder: string;
  readonly resolve: ResolveModule;
}

/** How a notebook anywhere names the library. */
export const LIBRARY_NAME = "@agentop/studio";

/**
 * Cells that import `@agentop/studio` get the program's own library, wherever the notebook is. A library that is source finds
 * its packages only if Deno begins in its folder: then cells are taken to theirs afterwards, and what they import from beside
 * them is named in full. A configuration of Deno's in that folder has no say then.
 */
export function cellPlace(folder: string, library: OwnLibrary | undefined): CellPlace {
  const own = (specifier: string) => {
    if (specifier !== LIBRARY_NAME) return undefined;
    if (library) return library.url;
    throw new AgentOpError(`Cannot import ${LIBRARY_NAME}: a compiled program has no library for notebooks`, {
      remedy: "the bundled program: deno task install",
    });
  };
  const source = library?.source && fileURLToPath(library.source);
  if (source === undefined || isBelow(folder, source)) return { start: folder, folder, resolve: own };
  const base = pathToFileURL(`${folder}/`);
  const resolve = (specifier: string) =>
    /^\.{1,2}\//.test(specifier) ? new URL(specifier, base).href : own(specifier);
  return { start: source, folder, resolve };
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !way.startsWith("..") && way !== path;
}
