import { AgentOpError } from "../../core/mod.ts";

/** The text of a file. Throws an error that says why it cannot be had: it is too large, or holds something else. */
export async function readText(path: string, options: { readonly maxBytes: number }): Promise<string> {
  const { size } = await Deno.stat(path);
  if (size > options.maxBytes) throw new Error(`it is larger than ${options.maxBytes} bytes`);
  const bytes = await Deno.readFile(path);
  if (bytes.includes(0)) throw new Error("it is not a text");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("it is not UTF-8 text");
  }
}

/** All of stdin as text. `what` it is goes into the `AgentOpError` for one that is too long. */
export async function readStdin(what: string, options: { readonly maxBytes: number }): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of Deno.stdin.readable) {
    chunks.push(chunk);
    if ((size += chunk.length) > options.maxBytes) {
      throw new AgentOpError(`Cannot read ${what}: stdin has more than ${options.maxBytes} bytes`, {
        remedy: "a shorter one",
      });
    }
  }
  return await new Blob(chunks).text();
}
