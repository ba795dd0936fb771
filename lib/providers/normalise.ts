import { isObject, tryParseJson } from "../core/mod.ts";
import type { Dialect } from "./endpoint.ts";
import { normaliseEvents } from "./normalise_events.ts";
import { readBody } from "./read_body.ts";
import { isReportedError, reportedError } from "./reported_error.ts";
import { jsonMessage } from "./server_message.ts";
import { WireError } from "./wire_error.ts";
import { fixCompletion, fixModelList, toChunk, toOpenAiRequest, type WireObject } from "./wire_json.ts";

/** The largest JSON answer read, bytes. */
export const MAX_JSON_BYTES = 32 * 1024 * 1024;
/** How much of an error's body is read, bytes; the rest is dropped. */
export const MAX_ERROR_BODY_BYTES = 64 * 1024;

export interface NormaliseOptions {
  readonly dialect: Dialect;
  /** Ends the call, whatever it waits for. The signals of the SDK's requests are not relied on: they are copies. */
  readonly signal: AbortSignal;
  /** `headers`: the answer began. `event`: a whole event or comment of a stream arrived. */
  readonly onProgress?: (stage: "headers" | "event") => void;
  readonly onHeaders?: (headers: Headers) => void;
}

/**
 * The one seam between the SDK and the network. Makes answers of OpenAI-dialect servers parse under the SDK, streamed or not,
 * rewrites requests for them when the dialect says so, makes an error of one that comes with status 200, bounds every body, and never follows redirects (a POST would become a
 * GET, and the key would travel along). Answers of a genuine Mistral server pass through with the same meaning.
 */
export function normalisingFetch(
  fetcher: typeof fetch,
  options: NormaliseOptions,
): (input: Request | string | URL, init?: RequestInit) => Promise<Response> {
  return async (input, init) => {
    const given = input instanceof Request && !init ? input : new Request(input, init);
    const request = options.dialect === "openai" && given.method === "POST" ? await rewrite(given) : given;
    // The SDK sends this header even when it is empty.
    if (request.headers.get("cookie") === "") request.headers.delete("cookie");
    const response = await fetcher(request, { redirect: "manual", signal: options.signal });
    options.onProgress?.("headers");
    options.onHeaders?.(response.headers);
    return await normaliseResponse(response, request, options);
  };
}

async function rewrite(request: Request): Promise<Request> {
  const text = await request.text();
  const body = tryParseJson(text);
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  return new Request(request.url, {
    method: request.method,
    headers,
    body: isObject(body) ? JSON.stringify(toOpenAiRequest(body)) : text,
  });
}

async function normaliseResponse(
  response: Response,
  request: Request,
  options: NormaliseOptions,
): Promise<Response> {
  const { signal } = options;
  const type = (response.headers.get("content-type") ?? "").toLowerCase();
  if (response.status !== 200 || !response.body) {
    return rebuild(response, await readBody(response.body, MAX_ERROR_BODY_BYTES, { signal, cut: true }));
  }
  if (type.startsWith("text/event-stream")) {
    return rebuild(
      response,
      normaliseEvents(response.body, { signal, onProgress: () => options.onProgress?.("event") }),
    );
  }
  const isJson = /^application\/([^;]+\+)?json/.test(type);
  const limits = isJson ? { maxBytes: MAX_JSON_BYTES } : { maxBytes: MAX_ERROR_BODY_BYTES, cut: true };
  const text = await readBody(response.body, limits.maxBytes, { signal, ...limits });
  // An error is an error whatever its type says, and some servers say `text/plain`.
  if (!isJson && !isObject(tryParseJson(text))) return rebuild(response, text);
  const path = new URL(request.url).pathname;
  const body = normaliseJson(text, response.headers, path);
  return (request.headers.get("accept") ?? "").includes("text/event-stream")
    ? rebuild(response, `data: ${written(toChunk(body))}\n\ndata: [DONE]\n\n`, "text/event-stream")
    : rebuild(response, written(body), "application/json");
}

function written(body: WireObject): string {
  try {
    return JSON.stringify(body);
  } catch {
    throw new WireError("bad_json", "the answer is nested too deeply"); // JSON.stringify recurses, JSON.parse does not
  }
}

/** Throws `WireError` for what is no JSON object, and for an error that it reports. */
function normaliseJson(text: string, headers: Headers, path: string): WireObject {
  const parsed = tryParseJson(text);
  if (!isObject(parsed)) {
    // Without a length a cut body looks like a whole one.
    const undelimited = !headers.has("content-length") && !headers.has("transfer-encoding");
    if (parsed === undefined && undelimited) throw new WireError("cut", "the answer ended early");
    throw new WireError("bad_json", "the answer is not a JSON object");
  }
  const isList = path.endsWith("/models");
  const hasAnswer = isList || parsed["object"] === "file" || Array.isArray(parsed["choices"]);
  if (isReportedError(parsed) || (!hasAnswer && jsonMessage(parsed) !== undefined)) {
    throw reportedError(parsed, headers.get("retry-after"));
  }
  if (path.endsWith("/files")) return parsed;
  return isList ? fixModelList(parsed) : fixCompletion(parsed);
}

function rebuild(
  response: Response,
  body: string | ReadableStream<Uint8Array>,
  type?: string,
): Response {
  const headers = new Headers(response.headers);
  if (type !== undefined) headers.set("content-type", type);
  for (const name of ["content-length", "content-encoding", "transfer-encoding"]) headers.delete(name);
  const status = response.status < 200 ? 502 : response.status;
  const empty = [204, 205, 304].includes(status);
  return new Response(empty ? null : body, { status, headers });
}
