import { HttpProblem } from "../problem.ts";

/** Where calls may go on to. */
export interface Upstream {
  /** Without `/v1` and a final slash. */
  readonly url: string;
  /** Used where the caller's own key is one of this server's. */
  readonly apiKey?: string | undefined;
  /** Servers whose answers on record it gives; its own are kept under the first. @default its URL */
  readonly answersOf?: readonly string[] | undefined;
}

/** What concerns one connection only, or this server. */
const NOT_FORWARDED = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "forwarded",
  "host",
  "keep-alive",
  "origin",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-api-key",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
]);
const OURS = "x-agentop-";
/** Deno has unpacked the body, and says its length by itself. */
const NOT_RETURNED = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "keep-alive",
  "transfer-encoding",
]);

/** The upstream that a request names, or the first. Throws `HttpProblem` 403 for one that is not on the list. */
export function upstreamFor(headers: Headers, upstreams: readonly Upstream[]): Upstream {
  const wanted = headers.get("x-agentop-upstream");
  const found = wanted === null
    ? upstreams[0]
    : upstreams.find(({ url }) => url === wanted.replace(/\/+(?:v1\/*)?$/, ""));
  if (found) return found;
  throw new HttpProblem(403, "X-Agentop-Upstream is not on this proxy's list");
}

/** The caller's headers for the server behind. `isOwnKey`: what it sent opens this server, and no other. */
export function forwardedHeaders(given: Headers, { apiKey }: Upstream, isOwnKey: boolean): Headers {
  const headers = new Headers();
  for (const [name, value] of given) {
    if (!NOT_FORWARDED.has(name) && !name.startsWith(OURS)) headers.append(name, value);
  }
  headers.set("accept-encoding", "identity");
  if (isOwnKey) headers.delete("authorization");
  if (isOwnKey && apiKey !== undefined) headers.set("authorization", `Bearer ${apiKey}`);
  return headers;
}

export function returnedHeaders(given: Headers): Headers {
  const headers = new Headers();
  for (const [name, value] of given) if (!NOT_RETURNED.has(name)) headers.append(name, value);
  return headers;
}
