import { basename, dirname, join, resolve } from "node:path";
import { AgentOpError, isObject, reasonOf, tryParseJson } from "../../core/mod.ts";
import { readTextFileIfThere } from "../../schema/mod.ts";

/** A file of lines in a folder that is not there yet. */
export interface LineFile {
  readonly name: string;
  readonly lines: number;
  readonly bytes: number;
  write(value: unknown): Promise<void>;
}

/**
 * Fills a folder with files of JSON lines, whole or not at all: they are written beside it and take its place together. Only their
 * owner can read them. Throws `AgentOpError`, and what `fill` throws. Gives the folder.
 */
export async function writeTrainingFolder(
  path: string,
  { force }: { readonly force: boolean },
  fill: (open: (name: string) => Promise<LineFile>, half: string) => Promise<void>,
): Promise<string> {
  const target = resolve(path);
  const cannot = (reason: string, remedy: string, cause?: unknown) =>
    new AgentOpError(`Cannot write ${path}: ${reason}`, { remedy, cause });
  const known = await Deno.stat(target).catch(() => undefined);
  if (known && !known.isDirectory) throw cannot("it is no folder", "--out FOLDER");
  if (known && !await isOurs(target)) throw cannot("the folder holds something else", "another folder");
  if (known && !force && !await isEmpty(target)) throw cannot("it exists", "--force, or another folder");
  const beside = (kind: string) =>
    join(dirname(target), `.${basename(target)}.${crypto.randomUUID().slice(0, 8)}.${kind}`);
  const half = beside("part");
  try {
    await Deno.mkdir(half, { mode: 0o700 });
  } catch (cause) {
    throw cannot(reasonOf(cause), "a folder that you may write to", cause);
  }
  const files: FolderFile[] = [];
  try {
    await fill(async (name) => {
      const file = await FolderFile.create(join(half, name), name);
      files.push(file);
      return file;
    }, half);
    for (const file of files) await file.close();
    const old = beside("old");
    if (known) await Deno.rename(target, old);
    await Deno.rename(half, target).catch(async (error) => {
      if (known) await Deno.rename(old, target).catch(() => {});
      throw cannot(reasonOf(error), "another folder", error);
    });
    if (known) await Deno.remove(old, { recursive: true }).catch(() => {});
  } catch (error) {
    for (const file of files) await file.close().catch(() => {});
    await Deno.remove(half, { recursive: true }).catch(() => {});
    throw error;
  }
  return target;
}

const REPORT_MAX_BYTES = 10_000_000;
const NAMES = ["train.jsonl", "validation.jsonl", "lineage.jsonl", "report.json"];

/** Nothing is in it that this did not write: it may be replaced. Names alone do not tell; the report does. */
async function isOurs(folder: string): Promise<boolean> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || !NAMES.includes(name)) return false;
  }
  return await isEmpty(folder) || await hasOurReport(folder);
}

async function hasOurReport(folder: string): Promise<boolean> {
  const text = await readTextFileIfThere(join(folder, "report.json"), { maxBytes: REPORT_MAX_BYTES })
    .catch(() => undefined);
  const report = tryParseJson(text ?? "");
  if (!isObject(report)) return false;
  const { format, train, validation, suites, epochs } = report;
  return (format === "sft" || format === "dpo") && typeof epochs === "number" && Array.isArray(suites) &&
    [train, validation].every((file) => isObject(file) && typeof file.lines === "number");
}

async function isEmpty(folder: string): Promise<boolean> {
  for await (const _ of Deno.readDir(folder)) return false;
  return true;
}

class FolderFile implements LineFile {
  readonly name: string;
  lines = 0;
  bytes = 0;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #isClosed = false;

  private constructor(name: string, file: Deno.FsFile) {
    this.name = name;
    this.#writer = file.writable.getWriter();
  }

  static async create(path: string, name: string): Promise<FolderFile> {
    return new FolderFile(name, await Deno.open(path, { createNew: true, write: true, mode: 0o600 }));
  }

  async write(value: unknown): Promise<void> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
    await this.#writer.write(bytes);
    this.lines++;
    this.bytes += bytes.length;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writer.close();
  }
}
