import { gzip } from "node:zlib";
import { promisify } from "node:util";
import { AgentOpError, type Host, messageOf, oneLine, type Run, type Store } from "../core/mod.ts";
import {
  CONTENT_TYPE,
  decodeTraces,
  encodeTraces,
  encodeTracesJson,
  type OtlpEncoding,
  partialSuccessIn,
  type ScopeSpans,
  scopeSpansOf,
} from "../otlp/mod.ts";
import { backoffMs, DEFAULT_RETRY_POLICY, parseRetryAfter } from "../providers/mod.ts";
import type { App } from "./app.ts";
import { chosenPages, type SendChoice, SentLedger } from "./ways_out/unsent.ts";

/** The specification's: the same may be sent again after these, and after no other. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const ATTEMPTS_MAX = 6;
const WAIT_MAX_MS = 120_000;
const REQUEST_TIMEOUT_MS = 30_000;
const SPANS_PER_REQUEST = 512;
const RUNS_PER_REQUEST = 50;
const ANSWER_MAX_BYTES = 64 * 1024;

const packed = promisify(gzip);

export interface SendOptions extends SendChoice {
  /** `http://host:4318`, or the whole address of its traces. @default the environment's */
  readonly endpoint?: string;
  /** @default the environment's */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default "protobuf" */
  readonly encoding?: OtlpEncoding;
}

export interface SendReport {
  readonly endpoint: string;
  readonly runs: number;
  readonly spans: number;
  /** Runs that the collector had already, as they are. */
  readonly unchanged: number;
  /** Spans that the collector did not take, and its words. */
  readonly rejected: number;
  readonly message?: string;
}

/**
 * Sends runs to a collector of OpenTelemetry. What it has taken is on record in the store, so that the same again sends only what is
 * new or has changed, also after it was killed. Throws `AgentOpError`.
 */
export async function sendRuns(app: App, options: SendOptions): Promise<SendReport> {
  const { collector } = app.config;
  const given = options.endpoint ?? collector?.endpoint;
  if (given === undefined) {
    throw new AgentOpError("Cannot export otlp: no collector is named", {
      remedy: "--endpoint http://127.0.0.1:4318, or OTEL_EXPORTER_OTLP_ENDPOINT",
    });
  }
  const endpoint = tracesUrl(given);
  const { signal, again } = options;
  const store = await app.store();
  const ledger = await SentLedger.open(store, endpoint, again);
  const sender = new Sender(app.host, endpoint, {
    ...options,
    headers: options.headers ?? collector?.headers ?? {},
  });
  let runs = 0;
  let unchanged = 0;
  let waiting: Waiting[] = [];
  const flush = async () => {
    if (waiting.length === 0) return;
    await sender.send(waiting.flatMap((it) => it.scopes));
    for (const run of waiting) await ledger.note(run);
    await ledger.flush();
    waiting = [];
  };
  for await (const page of chosenPages(app, options)) {
    for (const run of page) {
      signal.throwIfAborted();
      const seq = ledger.seqOf(run);
      const since = await store.changesSince(
        run.traceId,
        seq === undefined ? undefined : { seq, messageCount: 0 },
      );
      if (!since) continue; // deleted meanwhile
      if (since.cursor.seq === seq) {
        unchanged++;
        continue;
      }
      runs++;
      const scopes = await scopesOf(store, run);
      if (waiting.length >= RUNS_PER_REQUEST || spansIn(waiting) + countOf(scopes) > SPANS_PER_REQUEST) {
        await flush();
      }
      waiting.push({ traceId: run.traceId, seq: since.cursor.seq, scopes });
    }
  }
  await flush();
  return { endpoint, runs, unchanged, ...sender.report() };
}

interface Waiting {
  readonly traceId: string;
  readonly seq: number;
  readonly scopes: readonly ScopeSpans[];
}

const countOf = (scopes: readonly ScopeSpans[]) => scopes.reduce((sum, { spans }) => sum + spans.length, 0);
const spansIn = (waiting: readonly Waiting[]) =>
  waiting.reduce((sum, { scopes }) => sum + countOf(scopes), 0);

/** A run as OpenTelemetry has it: one that was received as it came, every other one as it is stored. */
export async function scopesOf(store: Store, run: Run): Promise<readonly ScopeSpans[]> {
  if (run.origin !== "otlp") return scopeSpansOf(await store.loadTrace(run.traceId));
  const { parts } = await store.receivedOf(run.traceId);
  const sent = parts.flatMap(({ signal, data }) => signal === "traces" ? decodeTraces(data) : []);
  // What came twice goes out once, as it came last.
  const last = new Map(sent.flatMap(({ spans }) => spans.map((span) => [span.spanId, span] as const)));
  return sent.map((it) => ({ ...it, spans: it.spans.filter((span) => last.get(span.spanId) === span) }))
    .filter(({ spans }) => spans.length > 0);
}

