import { type CallRecorder, loadProxied, type RecordedCall } from "../../app/mod.ts";
import { type Exchange, type ExchangeStore, type Host, messageOf } from "../../core/mod.ts";
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
  readonly calls: CallRecorder;
  readonly exchanges: ExchangeStore;
  readonly host: Host;
  /** True for the text of a key that opens this server. */
  readonly isOwnKey: (text: string) => Promise<boolean>;
  /** Told once of each route that passes without being recorded. */
  readonly onUnrecorded?: (path: string) => void;
}

/** Requests that are read: longer ones are refused. */
const BODY_MAX_BYTES = 32 * 1024 * 1024;
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
  "/v1/ocr": "generate_content",
  "/v1/audio/speech": "generate_content",
};

const CONVERSATIONS = /^\/v1\/conversations(?:\/[^/]+(?:\/restart)?)?$/;

function operationOf(path: string): string | undefined {
  const route = path.replace(/\/+$/, "");
  return Object.hasOwn(OPERATIONS, route)
    ? OPERATIONS[route]
    : CONVERSATIONS.test(route)
    ? "chat"
    : undefined;
}

/** Everything below `/v1/`: it goes on to a model server and comes back as it is, and what was said is kept as runs. */
export function proxyRoute(options: ProxyOptions): Route {
  const noted = new Set<string>();
  const isUnrecorded = (path: string) => {
    if (noted.has(path) || noted.size >= PATHS_NOTED_MAX || path === "/v1/models") return;
    noted.add(path);
    options.onUnrecorded?.(path);
  };
  options.calls.onUnread(isUnrecorded);
  const nextFault = faultsInTurn(options);
  const ending: Passing["ending"] = new Map();
  return route({
    method: "*",
    path: "/v1/*",
    role: "write",
    pace: "ingest",
    passesAuthorization: true,
    summary: "Goes on to the model server and is recorded on its way",
    body: { kind: "stream" },
    answer: { type: "*/*", description: "What the model server answers" },
    isHidden: true,
    async handle(request, { incoming }) {
      const operation = operationOf(request.path);
      const body = request.body as ReadableStream<Uint8Array> | null;
      if (operation === undefined || request.method !== "POST") {
        isUnrecorded(request.path);
        return brokenAlike(await forward(request, body, options), request.incoming);
      }
      const bytes = await readBytes(body, {
        maxBytes: BODY_MAX_BYTES,
        announced: request.headers.get("content-length"),
      });
      incoming.took(1, senderOf(request.headers));
      const response = await recorded(request, bytes, operation, {
        ...options,
        isUnrecorded,
        nextFault,
        ending,
      });
      return brokenAlike(response, request.incoming);
    },
  });
}

type NextFault = (hash: string) => Promise<Fault | undefined>;

/** The options, and what lasts from call to call. */
interface Passing extends ProxyOptions {
  readonly isUnrecorded: (path: string) => void;
  readonly nextFault: NextFault;
  /** Answers that are on their way to the store, by the hash of their request. */
  readonly ending: Map<string, Promise<void>>;
}

function faultsInTurn({ mode, faults = [] }: ProxyOptions): NextFault {
  let counters: FaultCounters | undefined;
  return async (hash) => {
    if (mode !== "fault") return undefined;
    const { FaultCounters } = await import("../../simulator/mod.ts");
    return (counters ??= new FaultCounters()).next(hash, faults);
  };
}

type ProxyRequest = Pick<
  RouteRequest,
  "method" | "path" | "target" | "headers" | "signal" | "caller" | "incoming"
>;

/**
 * A call that is recorded. Before it goes on, only what must be known is looked up: whether there is a budget, what a cache has of it,
 * which fault it meets. All else is read and written elsewhere, while it is on its way.
 */
async function recorded(
  request: ProxyRequest,
  bytes: Uint8Array<ArrayBuffer>,
  operation: string,
  options: Passing,
): Promise<Response> {
  const { headers, path, target } = request;
  const isBudgeted = await options.calls.isBudgeted();
  const { read, problem } = readable(bytes, headers);
  if (!read) {
    if (isBudgeted) throw problem;
    options.isUnrecorded(path);
    return await forward(request, bytes, options);
  }
  const upstream = upstreamFor(headers, options.upstreams);
  const { answersOf = [upstream.url] } = upstream;
  const begin = () =>
    options.calls.begin({
      body: read,
      path,
      target,
      server: answersOf[0]!,
      key: /^\S+ +(\S{8,})$/.exec(headers.get("authorization") ?? "")?.[1],
      origin: {
        caller: request.caller,
        runKey: named(headers, "x-agentop-run"),
        agent: named(headers, "x-agentop-agent"),
        group: named(headers, "x-agentop-group"),
        user: named(headers, "x-agentop-user"),
        serverAddress: new URL(upstream.url).host,
        operation,
      },
    }, { isDue: isBudgeted });
  if (options.mode === "record") {
    return await passed(request, bytes, { call: begin(), isBudgeted, isSent: true }, options);
  }
  const hashes = await hashesOf(read, path, answersOf.map((server) => server + target));
  if (!hashes) { // no cache and no fault knows it
    return await passed(request, bytes, { call: begin(), isBudgeted, isSent: true }, options);
  }
  const hash = hashes[0]!;
  if (options.mode === "cache") {
    const kept = await onRecord(hashes, options);
    if (kept) return fromCache(kept, begin());
    if (options.onMiss === "fail") throw missed(begin());
    return await passed(request, bytes, { call: begin(), hash, isBudgeted, isSent: true }, options);
  }
  const fault = await options.nextFault(hash);
  const isSent = !fault || !(await import("./faulty.ts")).isBeforeAnswer(fault);
  return await passed(request, bytes, { call: begin(), fault, isBudgeted, isSent }, options);
}

