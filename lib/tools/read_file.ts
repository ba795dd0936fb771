import { basename } from "node:path";
import { z } from "zod";
import { NO_PERMISSIONS, type ToolResult } from "../core/mod.ts";
import { grouped } from "../present/mod.ts";
import { defineFactory, folderSetting } from "./factory.ts";
import { defineTool } from "./define_tool.ts";
import { openInside, resolveRoot } from "./path_guard.ts";
import { ToolFailure } from "./tool_failure.ts";

/** How far into a file lines are looked for. */
const MAX_SCAN_BYTES = 67_108_864;
const CHUNK_BYTES = 65_536;
/** Where binary files show themselves. */
const SNIFF_BYTES = 8_192;

interface Lines {
  /** First line wanted, from 1. */
  readonly offset: number;
  readonly limit: number;
}

export const readFile = defineFactory({
  name: "read_file",
  description: "Reads text files inside one folder.",
  permissions: "reads files inside `root`",
  configSchema: z.strictObject({ root: folderSetting("the folder it reads in") }),
  example: "- read_file: { root: ./data }",
  create({ root }, deps) {
    const folder = resolveRoot("read_file", "root", deps.baseDir, root);
    return defineTool({
      name: "read_file",
      description: `Read a text file of the folder "${
        basename(folder)
      }". Long files: give offset and limit (lines).`,
      arguments: z.strictObject({
        path: z.string().min(1).describe("Relative path, e.g. reports/may.csv"),
        offset: z.int().min(1).default(1).describe("First line, from 1"),
        limit: z.int().min(1).max(100_000).default(100_000).describe("How many lines"),
      }),
      permissions: { ...NO_PERMISSIONS, read: [folder] },
      idempotent: true,
      summary: ({ path, offset }) => offset > 1 ? `${path}, line ${offset}` : path,
      async execute({ path, offset, limit }, { maxOutputBytes, signal }) {
        const { file, info } = await openInside(folder, path);
        using _file = file;
        return await readLines(file, { path, offset, limit, maxOutputBytes, sizeBytes: info.size, signal });
      },
    });
  },
});

async function readLines(
  file: Deno.FsFile,
  options: Lines & { path: string; maxOutputBytes: number; sizeBytes: number; signal: AbortSignal },
): Promise<ToolResult> {
  let line = 1;
  let scanned = 0;
  let kept = 0;
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(CHUNK_BYTES);
  const lastLine = options.offset + options.limit;
  while (line < lastLine && scanned < MAX_SCAN_BYTES && kept <= options.maxOutputBytes) {
    options.signal.throwIfAborted();
    const count = await file.read(buffer);
    if (count === null) break;
    const chunk = buffer.subarray(0, count);
    if (scanned < SNIFF_BYTES && chunk.includes(0)) throw binaryFile(options.path, options.sizeBytes);
    scanned += count;
    let start = line >= options.offset ? 0 : -1;
    let end = count;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) {
      line++;
      if (line === options.offset) start = at + 1;
      if (line === lastLine) {
        end = at + 1;
        break;
      }
    }
    if (start < 0) continue;
    chunks.push(chunk.slice(start, end));
    kept += end - start;
  }
  if (chunks.length === 0 && options.offset > 1) {
    throw new ToolFailure(
      `${JSON.stringify(options.path)} has no line ${options.offset}: it has ${line} lines.`,
    );
  }
  return textResult(
    new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer()),
    options,
    line >= lastLine,
  );
}

function textResult(
  bytes: Uint8Array,
  { maxOutputBytes, sizeBytes }: { maxOutputBytes: number; sizeBytes: number },
  hasAllLines: boolean,
): ToolResult {
  if (bytes.length === 0) return { content: "[the file is empty]" };
  const content = new TextDecoder().decode(bytes);
  if (bytes.length <= maxOutputBytes || hasAllLines) return { content };
  // Not read to the end: say how much of the file is missing, and how to get it.
  const note = `\n[... the file has ${grouped(sizeBytes)} bytes; call again with offset and limit for more]`;
  const room = Math.max(0, maxOutputBytes - note.length);
  let end = room;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--; // not inside a character
  return {
    content: new TextDecoder().decode(bytes.subarray(0, end)) + note,
    truncatedBytes: Math.max(sizeBytes - end, bytes.length - end),
  };
}

function binaryFile(path: string, sizeBytes: number): ToolFailure {
  return new ToolFailure(
    `Cannot read ${JSON.stringify(path)}: it is a binary file of ${grouped(sizeBytes)} bytes, not text.`,
  );
}
