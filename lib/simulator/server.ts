import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { AgentOpError, type Host, messageOf, systemHost } from "../core/mod.ts";
import { ApiError, gatewayError } from "./api_error.ts";
import { BUILTIN_SCENARIOS } from "./builtin_scenarios.ts";
import { answerChat, answerFim, type Exchange, forcedFault, statusError } from "./chat_route.ts";
import { sendJson } from "./delivery.ts";
import { embeddingsBody } from "./embeddings.ts";
import { Engine } from "./engine.ts";
import { hexId } from "./hash.ts";
import { readJsonBody } from "./http_body.ts";
import { modelCard, modelList } from "./model_list.ts";
import { checkModel } from "./model_rules.ts";
import { PromptCache } from "./prompt_cache.ts";
import type { Scenario } from "./scenario.ts";
import { SIM_MODELS } from "./sim_models.ts";

/** One request, as told to `onRequest` just before it is answered. */
export interface SimulatedRequest {
  /** From 1. */
  readonly number: number;
  /** HTTP method. */
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** As received, names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The parsed JSON body, if there was one. */
  readonly body: unknown;
  /** `scenario NAME step 2`, `rules`, `model sim-echo`, `fault 429 before …`, `error 422`, `models`, … */
  readonly answeredBy: string;
}

/** How the simulator answers. */
export interface SimulatorOptions {
  /** @default "127.0.0.1" */
  readonly hostname?: string;
  /** @default 0, any free one */
  readonly port?: number;
  /** Tried in order, before the built-in ones of the demo agents. */
  readonly scenarios?: readonly Scenario[];
  /** @default 1 */
  readonly seed?: number;
  /** Wait before the first byte of an answer. @default 0 */
  readonly latencyMs?: number;
  /** @default Infinity */
  readonly tokensPerSecond?: number;
  /** Clock, ids and chance. */
  readonly host?: Host;
  /** Takes what Mistral's API refuses: unknown fields and models, any order of messages, any ids and names. @default false */
  readonly lenient?: boolean;
  /** When set, requests with another key get 401; otherwise any key will do, and none. */
  readonly apiKey?: string;
  /** Called for every request. What it throws is ignored. */
  readonly onRequest?: (request: SimulatedRequest) => void;
}

/** A running simulator. */
export interface Simulator {
  /** Without `/v1`, as the SDK's `serverURL` wants it. */
  readonly url: string;
  /** The port it listens on. */
  readonly port: number;
  /** Requests so far. */
  readonly requests: number;
  /** Breaks open connections and frees the port. */
  close(): Promise<void>;
}

const HEADER_MAX_BYTES = 16 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const CONNECTIONS_MAX = 1000;

