import { basename, join } from "node:path";
import { z } from "zod";
import { NO_PERMISSIONS } from "../core/mod.ts";
import { grouped, plural } from "../present/mod.ts";
import { defineFactory, folderSetting } from "./factory.ts";
import { defineTool } from "./define_tool.ts";
import { findInside, reasonOf, resolveRoot } from "./path_guard.ts";
import { ToolFailure } from "./tool_failure.ts";

const MAX_ENTRIES = 1_000;
const MAX_DEPTH = 8;

export const listFiles = defineFactory({
  name: "list_files",
  description: "Lists files and folders inside one folder.",
  permissions: "reads names and sizes inside `root`",
  configSchema: z.strictObject({ root: folderSetting("the folder it lists") }),
  example: "- list_files: { root: ./data }",
  create({ root }, deps) {
    const folder = resolveRoot("list_files", "root", deps.baseDir, root);
    return defineTool({
      name: "list_files",
      description: `List the files of the folder "${basename(folder)}" with their sizes. Folders end with /.`,
      arguments: z.strictObject({
        path: z.string().default(".").describe("Relative folder, e.g. reports"),
        depth: z.int().min(1).max(MAX_DEPTH).default(1).describe("How many levels of folders to show"),
      }),
      permissions: { ...NO_PERMISSIONS, read: [folder] },
      idempotent: true,
      summary: ({ path }) => path,
      async execute({ path, depth }, { signal }) {
        const start = await findInside(folder, path);
        if (!(await Deno.lstat(start)).isDirectory) {
          throw new ToolFailure(`Cannot list ${JSON.stringify(path)}: it is a file. Try: read_file.`);
        }
        const lines: string[] = [];
        const complete = await listFolder(start, "", { depth, lines, signal });
        if (!complete) {
          lines.push(`[... more than ${grouped(MAX_ENTRIES)} entries: list a deeper folder]`);
        }
        return { content: lines.join("\n") || "[the folder is empty]" };
      },
    });
  },
});

interface Listing {
  readonly depth: number;
  readonly lines: string[];
  readonly signal: AbortSignal;
}

/** `false` when the limit cut it short. Links are named but never followed: they may lead outside. */
async function listFolder(folder: string, prefix: string, listing: Listing): Promise<boolean> {
  listing.signal.throwIfAborted();
  const entries: Deno.DirEntry[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      entries.push(entry);
      if (entries.length > MAX_ENTRIES) break; // sorted below, so a huge folder shows an arbitrary part of itself
    }
  } catch (error) {
    listing.lines.push(`${prefix}[cannot be listed: ${reasonOf(error)}]`);
    return true;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (listing.lines.length >= MAX_ENTRIES) return false;
    // A name may contain line feeds; one entry stays one line.
    const name = prefix + entry.name.replace(/\p{Cc}/gu, "\ufffd");
    if (entry.isDirectory) {
      listing.lines.push(`${name}/`);
      const deeper = prefix.split("/").length < listing.depth;
      if (deeper && !await listFolder(join(folder, entry.name), `${name}/`, listing)) return false;
    } else if (entry.isFile) {
      const size = await Deno.lstat(join(folder, entry.name)).then((info) => info.size, () => undefined);
      listing.lines.push(size === undefined ? name : `${name}  ${plural(size, "byte")}`);
    } else {
      listing.lines.push(`${name}  (${entry.isSymlink ? "link" : "not a regular file"})`);
    }
  }
  return true;
}
