import { loadProxied, type ProxiedCall, type ProxiedCalls } from "../../app/mod.ts";
import { type ExchangeStore, type Host, messageOf, nowUs, oneLine } from "../../core/mod.ts";
import { HttpProblem } from "../problem.ts";
import { readBytes } from "../read_body.ts";
import { type Route, route, type RouteRequest } from "../route.ts";
import { type Tap, tapped } from "./tapped.ts";
import { forwardedHeaders, returnedHeaders, type Upstream, upstreamFor } from "./upstream.ts";

/** `cache`: a request that was answered before gets that answer, and `fail`s, or goes on, where there is none. */
export type ProxyMode = "record" | "cache";

export interface ProxyOptions {
  /** The only servers that calls go on to; the first one unless a call names another. */
  readonly upstreams: readonly [Upstream, ...Upstream[]];
  readonly mode: ProxyMode;
  /** @default "forward" */
  readonly onMiss?: "forward" | "fail";
  readonly calls: ProxiedCalls;
  readonly exchanges: ExchangeStore;
  readonly host: Host;
  /** True for the text of a key that opens this server. */
  readonly isOwnKey: (text: string) => Promise<boolean>;
  /** Told once of each route that passes without being recorded. */
  readonly onUnrecorded?: (path: string) => void;
}

/** Requests that are read: longer ones are refused. */
const BODY_MAX_BYTES = 32 * 1024 * 1024;
/** Answers kept whole for a cache. */
const KEPT_MAX_BYTES = 16 * 1024 * 1024;
const ERROR_MAX_CHARS = 2_000;
const PATHS_NOTED_MAX = 100;
/** Routes whose calls become spans, by what the call is. */
const OPERATIONS: Readonly<Record<string, string>> = {
  "/v1/chat/completions": "chat",
  "/v1/agents/completions": "chat",
  "/v1/fim/completions": "text_completion",
  "/v1/completions": "text_completion",
  "/v1/embeddings": "embeddings",
};

/** Everything below `/v1/`: it goes on to a model server and comes back as it is, and what was said is kept as runs. */
export function proxyRoute(options: ProxyOptions): Route {
  const noted = new Set<string>();
  return route({
    method: "*",
    path: "/v1/*",
    role: "write",
    pace: "ingest",
    summary: "Goes on to the model server and is recorded on its way",
    body: { kind: "stream" },
    answer: { type: "*/*", description: "What the model server answers" },
    isSlow: true,
    isHidden: true,
    async handle(request) {
      const operation = OPERATIONS[request.path.replace(/\/+$/, "")];
      const body = request.body as ReadableStream<Uint8Array> | null;
      if (operation === undefined || request.method !== "POST") {
        if (!noted.has(request.path) && noted.size < PATHS_NOTED_MAX && request.path !== "/v1/models") {
          noted.add(request.path);
          options.onUnrecorded?.(request.path);
        }
        return await forward(request, body, options);
      }
      const bytes = await readBytes(body, {
        maxBytes: BODY_MAX_BYTES,
        announced: request.headers.get("content-length"),
      });
      return await recorded(request, bytes, operation, options);
    },
  });
}

/** What reads requests and answers. */
type Wire = Awaited<ReturnType<typeof loadProxied>>;
type ProxyRequest = Pick<RouteRequest, "method" | "path" | "target" | "headers" | "signal" | "caller">;

async function recorded(
  request: ProxyRequest,
  bytes: Uint8Array<ArrayBuffer>,
  operation: string,
  options: ProxyOptions,
): Promise<Response> {
  const wire = await loadProxied();
  const { readProxied, readWireJson, requestHash } = wire;
  const body = readWireJson(new TextDecoder().decode(bytes));
  const asked = readProxied(body);
  if (!asked) return await forward(request, bytes, options);
  const { headers } = request;
  const upstream = upstreamFor(headers, options.upstreams);
  const { answersOf = [upstream.url] } = upstream;
  const hashes = answersOf.map((server) => requestHash(server + request.path, body));
  const hash = hashes[0]!;
  const call = options.calls.begin(asked, {
    caller: request.caller,
    runKey: named(headers, "x-agentop-run"),
    agent: named(headers, "x-agentop-agent"),
    group: named(headers, "x-agentop-group"),
    user: named(headers, "x-agentop-user"),
    serverAddress: new URL(upstream.url).host,
    operation,
    requestHash: hash,
  });
  if (options.mode === "cache") {
    for (const known of hashes) {
      const kept = await options.exchanges.findExchange(known);
      if (kept) return fromCache(kept, call, wire);
    }
    if (options.onMiss === "fail") {
      call.failed({
        errorType: "cache_miss",
        message: "No answer to this request is on record",
        statusCode: 404,
      });
      throw new HttpProblem(
        404,
        "No answer to this request is on record, and --on-miss fail lets nothing pass",
      );
    }
  }
  return await passed(request, bytes, { call, hash, wire }, options);
}

