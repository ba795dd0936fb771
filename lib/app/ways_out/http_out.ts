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
    const timeout = AbortSignal.timeout(timeoutMs + Math.ceil(size / BYTES_PER_MS_MIN));
    const signals = [signal, timeout, ...(init.signal ? [init.signal] : [])];
    this.#bytes += size;
    try {
      const response = await follow(host, url, {
        ...init,
        redirect: "manual",
        signal: AbortSignal.any(signals),
      });
      const body = await bounded(response);
      const { status, statusText, headers } = response;
      const isEmpty = body.length === 0 || status === 204 || status === 304;
      return new Response(isEmpty ? null : body, { status, statusText, headers });
    } catch (error) {
      signal.throwIfAborted();
      init.signal?.throwIfAborted();
      return timeout.aborted ? `nothing came within ${timeoutMs / 1000} s` : messageOf(error);
    }
  }
}

/** What is only read may have moved, to another path of the same server: the key goes nowhere else. */
async function follow(host: Host, url: URL, init: RequestInit): Promise<Response> {
  let at = url;
  for (let hop = 0;; hop++) {
    const response = await host.fetch(at, init);
    const isRead = init.method === undefined || init.method === "GET" || init.method === "HEAD";
    const next = URL.parse(response.headers.get("location") ?? "", at);
    const moves = response.status >= 300 && response.status < 400 && isRead && hop < REDIRECTS_MAX;
    if (!moves || next?.origin !== at.origin) return response;
    await response.body?.cancel();
    at = next;
  }
}

function sizeOf(body: BodyInit | null | undefined): number {
  if (typeof body === "string") return body.length;
  if (body instanceof Blob) return body.size;
  return body instanceof Uint8Array ? body.length : 0;
}

async function bounded({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    if ((size += part.length) > ANSWER_MAX_BYTES) throw new Error("the answer is too long");
    parts.push(part);
  }
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