/**
 * Starts a server that speaks Mistral's wire protocol: chat, streamed or not, fill-in-the-middle, embeddings and models. The
 * same seed and request always have the same body, but for the tokens it has cached. Throws `AgentOpError` when the port is taken or a scenario is bad.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { createServer } = await import("node:http");
  const hostname = options.hostname ?? "127.0.0.1";
  const state = new SimulatorState(options);
  const server = createServer(
    {
      maxHeaderSize: HEADER_MAX_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
    },
    (req, res) => void state.handle(req, res),
  );
  server.maxConnections = CONNECTIONS_MAX;
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await listen(server, hostname, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const shownHost = hostname === "0.0.0.0"
    ? "127.0.0.1"
    : hostname.includes(":")
    ? `[${hostname}]`
    : hostname;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${shownHost}:${port}`,
    port,
    get requests() {
      return state.requests;
    },
    close: () =>
      closing ??= new Promise((resolve) => {
        state.stop();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, hostname: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const reason = /EADDRINUSE|AddrInUse|in use/i.test(messageOf(error))
        ? "the port is taken"
        : messageOf(error);
      reject(
        new AgentOpError(`Cannot start the simulator on ${hostname}:${port}: ${reason}`, {
          remedy: "--port 0 for any free port",
          cause: error,
        }),
      );
    });
    server.listen(port, hostname, () => resolve());
  });
}

class SimulatorState {
  requests = 0;
  readonly #options: SimulatorOptions;
  readonly #host: Host;
  readonly #seed: number;
  readonly #engine: Engine;
  readonly #cache = new PromptCache();
  readonly #moreModels: readonly string[];
  readonly #stopped = new AbortController();

  constructor(options: SimulatorOptions) {
    this.#options = options;
    this.#host = options.host ?? systemHost();
    this.#seed = options.seed ?? 1;
    const scenarios = [...options.scenarios ?? [], ...BUILTIN_SCENARIOS];
    this.#engine = new Engine(scenarios, this.#seed);
    this.#moreModels = scenarios.flatMap(({ match }) => match?.model ?? []);
  }

  stop(): void {
    this.#stopped.abort(new DOMException("The simulator is closing", "AbortError"));
  }

  /** Never rejects. */
  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const number = ++this.requests;
    const gone = new AbortController();
    const leave = () => gone.abort(new DOMException("The client has gone", "AbortError"));
    res.on("close", leave);
    res.on("error", leave);
    const signal = AbortSignal.any([gone.signal, this.#stopped.signal]);
    const method = req.method ?? "GET";
    const path = (req.url ?? "/").split("?")[0]!;
    let announced = false;
    const announce = (answeredBy: string, body: unknown) => {
      if (announced) return;
      announced = true;
      this.#report({ number, method, path, headers: req.headers, body, answeredBy });
    };
    const headers = { "mistral-correlation-id": hexId(`request ${number}`, this.#seed) };
    try {
      await this.#route(req, res, method, path, { signal, headers, announce });
    } catch (error) {
      if (signal.aborted) return void res.destroy();
      const answer = error instanceof ApiError
        ? error
        : gatewayError(500, `The simulator failed: ${messageOf(error)}`);
      announce(`error ${answer.status}`, undefined);
      if (res.headersSent) return void res.destroy();
      res.writeHead(answer.status, { ...headers, "content-type": "application/json", ...answer.headers });
      res.end(JSON.stringify(answer.body));
    }
  }

  async #route(
    req: IncomingMessage,
    res: ServerResponse,
    method: string,
    path: string,
    context: Pick<Exchange, "signal" | "headers" | "announce">,
  ): Promise<void> {
    const route = `${method} ${path}`;
    if (path === "/v1/fine_tuning/jobs" || path.startsWith("/v1/fine_tuning/jobs/")) {
      throw gatewayError(410, "The fine-tuning API is no longer available.");
    }
    if (path === "/v1/files") return await this.#takeFile(req, res, context);
    const post = POST_PATHS.includes(path);
    const isModel = path.startsWith("/v1/models/") && path.length > "/v1/models/".length;
    if (!post && path !== "/v1/models" && !isModel) throw gatewayError(404, "Not Found");
    if (method !== (post ? "POST" : "GET")) throw gatewayError(405, "Method Not Allowed");
    this.#authorize(req.headers.authorization);
    const exchange: Exchange = {
      ...context,
      res,
      body: post ? await readJsonBody(req) : undefined,
      requestHeaders: req.headers,
      seed: this.#seed,
      engine: this.#engine,
      cache: this.#cache,
      lenient: this.#options.lenient ?? false,
      moreModels: this.#moreModels,
      host: this.#host,
      pace: {
        latencyMs: this.#options.latencyMs ?? 0,
        tokensPerSecond: this.#options.tokensPerSecond ?? Infinity,
      },
    };
    if (route === "POST /v1/chat/completions") return await answerChat(exchange);
    if (route === "POST /v1/fim/completions") return await answerFim(exchange);
    const fault = forcedFault(exchange);
    const body = post
      ? embeddingsBody(exchange.body, this.#seed)
      : isModel
      ? modelCard(decodeModel(path), SIM_MODELS)
      : modelList(SIM_MODELS);
    if (!body) throw gatewayError(404, "Model not found");
    if (post && !exchange.lenient) checkModel(String(body.model), exchange.moreModels);
    exchange.announce(post ? "embeddings" : "models", exchange.body);
    if (fault && "status" in fault) throw statusError(fault);
    await sendJson(res, body, fault, exchange);
  }

  async #takeFile(
    req: IncomingMessage,
    res: ServerResponse,
    { headers, announce }: Pick<Exchange, "headers" | "announce">,
  ): Promise<void> {
    if (req.method !== "POST") throw gatewayError(405, "Method Not Allowed");
    this.#authorize(req.headers.authorization);
    const { takeUpload } = await import("./file_upload.ts");
    const { body, told } = await takeUpload(req, this.#seed, this.#host.now());
    announce("files", told);
    res.writeHead(200, { ...headers, "content-type": "application/json" });
    res.end(JSON.stringify(body));
  }

  #authorize(header: string | undefined): void {
    const key = /^Bearer\s+(\S+)$/i.exec(header ?? "")?.[1];
    const expected = this.#options.apiKey;
    if (expected !== undefined && key !== expected) {
      throw gatewayError(401, "Unauthorized");
    }
  }

  #report(request: SimulatedRequest): void {
    try {
      this.#options.onRequest?.(request);
    } catch {
      // An onlooker must not break the answer.
    }
  }
}

const POST_PATHS: readonly string[] = ["/v1/chat/completions", "/v1/fim/completions", "/v1/embeddings"];

function decodeModel(path: string): string {
  try {
    return decodeURIComponent(path.slice("/v1/models/".length));
  } catch {
    return "";
  }
}