async function passed(
  request: ProxyRequest,
  bytes: Uint8Array<ArrayBuffer>,
  { call, hash, wire }: { readonly call: ProxiedCall; readonly hash: string; readonly wire: Wire },
  options: ProxyOptions,
): Promise<Response> {
  let response: Response;
  try {
    response = await forward(request, bytes, options);
  } catch (error) {
    const errorType = request.signal.aborted ? "cancelled" : "network";
    call.failed({
      errorType,
      message: messageOf(error instanceof HttpProblem ? error.cause ?? error : error),
    });
    throw error;
  }
  const contentType = response.headers.get("content-type") ?? "";
  const tap = tapOf(call, { status: response.status, contentType, hash, wire }, request.headers, options);
  if (!response.body) {
    tap.ended();
    return response;
  }
  const { status, statusText } = response;
  return new Response(tapped(response.body, tap), { status, statusText, headers: response.headers });
}

/** Reads what passes; at its end the call is known. */
function tapOf(
  call: ProxiedCall,
  { status, contentType, hash, wire }: {
    readonly status: number;
    readonly contentType: string;
    readonly hash: string;
    readonly wire: Wire;
  },
  headers: Headers,
  { exchanges, host }: ProxyOptions,
): Tap {
  const reader = new wire.AnswerReader(contentType.startsWith("text/event-stream"));
  const kept: Uint8Array[] = [];
  let size = 0;
  const text = () => {
    const decoder = new TextDecoder();
    return kept.map((it) => decoder.decode(it, { stream: true })).join("") + decoder.decode();
  };
  const cut = (errorType: string, message: string) =>
    call.failed({ errorType, message, statusCode: status }, reader.end());
  return {
    passed(bytes) {
      if ((size += bytes.length) <= KEPT_MAX_BYTES) kept.push(bytes);
      const told = reader.add(bytes);
      if (told !== "") call.told(told);
    },
    ended() {
      if (status >= 400) {
        const message = oneLine(withoutKey(text(), headers), ERROR_MAX_CHARS);
        return call.failed({ errorType: String(status), message, statusCode: status });
      }
      call.answered(reader.end());
      if (size > KEPT_MAX_BYTES) return;
      exchanges.saveExchange({
        hash,
        traceId: call.traceId,
        status,
        contentType,
        body: text(),
        atUs: nowUs(host),
      })
        .catch(() => {}); // then this request is asked again
    },
    broken: (error) => cut("stream_cut", messageOf(error)),
    cancelled: () => cut("cancelled", "The program stopped reading"),
  };
}

function fromCache(
  { status, contentType, body }: {
    readonly status: number;
    readonly contentType: string;
    readonly body: string;
  },
  call: ProxiedCall,
  wire: Wire,
): Response {
  const reader = new wire.AnswerReader(contentType.startsWith("text/event-stream"));
  call.told(reader.add(new TextEncoder().encode(body)));
  call.answered(reader.end(), true);
  return new Response(body, { status, headers: { "content-type": contentType, "x-agentop-cache": "hit" } });
}

/** Sends a request on and gives what comes back, as it comes. Throws `HttpProblem` 502. */
async function forward(
  { method, target, headers, signal }: ProxyRequest,
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null,
  { upstreams, isOwnKey, host }: ProxyOptions,
): Promise<Response> {
  const upstream = upstreamFor(headers, upstreams);
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  let isOurs = false;
  for (const text of [headers.get("x-api-key"), bearer]) isOurs ||= !!text && await isOwnKey(text);
  const hasBody = body !== null && method !== "GET" && method !== "HEAD";
  try {
    const response = await host.fetch(upstream.url + target, {
      method,
      headers: forwardedHeaders(headers, upstream, isOurs),
      ...(hasBody ? { body, duplex: "half" } as RequestInit : {}),
      redirect: "manual",
      signal,
    });
    const { status, statusText } = response;
    const isEmpty = [101, 204, 205, 304].includes(status);
    return new Response(isEmpty ? null : response.body, {
      status,
      statusText,
      headers: returnedHeaders(response.headers),
    });
  } catch (cause) {
    throw new HttpProblem(502, `${new URL(upstream.url).host} does not answer`, { cause });
  }
}

function named(headers: Headers, name: string): string | undefined {
  const value = headers.get(name)?.trim();
  return value ? value.slice(0, 200) : undefined;
}

/** Servers repeat a key that they refuse. */
function withoutKey(text: string, headers: Headers): string {
  const key = /^\S+ +(\S{8,})$/.exec(headers.get("authorization") ?? "")?.[1];
  return key === undefined ? text : text.replaceAll(key, "…");
}
