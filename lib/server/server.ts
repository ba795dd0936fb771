import { apiKeyOf, type App } from "../app/mod.ts";
import { AgentOpError } from "../core/mod.ts";
import { bare, isLoopback } from "./gate/hosts.ts";
import { TLS_HEADERS } from "./gate/headers.ts";
import { type PaceLimits, Paces } from "./gate/pace.ts";
import { CONNECTION_LIMITS, type ConnectionLimits, listen, type TlsFiles } from "./http_server.ts";
import { Incoming } from "./incoming.ts";
import { RequestMetrics } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";
import { Readers } from "./readers.ts";
import { createRouter, type RouterOptions } from "./router.ts";
import type { Route } from "./route.ts";
import { ROUTES } from "./routes/mod.ts";
import { RunsAtWork } from "./runs_at_work.ts";
import type { ServerRights } from "./services.ts";

export interface ServerOptions {
  /** @default "127.0.0.1" */
  readonly hostname?: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Of the program. */
  readonly version: string;
  /** Whether a key is needed. @default not on an address that only this machine reaches, without a proxy before it */
  readonly auth?: "on" | "off" | undefined;
  /** Names it is called by, besides loopback names and its address. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Addresses of proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies?: readonly string[] | undefined;
  readonly tls?: TlsFiles | undefined;
  readonly rights?: ServerRights | undefined;
  readonly limits?: Partial<ConnectionLimits>;
  /** How often each caller may ask. */
  readonly paces?: Partial<PaceLimits>;
  readonly onAnswered?: RouterOptions["onAnswered"];
  /** @default the table of this folder */
  readonly routes?: readonly Route[];
}

export interface RunningServer {
  /** Without a final slash. */
  readonly url: string;
  readonly port: number;
  /** A key is needed. */
  readonly isGuarded: boolean;
  /** Keys that are good now. */
  readonly keys: number;
  /** No new requests; those at work are answered, for as long as `graceMs`, then broken off. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

const GRACE_MS = 10_000;
/** For runs to be kept as cancelled, and to be told of. */
const STOP_MS = 3_000;

/** Starts the HTTP API over an open app. Throws `AgentOpError` for what cannot be listened on, and for what would be open to all. */
export async function startServer(app: App, options: ServerOptions): Promise<RunningServer> {
  const hostname = options.hostname ?? "127.0.0.1";
  const isGuarded = mustHaveKeys(hostname, options);
  const store = await app.store();
  const closing = new AbortController();
  const [work, metrics, incoming] = [new RunsAtWork(), new RequestMetrics(), new Incoming(store, app.host)];
  const proxies = new Set(options.trustedProxies?.map(bare));
  const isTrustedProxy = (address: string) => proxies.has(address);
  const routes = options.routes ?? ROUTES;
  const takesIn = new Set(routes.filter(({ pace }) => pace === "ingest").map(({ path }) => path));
  const fetch = createRouter({
    routes,
    services: {
      app,
      store,
      host: app.host,
      rights: options.rights ?? { approve: "never" },
      closing: closing.signal,
      work,
      metrics,
      incoming,
      readers: new Readers(),
      describe: () => openApiDocument(routes, options.version),
    },
    callers: {
      paces: new Paces(app.host, options.paces),
      isTrustedProxy,
      ...(isGuarded ? { findKey: (text: string) => apiKeyOf(store, text) } : {}),
    },
    ...(options.tls ? { headers: TLS_HEADERS } : {}),
    onAnswered: (request) => {
      metrics.note(request);
      if (request.status >= 400 && takesIn.has(request.route)) incoming.refused();
      options.onAnswered?.(request);
    },
  });
  const listening = await listen({
    hostname,
    port: options.port,
    limits: { ...CONNECTION_LIMITS, ...options.limits },
    hosts: { allowed: new Set([bare(hostname), ...options.allowedHosts?.map(bare) ?? []]), isTrustedProxy },
    ...(options.tls ? { tls: options.tls } : {}),
    fetch,
  });
  /** Runs end as cancelled and say so; whoever still holds a connection then loses it. */
  const breakOff = async () => {
    await Promise.race([work.stop(), app.host.sleep(STOP_MS)]);
    listening.force();
  };
  let closed: Promise<void> | undefined;
  const url = `${options.tls ? "https" : "http"}://${shownHost(hostname)}:${listening.port}`;
  await incoming.open(url);
  return {
    url,
    port: listening.port,
    isGuarded,
    keys: (await store.listKeys()).filter((it) => it.revokedAtUs === undefined).length,
    close: ({ graceMs = GRACE_MS } = {}) =>
      closed ??= (async () => {
        const done = listening.close();
        closing.abort(new DOMException("The server is closing", "AbortError"));
        const timer = setTimeout(() => void breakOff(), graceMs);
        await done;
        clearTimeout(timer);
        await work.stop();
        await incoming.close();
      })(),
  };
}

function mustHaveKeys(hostname: string, { auth, trustedProxies = [] }: ServerOptions): boolean {
  const isPrivate = isLoopback(hostname) && trustedProxies.length === 0;
  if (auth === "off" && !isPrivate) {
    const why = isLoopback(hostname)
      ? "a proxy lets others in"
      : `${hostname} can be reached from other machines`;
    throw new AgentOpError(`Cannot serve without keys: ${why}`, {
      remedy: "--auth on and agentop keys create NAME --role read, or --host 127.0.0.1",
    });
  }
  return auth === "on" || !isPrivate;
}

function shownHost(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "127.0.0.1";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
