import { basename } from "node:path";
import { z } from "zod";
import { NO_PERMISSIONS } from "../core/mod.ts";
import { plural } from "../present/mod.ts";
import { countSetting, defineFactory, folderSetting } from "./factory.ts";
import { defineTool } from "./define_tool.ts";
import { resolveRoot } from "./path_guard.ts";
import { writeInside } from "./write_inside.ts";

const DEFAULT_MAX_BYTES = 1_048_576;
const LARGEST_MAX_BYTES = 104_857_600;

/**
 * Idempotent unless configured with `append: true`: only then can the model append, and calling twice would add twice.
 */
export const writeFile = defineFactory({
  name: "write_file",
  description: "Writes text files inside one folder.",
  permissions: "writes files inside `root`",
  configSchema: z.strictObject({
    root: folderSetting("the folder it writes in; made when it is not there"),
    append: z.boolean().default(false).describe("whether it may add to files that are there"),
    maxBytes: countSetting(1, LARGEST_MAX_BYTES, DEFAULT_MAX_BYTES, "of one file"),
  }),
  example: "- write_file: { root: ./out }",
  create({ root, append, maxBytes }, deps) {
    const folder = resolveRoot("write_file", "root", deps.baseDir, root);
    const base = z.strictObject({
      path: z.string().min(1).describe("Relative path, e.g. reports/may.md"),
      content: z.string().describe("The text"),
    });
    const schema = base.extend({
      append: z.boolean().default(false).describe("Add to the end instead of replacing"),
    });
    return defineTool({
      name: "write_file",
      description: `Write a text file in the folder "${basename(folder)}", replacing what was there${
        append ? " unless append is set" : ""
      }. Folders are made as needed.`,
      arguments: append ? schema : base,
      permissions: { ...NO_PERMISSIONS, write: [folder] },
      idempotent: !append,
      touches: [{
        kind: "file",
        root: folder,
        path: "path",
        text: "content",
        ...(append ? { append: "append" } : {}),
      }],
      summary: ({ path, content }) => `${path}, ${plural(content.length, "character")}`,
      async execute(args) {
        const { path, content } = args;
        const append = "append" in args && args.append === true;
        const bytes = new TextEncoder().encode(content);
        const size = await writeInside(folder, path, bytes, { append, maxBytes });
        const done = append ? "Appended" : "Wrote";
        return {
          content: `${done} ${plural(bytes.length, "byte")}: ${path} has ${plural(size, "byte")} now.`,
        };
      },
    });
  },
});
