import type { IncomingMessage } from "node:http";
import { bodyError, gatewayError } from "./api_error.ts";

/** A conversation of some million tokens fits; nobody needs more from a simulator. */
export const BODY_MAX_BYTES = 16 * 1024 * 1024;
/** Brackets inside brackets. What walks the body later uses the stack. */
const NESTING_MAX = 200;

/** Reads a body whole. Throws `ApiError` 413 when it is too large. */
export async function readBytes(req: IncomingMessage, maxBytes: number): Promise<Blob> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > maxBytes) {
      throw gatewayError(413, `Request body is larger than ${maxBytes} bytes`).withHeaders({
        connection: "close",
      });
    }
    parts.push(part);
  }
  return new Blob(parts as Uint8Array<ArrayBuffer>[]);
}

/** Reads a JSON body. Throws `ApiError`: 413 when it is too large, 422 when it is not JSON or nested too deeply. */
export async function readJsonBody(req: IncomingMessage): Promise<unknown> {
  const text = await (await readBytes(req, BODY_MAX_BYTES)).text();
  const invalid = (msg: string) => bodyError([{ type: "json_invalid", loc: ["body", 0], msg, input: null }]);
  if (nestingOf(text) > NESTING_MAX) throw invalid("JSON is nested too deeply");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalid("JSON decode error");
  }
}

function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/gs)) {
    if (token === "{" || token === "[") deepest = Math.max(deepest, ++depth);
    else if (token === "}" || token === "]") depth--;
  }
  return deepest;
}