/** Hashes of a request to each of these; `undefined` where it is none for a model's words. */
async function hashesOf(
  read: Uint8Array,
  path: string,
  urls: readonly string[],
): Promise<readonly string[] | undefined> {
  const { readProxied, readWireJson, requestHash } = await loadProxied();
  const body = readWireJson(new TextDecoder().decode(read));
  return readProxied(body, path) && urls.map((url) => requestHash(url, body));
}

async function onRecord(
  hashes: readonly string[],
  { exchanges, ending }: Passing,
): Promise<Exchange | undefined> {
  for (const hash of hashes) {
    await ending.get(hash);
    const kept = await exchanges.findExchange(hash);
    if (kept) return kept;
  }
  return undefined;
}

function missed(call: RecordedCall): HttpProblem {
  const message = "No answer to this request is on record";
  call.failed({ errorType: "cache_miss", message, statusCode: 404 });
  return new HttpProblem(404, `${message}, and --on-miss fail lets nothing pass`);
}

/** Sets aside what the call can cost. Throws `HttpProblem`: 402 when a budget is in its way, 503 when that cannot be told. */
async function reserved(call: RecordedCall): Promise<void> {
  try {
    await call.reserve();
  } catch (cause) {
    if (cause instanceof Error && cause.name === "UnreadCallError") throw new HttpProblem(402, UNKNOWN_COST);
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
): { readonly read?: Uint8Array; readonly problem?: unknown } {
  try {
    return { read: unpacked(bytes, headers, BODY_MAX_BYTES) };
  } catch (problem) {
    return { problem }; // the model server says what is wrong with it
  }
}

/** A call that is recorded, on its way. */
interface Passed {
  readonly call: RecordedCall;
  readonly isBudgeted: boolean;
  /** Where the next equal request looks for its answer. */
  readonly hash?: string;
  readonly fault?: Fault | undefined;
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
  options: Passing,
): Promise<Response> {
  const { call, isBudgeted, isSent } = passing;
  if (isBudgeted && isSent) await reserved(call);
  let response: Response;
  try {
    response = await sent(request, bytes, passing.fault, options);
  } catch (error) {
    const errorType = request.signal.aborted ? "cancelled" : "network";
    const { wasNeverSent } = await loadProxied();
    call.failed({
      errorType,
      isSent: isSent && !(errorType === "network" && wasNeverSent(error)),
      message: messageOf(error instanceof HttpProblem ? error.cause ?? error : error),
    });
    throw error;
  }
  const { status, statusText, headers } = response;
  call.head({ status, contentType: headers.get("content-type") ?? "" });
  const tap = tapOf(passing, options);
  if (!response.body) {
    tap.ended();
    return response;
  }
  return new Response(tapped(response.body, tap), { status, statusText, headers });
}

/** Tells of what passes. */
function tapOf({ call, hash, fault }: Passed, { calls, ending }: Passing): Tap {
  return {
    passed: (bytes) => call.bytes(bytes),
    ended() {
      call.ended(fault === undefined);
      if (hash === undefined) return;
      const written = calls.written().finally(() => ending.get(hash) === written && ending.delete(hash));
      ending.set(hash, written);
    },
    broken: (error) => call.cut("stream_cut", messageOf(error)),
    cancelled: () => call.cut("cancelled", "The program stopped reading"),
  };
}

function fromCache({ status, contentType, body }: Exchange, call: RecordedCall): Response {
  call.head({ status, contentType, isRecorded: true });
  call.bytes(new TextEncoder().encode(body));
  call.ended(false);
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
  // Whoever opened this server with `X-API-Key` may have a key for the server behind as well.
  const apiKey = headers.get("x-api-key") ?? undefined;
  const isOurs = bearer !== undefined ? await isOwnKey(bearer) : !!apiKey && await isOwnKey(apiKey);
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

/** The name of its library, `OpenAI/Python`, where a program says no more of itself. */
function senderOf(headers: Headers): string | undefined {
  return named(headers, "x-agentop-agent") ?? named(headers, "user-agent")?.split(" ")[0];
}

function named(headers: Headers, name: string): string | undefined {
  const value = headers.get(name)?.trim();
  return value ? value.slice(0, 200) : undefined;
}
