import { gunzipSync } from "node:zlib";
import { isNestedDeeper } from "../core/mod.ts";
import { HttpProblem } from "./problem.ts";

/** Brackets inside brackets; what walks a value later uses the stack. */
const NESTING_MAX = 64;
/** Unpacked at a time: small pieces take longer. */
const UNPACK_BYTES = 128 * 1024;

/** Reads a body of at most `maxBytes`. Throws `HttpProblem`: 413 when there is more, 400 when it ends early. */
export async function readBytes(
  body: ReadableStream<Uint8Array> | null,
  { maxBytes, announced }: { readonly maxBytes: number; readonly announced: string | null },
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    new HttpProblem(413, `Body is larger than ${maxBytes} bytes`, { headers: { connection: "close" } });
  if (announced !== null && Number(announced) > maxBytes) throw tooLarge();
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  for (;;) {
    const part = await reader?.read().catch((cause) => {
      throw new HttpProblem(400, "Body ended early", { cause });
    });
    if (!part || part.done) break;
    size += part.value.length;
    if (size > maxBytes) throw tooLarge();
    parts.push(part.value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * A body as it was before it was packed with gzip, of at most `maxBytes`. Throws `HttpProblem`: 413 when there is more, 400 when it is
 * not gzip, 415 for another encoding.
 */
export function unpacked(body: Uint8Array, headers: Headers, maxBytes: number): Uint8Array {
  const encoding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding === "identity" || encoding === "") return body;
  if (encoding !== "gzip" && encoding !== "x-gzip") {
    throw new HttpProblem(415, "Content-Encoding must be gzip or identity", {
      headers: { "accept-encoding": "gzip" },
    });
  }
  try {
    return gunzipSync(body, { maxOutputLength: maxBytes, chunkSize: UNPACK_BYTES });
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE") {
      throw new HttpProblem(413, `Body is larger than ${maxBytes} bytes when it is unpacked`, {
        cause,
      });
    }
    throw new HttpProblem(400, "Body is not gzip", { cause });
  }
}

/** JSON from outside. Throws `HttpProblem` 400 for what is none, is not UTF-8, or is nested too deeply. */
export function parseJsonBody(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HttpProblem(400, "Body is not UTF-8", { cause });
  }
  if (isNestedDeeper(text, NESTING_MAX)) {
    throw new HttpProblem(400, `Body is nested deeper than ${NESTING_MAX}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new HttpProblem(400, "Body is not JSON", { cause });
  }
}
