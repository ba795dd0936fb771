/** Where this program begins: beside the bundle's other files, or at the top of the source, also when it is used as a library. */
const isSource = import.meta.url.endsWith("/lib/core/program.ts");
const MAIN = new URL(isSource ? "../../main.ts" : "./main.js", import.meta.url).href;
/** The same for a process that may not read its own files later: all of them are loaded at its start. */
const WHOLE = isSource ? MAIN : new URL("./whole.js", import.meta.url).href;

const LAZY_IMPORTS = "--unstable-lazy-dynamic-imports";

/** The library beside the program, for cells of notebooks. */
export interface OwnLibrary {
  /** What `@agentop/studio` means to them. */
  readonly url: string;
  /** Where the packages are named that it needs; a bundle has them in it. */
  readonly source?: URL;
}

/** `undefined` in a compiled program: no other process can load what is in it. */
export function ownLibrary(): OwnLibrary | undefined {
  if (Deno.build.standalone) return undefined;
  if (!isSource) return { url: new URL("./lib.js", import.meta.url).href };
  return { url: new URL("../mod.ts", import.meta.url).href, source: new URL("../../", import.meta.url) };
}

/**
 * Arguments for `Deno.execPath()` that run a command of this program in a process of its own, with the permissions that `flags`
 * grant and no others. A compiled program has its permissions built in.
 */
export function ownProgram(flags: readonly string[], command: readonly string[]): string[] {
  if (Deno.build.standalone) return [...command];
  const mayReadLater = flags.includes("--allow-read");
  return [
    "run",
    "--quiet",
    "--no-prompt",
    // A bundle needs no configuration, and must not take one from the folders above it.
    ...(isSource ? [] : ["--no-config"]),
    // Without it, Deno reads every file that some command may import before the first line runs.
    ...(isSource && mayReadLater ? [LAZY_IMPORTS] : []),
    ...flags,
    mayReadLater ? MAIN : WHOLE,
    ...command,
  ];
}
