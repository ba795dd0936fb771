import { AgentOpError, type Host, messageOf, oneLine } from "../../core/mod.ts";
import { backoffMs, DEFAULT_RETRY_POLICY, isRetryableStatus, parseRetryAfter } from "../../providers/mod.ts";

const ATTEMPTS_MAX = 5;
const WAIT_MAX_MS = 120_000;
const TIMEOUT_MS = 60_000;
/** A slower line than this does not carry an upload: more time is given by its size. */
const BYTES_PER_MS_MIN = 50;
const REDIRECTS_MAX = 5;
const ANSWER_MAX_BYTES = 32 * 1024 * 1024;

export interface HttpOutOptions {
  readonly host: Host;
  /** The word after `agentop export`. */
  readonly what: string;
  readonly signal: AbortSignal;
  /** For one attempt, without what the size of its body adds. @default 60 s */
  readonly timeoutMs?: number;
  /** @default 5 */
  readonly attemptsMax?: number;
}

/**
 * Where a key and what is in the store may go: over TLS, or to this machine. Throws `AgentOpError` that names the variable.
 */
export function checkedServer(url: string, what: string, variable: string): string {
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new AgentOpError(`Cannot export ${what}: ${JSON.stringify(oneLine(url, 200))} is no address`, {
      remedy: `${variable}=https://…`,
    });
  }
  if (isPlainElsewhere(parsed)) {
    throw new AgentOpError(
      `Cannot export ${what}: ${parsed.origin} is reached without encryption, and the key would be read on the way`,
      { remedy: `${variable}=https://${parsed.host}` },
    );
  }
  return url.replace(/\/+$/, "");
}

const isPlainElsewhere = ({ protocol, hostname }: URL) =>
  protocol === "http:" && !/^(?:.*\.)?localhost$|^127(?:\.\d+){3}$|^\[::1\]$/.test(hostname);

/**
 * Requests to a service that takes runs: each with a bounded time and answer, never sent on to another server, tried again after trouble on the way
 * and where the service asks for that. Gives the last answer, whatever its status; throws `AgentOpError` where none came.
 */
export class HttpOut {
  readonly #options: HttpOutOptions;
  #bytes = 0;

  constructor(options: HttpOutOptions) {
    this.#options = options;
  }

  /** Of all bodies that were sent, tries included. */
  get sentBytes(): number {
    return this.#bytes;
  }

  /** As `fetch`, for libraries too. */
  readonly fetch = async (
    input: string | URL | Request,
    init: RequestInit = {},
  ): Promise<Response> => {
    const url = URL.parse(input instanceof Request ? input.url : String(input));
    const { host, what, signal, attemptsMax = ATTEMPTS_MAX } = this.#options;
    if (!url || isPlainElsewhere(url) || !/^https?:$/.test(url.protocol)) {
      throw new AgentOpError(
        `Cannot export ${what}: it says to send to ${oneLine(String(input), 100)}, which is not encrypted`,
        { exitCode: 1 },
      );
    }
    for (let attempt = 1;; attempt++) {
      signal.throwIfAborted();
      const outcome = await this.#try(url, init);
      const isLast = attempt >= attemptsMax;
      if (outcome instanceof Response && (isLast || !isRetryableStatus(outcome.status))) return outcome;
      if (isLast) {
        throw new AgentOpError(`Cannot export ${what}: ${url.origin} does not answer: ${outcome}`, {
          remedy: "the same again later: what is there is not sent twice",
          exitCode: 1,
        });
      }
      const retryAfterMs = outcome instanceof Response
        ? parseRetryAfter(outcome.headers.get("retry-after"), host.now())
        : undefined;
      const policy = { ...DEFAULT_RETRY_POLICY, minWaitMs: 500, maxWaitMs: 30_000 };
      const waitMs = backoffMs(policy, attempt, { random: host.random(), retryAfterMs });
      await host.sleep(Math.min(WAIT_MAX_MS, waitMs), signal);
    }
  };

  /** The whole answer, or in a few words why there is none. */
  async #try(url: URL, init: RequestInit): Promise<Response | string> {
    const { host, signal, timeoutMs = TIMEOUT_MS } = this.#options;
    const size = sizeOf(init.body);
    this.#bytes += size;
    const attempt = new AbortController();
    const cancel = () => attempt.abort();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      cancel();
    }, timeoutMs + Math.ceil(size / BYTES_PER_MS_MIN));
    const callers = init.signal ? [signal, init.signal] : [signal];
    for (const it of callers) it.addEventListener("abort", cancel, { once: true });
    try {
      const response = await follow(host, url, { ...init, redirect: "manual", signal: attempt.signal });
      const body = await bounded(response);
      const { status, statusText, headers } = response;
      const isEmpty = body.length === 0 || status === 204 || status === 304;
      return new Response(isEmpty ? null : body, { status, statusText, headers });
    } catch (error) {
      for (const it of callers) it.throwIfAborted();
      return isLate ? `nothing came within ${timeoutMs / 1000} s` : messageOf(error);
    } finally {
      clearTimeout(timer);
      for (const it of callers) it.removeEventListener("abort", cancel);
    }
  }
}

/** What is only read may have moved, to another path of the same server: the key goes nowhere else. */
async function follow(host: Host, url: URL, init: RequestInit): Promise<Response> {
  let at = url;
  for (let hop = 0;; hop++) {
    const response = await host.fetch(at, init);
    const isRead = init.method === undefined || init.method === "GET" || init.method === "HEAD";
    if (response.status < 300 || response.status >= 400 || !isRead || hop >= REDIRECTS_MAX) return response;
    const next = URL.parse(response.headers.get("location") ?? "", at);
    if (next?.origin !== at.origin) return response;
    await response.body?.cancel();
    at = next;
  }
}

function sizeOf(body: BodyInit | null | undefined): number {
  if (typeof body === "string") return body.length;
  if (body instanceof Blob) return body.size;
  return body instanceof Uint8Array ? body.length : 0;
}

/** All of an answer, which says how long it is, or is read as far as it may be. */
async function bounded(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const told = response.headers.get("content-length");
  if (told !== null && Number(told) <= ANSWER_MAX_BYTES) return await response.bytes();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    if ((size += part.length) > ANSWER_MAX_BYTES) throw new Error("the answer is too long");
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
