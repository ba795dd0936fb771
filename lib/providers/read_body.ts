import { WireError } from "./wire_error.ts";

/** Reads a body as text up to a limit; beyond it throws, or with `cut` returns what fits and drops the rest. */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  options: { readonly cut?: boolean } = {},
): Promise<string> {
  if (!body) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      bytes += value.byteLength;
      if (bytes > maxBytes) {
        if (!options.cut) throw new WireError("too_large", `the answer is larger than ${maxBytes} bytes`);
        return text + decoder.decode(value.subarray(0, value.byteLength - (bytes - maxBytes)));
      }
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
