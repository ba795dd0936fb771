import { loadProxied, type ProxiedCall, type ProxiedCalls } from "../../app/mod.ts";
import { type ExchangeStore, type Host, messageOf, nowUs, oneLine } from "../../core/mod.ts";
import type { Fault, FaultCounters } from "../../simulator/mod.ts";
import { HttpProblem } from "../problem.ts";
import { readBytes, unpacked } from "../read_body.ts";
import { type Route, route, type RouteRequest } from "../route.ts";
import { brokenAlike, type Tap, tapped } from "./tapped.ts";
import { forwardedHeaders, returnedHeaders, type Upstream, upstreamFor } from "./upstream.ts";

/**
 * `cache`: a request that was answered before gets that answer, and `fail`s, or goes on, where there is none. `fault`: the faults are
 * put between a program and its model server.
 */
export type ProxyMode = "record" | "cache" | "fault";

export interface ProxyOptions {
  /** The only servers that calls go on to; the first one unless a call names another. */
  readonly upstreams: readonly [Upstream, ...Upstream[]];
  readonly mode: ProxyMode;
  /** @default "forward" */
  readonly onMiss?: "forward" | "fail";
  /** With `fault`: every new request meets them in this order, each time it is sent, then its answer; and so on. */
  readonly faults?: readonly Fault[];
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
const UNKNOWN_COST =
  "Cannot tell what this request can cost: it names no model and messages that can be read, " +
  "and there are budgets";
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
  const isUnrecorded = (path: string) => {
    if (noted.has(path) || noted.size >= PATHS_NOTED_MAX || path === "/v1/models") return;
    noted.add(path);
    options.onUnrecorded?.(path);
  };
  const nextFault = faultsInTurn(options);
  return route({
    method: "*",
    path: "/v1/*",
    role: "write",
    pace: "ingest",
    summary: "Goes on to the model server and is recorded on its way",
    body: { kind: "stream" },
    answer: { type: "*/*", description: "What the model server answers" },
    isHidden: true,
    async handle(request) {
      const operation = OPERATIONS[request.path.replace(/\/+$/, "")];
      const body = request.body as ReadableStream<Uint8Array> | null;
      if (operation === undefined || request.method !== "POST") {
        isUnrecorded(request.path);
        return brokenAlike(await forward(request, body, options), request.incoming);
      }
      const bytes = await readBytes(body, {
        maxBytes: BODY_MAX_BYTES,
        announced: request.headers.get("content-length"),
      });
      const response = await recorded(request, bytes, operation, { ...options, isUnrecorded, nextFault });
      return brokenAlike(response, request.incoming);
    },
  });
}

type NextFault = (hash: string) => Promise<Fault | undefined>;

/** The options, and what lasts from call to call. */
interface Passing extends ProxyOptions {
  readonly isUnrecorded: (path: string) => void;
  readonly nextFault: NextFault;
}

function faultsInTurn({ mode, faults = [] }: ProxyOptions): NextFault {
  let counters: FaultCounters | undefined;
  return async (hash) => {
    if (mode !== "fault") return undefined;
    const { FaultCounters } = await import("../../simulator/mod.ts");
    return (counters ??= new FaultCounters()).next(hash, faults);
  };
}

/** What reads requests and answers. */
type Wire = Awaited<ReturnType<typeof loadProxied>>;
type ProxyRequest = Pick<
  RouteRequest,
  "method" | "path" | "target" | "headers" | "signal" | "caller" | "incoming"
>;

async function recorded(
  request: ProxyRequest,
  bytes: Uint8Array<ArrayBuffer>,
  operation: string,
  options: Passing,
): Promise<Response> {
  const wire = await loadProxied();
  const { readProxied, readWireJson, requestHash } = wire;
  const { headers } = request;
  const { read, problem } = readable(bytes, headers);
  const body = readWireJson(new TextDecoder().decode(read));
  const asked = readProxied(body);
  if (!asked) {
    if (await options.calls.isBudgeted()) throw problem ?? new HttpProblem(402, UNKNOWN_COST);
    options.isUnrecorded(request.path);
    return await forward(request, bytes, options);
  }
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
  const fault = await options.nextFault(hash);
  const isSent = !fault || !(await import("./faulty.ts")).isBeforeAnswer(fault);
  if (isSent) await reserved(call);
  return await passed(request, bytes, { call, hash, wire, fault, isSent }, options);
}

/** Sets aside what the call can cost. Throws `HttpProblem`: 402 when a budget is in its way, 503 when that cannot be told. */
async function reserved(call: ProxiedCall): Promise<void> {
  try {
    await call.reserve();
  } catch (cause) {
    const isBudget = cause instanceof Error && cause.name === "SharedBudgetError";
    const statusCode = isBudget ? 402 : 503;
    const message = messageOf(cause);
    call.failed({ errorType: isBudget ? "budget" : "store", message, statusCode });
    throw new HttpProblem(statusCode, message, { cause });
  }
}

/** What can be read of a request: servers take packed bodies too, and packed they go on. Or why it cannot be read. */
function readable(
  bytes: Uint8Array<ArrayBuffer>,
  headers: Headers,
): { readonly read: Uint8Array; readonly problem?: unknown } {
  try {
    return { read: unpacked(bytes, headers, BODY_MAX_BYTES) };
  } catch (problem) {
    return { read: new Uint8Array(), problem }; // the model server says what is wrong with it
  }
}

/** A call that is recorded, on its way. */
interface Passed {
  readonly call: ProxiedCall;
  readonly hash: string;
  readonly wire: Wire;
  readonly fault: Fault | undefined;
  /** False where a fault strikes before the model server hears of it. */
  readonly isSent: boolean;
}

async function sent(
  request: ProxyRequest,
  bytes: Uint8Array<ArrayBuffer>,
  fault: Fault | undefined,
  options: ProxyOptions,
): Promise<Response> {
  if (!fault) return await forward(request, bytes, options);
  const { faulty, insteadOfAnswer, isBeforeAnswer } = await import("./faulty.ts");
  const meets = { incoming: request.incoming, signal: request.signal, host: options.host };
  if (isBeforeAnswer(fault)) return await insteadOfAnswer(fault, meets);
  return faulty(await forward(request, bytes, options), fault, meets);
}

async function passed(
  request: ProxyRequest,
  bytes: Uint8Array<ArrayBuffer>,
  passing: Passed,
  options: ProxyOptions,
): Promise<Response> {
  const { call, wire } = passing;
  let response: Response;
  try {
    response = await sent(request, bytes, passing.fault, options);
  } catch (error) {
    const errorType = request.signal.aborted ? "cancelled" : "network";
    call.failed({
      errorType,
      isSent: passing.isSent && !(errorType === "network" && wire.wasNeverSent(error)),
      message: messageOf(error instanceof HttpProblem ? error.cause ?? error : error),
    });
    throw error;
  }
  const contentType = response.headers.get("content-type") ?? "";
  const tap = tapOf(passing, { status: response.status, contentType }, request.headers, options);
  if (!response.body) {
    tap.ended();
    return response;
  }
  const { status, statusText } = response;
  return new Response(tapped(response.body, tap), { status, statusText, headers: response.headers });
}

/** Reads what passes; at its end the call is known. */
function tapOf(
  { call, hash, wire, fault }: Passed,
  { status, contentType }: { readonly status: number; readonly contentType: string },
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
      if (reader.isCut) return cut("stream_cut", "The stream ended before the answer did");
      call.answered(reader.end());
      if (size > KEPT_MAX_BYTES || fault) return;
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
