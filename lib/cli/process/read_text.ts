import { AgentOpError } from "../../core/mod.ts";
import { decodeText } from "../../schema/mod.ts";

/** All of stdin as text. `what` it is goes into the `AgentOpError` for one that is too long, or no UTF-8. */
export async function readStdin(
  what: string,
  options: { readonly maxBytes: number; readonly mayHoldNul?: boolean },
): Promise<string> {
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
  const decoded = decodeText(new Uint8Array(await new Blob(chunks).arrayBuffer()), options);
  if ("text" in decoded) return decoded.text;
  throw new AgentOpError(`Cannot read ${what} from stdin: ${decoded.why}`, { remedy: decoded.remedy });
}
