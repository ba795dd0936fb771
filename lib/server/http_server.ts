import type { HttpBindings } from "@hono/node-server";
import type { IncomingMessage, RequestListener, Server, ServerOptions, ServerResponse } from "node:http";
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { AddressInfo, Socket } from "node:net";
import { AgentOpError, messageOf } from "../core/mod.ts";
import { SECURITY_HEADERS } from "./gate/headers.ts";
import { type HostRules, refusedHost } from "./gate/hosts.ts";

/** What one connection may take, in time and bytes. */
export interface ConnectionLimits {
  readonly headerMaxBytes: number;
  readonly headersTimeoutMs: number;
  /** For the whole request, its body included; the answer may take longer. */
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** With nothing read and nothing written for so long, and no handler at work, the connection is closed. */
  readonly idleTimeoutMs: number;
  readonly connectionsMax: number;
  readonly requestsPerConnectionMax: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  headerMaxBytes: 16 * 1024,
  headersTimeoutMs: 8_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 5_000,
  idleTimeoutMs: 30_000,
  connectionsMax: 2_000,
  requestsPerConnectionMax: 10_000,
};
/** How often node looks for connections that are late. */
const CHECK_MS = 500;

export interface TlsFiles {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
  readonly tls?: TlsFiles;
  readonly limits: ConnectionLimits;
  readonly hosts: HostRules;
  readonly fetch: (request: Request, bindings: HttpBindings) => Promise<Response>;
}

export interface Listening {
  readonly port: number;
  /** No new connections; resolves when all requests are answered, or right after `force`. */
  close(): Promise<void>;
  /** Breaks what is still open. */
  force(): void;
}

/** Listens with node's own server, which bounds time and size of everything that a client sends. Throws `AgentOpError`. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const [{ getRequestListener }, server] = await Promise.all([
    import("@hono/node-server"),
    createNodeServer(options),
  ]);
  const { limits, hosts } = options;
  const answer = getRequestListener((request, bindings) => options.fetch(request, bindings as HttpBindings), {
    overrideGlobalObjects: false,
    errorHandler: () => jsonResponse(400, "Bad request"),
  });
  server.on("request", (req: IncomingMessage, res: ServerResponse) => {
    const refused = req.url?.startsWith("/") ? refusedHost(req, hosts) : "Request target must be a path";
    if (refused !== undefined) return sendJson(res, req.url?.startsWith("/") ? 403 : 400, refused);
    waitForHandler(req, res, limits.idleTimeoutMs);
    void answer(req, res);
  });
  server.maxConnections = limits.connectionsMax;
  server.maxRequestsPerSocket = limits.requestsPerConnectionMax;
  server.setTimeout(limits.idleTimeoutMs, (socket: Socket) => socket.destroy());
  server.on("clientError", answerClientError);
  // Other protocols are not spoken here.
  server.on("connect", (_req: IncomingMessage, socket: Socket) => socket.destroy());
  await bind(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
    force: () => server.closeAllConnections(),
  };
}

async function createNodeServer({ tls, limits }: ListenOptions): Promise<Server> {
  const options: ServerOptions & { readonly connectionsCheckingInterval: number } = {
    maxHeaderSize: limits.headerMaxBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    requireHostHeader: false, // said by `refusedHost`
    connectionsCheckingInterval: CHECK_MS,
  };
  if (!tls) return (await import("node:http")).createServer(options);
  const { createServer } = await import("node:https");
  const handshakeTimeout = limits.headersTimeoutMs;
  checkPem(tls);
  const server = createServer({ ...options, ...tls, minVersion: "TLSv1.2", handshakeTimeout });
  // Plain HTTP, or no handshake at all: nobody else closes the connection.
  server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
  return server as unknown as Server;
}

/** A server takes anything here, and refuses every handshake later. */
function checkPem({ cert, key }: TlsFiles): void {
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      throw new Error("the key is of another one");
    }
  } catch (cause) {
    throw new AgentOpError(
      `Cannot serve over TLS: the certificate or its key cannot be used: ${messageOf(cause)}`,
      {
        remedy: "--cert and --key with PEM files that belong together",
        cause,
      },
    );
  }
}

/** A handler has its own limits: the connection may be silent while it works, and no longer once it answers. */
function waitForHandler(req: IncomingMessage, res: ServerResponse, idleTimeoutMs: number): void {
  const wait = () => {
    if (!res.headersSent) req.socket.setTimeout(0);
  };
  // Nobody reads the end of a request without a body.
  if (req.method === "GET" || req.method === "HEAD") wait();
  else req.once("end", wait);
  const writeHead = res.writeHead;
  res.writeHead = function (this: ServerResponse, ...args: Parameters<RequestListener> | unknown[]) {
    req.socket.setTimeout(idleTimeoutMs);
    return Reflect.apply(writeHead, this, args);
  } as typeof res.writeHead;
}

/** What could not be read as a request: node has no response object for it. */
function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const [status, text] = error.code === "HPE_HEADER_OVERFLOW"
    ? [431, "Request Header Fields Too Large"]
    : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
    ? [408, "Request Timeout"]
    : [400, "Bad Request"];
  const body = JSON.stringify({ detail: text });
  socket.end(
    `HTTP/1.1 ${status} ${text}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}

function jsonResponse(status: number, detail: string): Response {
  return Response.json({ detail }, { status, headers: { ...SECURITY_HEADERS, connection: "close" } });
}

function sendJson(res: ServerResponse, status: number, detail: string): void {
  const body = JSON.stringify({ detail });
  res.writeHead(status, { ...SECURITY_HEADERS, "content-type": "application/json", connection: "close" });
  res.end(body);
}

function bind(server: Server, { hostname, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const isTaken = /EADDRINUSE|AddrInUse|in use/i.test(messageOf(error));
      reject(
        new AgentOpError(
          `Cannot listen on ${hostname}:${port}: ${isTaken ? "the port is taken" : messageOf(error)}`,
          {
            remedy: isTaken ? "--port 0 for any free port" : "--host 127.0.0.1 and another --port",
            cause: error,
          },
        ),
      );
    });
    server.listen(port, hostname, () => resolve());
  });
}
