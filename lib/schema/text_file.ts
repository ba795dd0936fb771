import { AgentOpError, reasonOf } from "../core/mod.ts";
import { decodeText } from "./text_encoding.ts";

const CHUNK_BYTES = 65_536;

export interface TextFileOptions {
  readonly maxBytes: number;
  /** What is done with the file: `Cannot VERB FILE: why`. @default "load" */
  readonly verb?: string;
  /** What helps against a file that is not there. */
  readonly ifMissing?: string;
  /** Takes a pipe as well, as a shell makes one for `<(command)`: for what is read once. */
  readonly mayBePipe?: boolean;
  /** A NUL is a character like others: for what is passed on and not read as a language. */
  readonly mayHoldNul?: boolean;
}

/**
 * The text of a file that a person wrote, without a byte order mark. Throws an `AgentOpError` of one line for what is no regular
 * file, too large, or not UTF-8.
 */
export async function readTextFile(path: string, options: TextFileOptions): Promise<string> {
  const { verb = "load", ifMissing } = options;
  const refuse = (why: string, remedy?: string, line?: number, cause?: unknown): never => {
    const place = line === undefined ? path : `${path}:${line}`;
    throw new AgentOpError(`Cannot ${verb} ${place}: ${why}`, { remedy, cause });
  };
  let bytes: Uint8Array | Unfit;
  try {
    bytes = await readBytes(path, options);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      return refuse("there is no such file", ifMissing, undefined, cause);
    }
    return refuse(reasonOf(cause), "make it readable, or name another file", undefined, cause);
  }
  if (bytes instanceof Unfit) return refuse(bytes.why, bytes.remedy);
  const decoded = decodeText(bytes, options);
  return "text" in decoded ? decoded.text : refuse(decoded.why, decoded.remedy, decoded.line);
}

/** The same; `undefined` where nothing is there. */
export async function readTextFileIfThere(
  path: string,
  options: TextFileOptions,
): Promise<string | undefined> {
  try {
    return await readTextFile(path, options);
  } catch (error) {
    if (error instanceof AgentOpError && error.cause instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

class Unfit {
  readonly why: string;
  readonly remedy: string;

  constructor(why: string, remedy: string) {
    this.why = why;
    this.remedy = remedy;
  }
}

/** Looks at what it is before it is opened: a pipe would wait for a writer, a device may never end. */
async function readBytes(
  path: string,
  { maxBytes, mayBePipe = false }: TextFileOptions,
): Promise<Uint8Array | Unfit> {
  const info = await Deno.stat(path);
  const kind = info.isDirectory
    ? "a folder"
    : info.isFifo && !mayBePipe
    ? "a pipe"
    : info.isSocket
    ? "a socket"
    : info.isCharDevice || info.isBlockDevice
    ? "a device"
    : undefined;
  if (kind !== undefined) return new Unfit(`it is ${kind}, not a file`, "the path of a text file");
  const tooLarge = () => new Unfit(`it is larger than ${maxBytes / 1e6} MB`, "a smaller file");
  if (info.size > maxBytes) return tooLarge();
  using file = await Deno.open(path);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  // What the size says may change while it is read, and some files say 0.
  for (let size = 0; size <= maxBytes;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const count = await file.read(chunk);
    if (count === null) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    chunks.push(chunk.subarray(0, count));
    size += count;
  }
  return tooLarge();
}
