import { type Host, messageOf } from "../core/mod.ts";
import { ToolFailure } from "./tool_failure.ts";

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

const MAX_ERROR_LENGTH = 300;

/**
 * One call of a service's API with bounded time and answer. Redirects are not followed, so a key never travels to another
 * host. Throws `ToolFailure` for connection trouble, the wait, too large an answer and every status but 2xx.
 */
export async function apiRequest(
  host: Host,
  url: URL,
  init: { readonly method: "GET" | "POST"; readonly headers: Record<string, string>; readonly body?: string },
  options: {
    readonly service: string;
    readonly signal: AbortSignal;
    readonly timeoutMs: number;
    readonly maxBytes: number;
  },
): Promise<ApiResponse> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  try {
    const response = await host.fetch(url, { ...init, redirect: "manual", signal });
    const body = await readBounded(response, options.maxBytes, options.service);
    if (!response.ok) throw new ToolFailure(refusal(options.service, response.status, body));
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    options.signal.throwIfAborted();
    const reason = timeout.aborted ? `no answer within ${options.timeoutMs / 1000} s` : messageOf(error);
    throw new ToolFailure(`Cannot reach ${options.service}: ${reason}.`);
  }
}

async function readBounded(
  response: Response,
  maxBytes: number,
  service: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw new ToolFailure(`Cannot use the answer of ${service}: it is too large.`);
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function refusal(service: string, status: number, body: Uint8Array): string {
  const text = new TextDecoder().decode(body).replace(/\s+/g, " ").trim().slice(0, MAX_ERROR_LENGTH)
    .toWellFormed();
  const hint = status === 401 || status === 403
    ? " Try: check the key."
    : status === 429
    ? " Try: later."
    : "";
  return `${service} answered HTTP ${status}${text === "" ? "." : `: ${text}`}${hint}`;
}

/** A service's base URL from the environment or an agent file, without a trailing slash. */
export function joinUrl(base: string, path: string): URL {
  const url = URL.parse(base.replace(/\/+$/, "") + path);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ToolFailure(`${JSON.stringify(base)} is not an http URL.`);
  }
  return url;
}

/** `host` or `host:port` as shown in permissions; the text itself when it is no URL. */
export function hostNameOf(base: string): string {
  return URL.parse(base)?.host ?? base;
}