function tracesUrl(endpoint: string): string {
  const url = URL.parse(endpoint.trim());
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new AgentOpError(`Cannot export otlp: ${JSON.stringify(oneLine(endpoint, 200))} is no address`, {
      remedy: "http://127.0.0.1:4318",
    });
  }
  if (!/\/v1\/traces\/?$/.test(url.pathname)) url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/traces`;
  return url.href;
}

interface SenderOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly encoding?: OtlpEncoding;
  readonly signal: AbortSignal;
}

/** Sends requests one after the other, each until it is taken, refused or tried too often. */
class Sender {
  readonly #host: Host;
  readonly #endpoint: string;
  readonly #options: SenderOptions;
  #spans = 0;
  #rejected = 0;
  #message: string | undefined;

  constructor(host: Host, endpoint: string, options: SenderOptions) {
    this.#host = host;
    this.#endpoint = endpoint;
    this.#options = options;
  }

  report(): Pick<SendReport, "spans" | "rejected" | "message"> {
    const message = this.#message;
    return { spans: this.#spans, rejected: this.#rejected, ...(message === undefined ? {} : { message }) };
  }

  async send(scopes: readonly ScopeSpans[]): Promise<void> {
    const { encoding = "protobuf", signal } = this.#options;
    const plain = encoding === "json"
      ? new TextEncoder().encode(encodeTracesJson(scopes))
      : encodeTraces(scopes);
    const body = await packed(plain);
    for (let attempt = 1;; attempt++) {
      const outcome = await this.#try(body, encoding);
      if (outcome.isTaken) break;
      const waitMs = Math.min(
        WAIT_MAX_MS,
        backoffMs({ ...DEFAULT_RETRY_POLICY, minWaitMs: 1000, maxWaitMs: 30_000 }, attempt, {
          random: this.#host.random(),
          retryAfterMs: outcome.retryAfterMs,
        }),
      );
      if (!outcome.mayRetry || attempt >= ATTEMPTS_MAX) {
        throw new AgentOpError(`Cannot export otlp to ${this.#endpoint}: ${outcome.why}`, {
          remedy: outcome.mayRetry ? "the same again: what was taken is not sent twice" : HINT,
          exitCode: 1,
        });
      }
      await this.#host.sleep(waitMs, signal);
    }
    this.#spans += countOf(scopes);
  }

  async #try(body: Uint8Array, encoding: OtlpEncoding): Promise<Outcome> {
    const { headers, signal } = this.#options;
    let response: Response;
    try {
      response = await this.#host.fetch(this.#endpoint, {
        method: "POST",
        headers: { ...headers, "content-type": CONTENT_TYPE[encoding], "content-encoding": "gzip" },
        body: body as BodyInit,
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
    } catch (error) {
      signal.throwIfAborted();
      return { isTaken: false, mayRetry: true, why: messageOf(error) };
    }
    const answer = await beginningOf(response);
    if (response.status === 200) {
      const partial = partialSuccessIn(answeredIn(response, encoding), answer);
      this.#rejected += partial?.rejected ?? 0;
      if (partial?.message) this.#message = oneLine(partial.message, 500);
      return { isTaken: true };
    }
    const words = oneLine(new TextDecoder().decode(answer).replace(/[^\x20-\x7e]+/g, " ").trim(), 300);
    return {
      isTaken: false,
      mayRetry: RETRYABLE.has(response.status),
      why: `it answered ${response.status}${words === "" ? "" : `: ${words}`}`,
      retryAfterMs: parseRetryAfter(response.headers.get("retry-after"), this.#host.now()),
    };
  }
}

const HINT = "--endpoint and --header, or OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS";

type Outcome =
  | { readonly isTaken: true }
  | {
    readonly isTaken: false;
    readonly mayRetry: boolean;
    readonly why: string;
    readonly retryAfterMs?: number | undefined;
  };

const answeredIn = (response: Response, encoding: OtlpEncoding): OtlpEncoding =>
  response.headers.get("content-type")?.startsWith("application/json") ? "json" : encoding;

/** As much of an answer as anybody needs. */
async function beginningOf({ body }: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of body ?? []) {
      parts.push(part);
      if ((size += part.length) > ANSWER_MAX_BYTES) break;
    }
  } catch { /* its words are cut; its status is not */ }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
