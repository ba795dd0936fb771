/**
 * A loopback HTTP server that misbehaves on request. It speaks raw TCP, because the faults worth testing are those that no HTTP
 * server lets one produce: cut bodies, lying lengths, resets, silence.
 *
 * @module
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One request and the connection it came on, which is closed when the fault returns. */
export interface Exchange {
  readonly request: SeenRequest;
  /** Aborted when the client has gone or the server closes. */
  readonly signal: AbortSignal;
  /** Writes bytes as they are, and waits until the client reads on. Does nothing once the client has gone. */
  write(text: string): Promise<void>;
  /** Resets the connection (TCP RST). */
  reset(): void;
}

/** How one request is answered. */
export type Fault = (exchange: Exchange) => Promise<void> | void;

export interface FaultServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Requests in the order in which they were read. */
  readonly requests: readonly SeenRequest[];
  /** Replaces the script: one fault per request, the last one again and again. */
  script(...faults: readonly Fault[]): void;
}

const MAX_REQUEST_BYTES = 8 * 1024 * 1024;
const CRLF = "\r\n";

export async function startFaultServer(...faults: readonly Fault[]): Promise<FaultServer> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const serving = new Set<Promise<void>>();
  let script = [...faults];

  async function serve(socket: Socket): Promise<void> {
    const gone = new AbortController();
    socket.on("close", () => gone.abort());
    const request = await readRequest(socket, gone.signal);
    if (!request) return;
    requests.push(request);
    const fault = (script.length > 1 ? script.shift() : script[0]) ?? status(500);
    await fault({
      request,
      signal: gone.signal,
      write: (text) => write(socket, text, gone.signal),
      reset: () => void socket.resetAndDestroy(),
    });
    socket.end();
    if (!gone.signal.aborted) await aborted(gone.signal);
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}); // a client that goes away is what many of these tests are about
    const task = serve(socket).finally(() => {
      sockets.delete(socket);
      serving.delete(task);
    });
    serving.add(task);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    script: (...next) => void (script = [...next]),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all([closed, ...serving]);
    },
  };
}

// ------------------------------------------------------------------------------------------------- answers

export function head(code: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ connection: "close", ...headers }).map(([name, value]) =>
    `${name}: ${value}`
  );
  return [`HTTP/1.1 ${code} Scripted`, ...lines, "", ""].join(CRLF);
}

/** A piece of a body sent with `transfer-encoding: chunked`. */
export function piece(text: string): string {
  return new TextEncoder().encode(text).length.toString(16) + CRLF + text + CRLF;
}

export const LAST_PIECE = `0${CRLF}${CRLF}`;
export const SSE_HEAD = head(200, { "content-type": "text/event-stream", "transfer-encoding": "chunked" });

export function event(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

/** A whole answer with the right length. */
export function reply(code: number, body: string, headers: Readonly<Record<string, string>> = {}): Fault {
  const length = String(new TextEncoder().encode(body).length);
  return ({ write }) => write(head(code, { "content-length": length, ...headers }) + body);
}

export function json(value: unknown, code = 200, headers: Readonly<Record<string, string>> = {}): Fault {
  return reply(code, JSON.stringify(value), { "content-type": "application/json", ...headers });
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}): Fault {
  return json({ object: "error", message: `scripted ${code}`, type: "scripted" }, code, headers);
}

/** A stream of events that ends as it should: `[DONE]` and the last piece. */
export function sse(...chunks: readonly unknown[]): Fault {
  return ({ write }) =>
    write(SSE_HEAD + [...chunks, "[DONE]"].map((chunk) => piece(event(chunk))).join("") + LAST_PIECE);
}

/** Bytes exactly as given, then the connection is closed. */
export function raw(text: string): Fault {
  return ({ write }) => write(text);
}

/** Bytes exactly as given, then silence until the client goes. */
export function hang(text = ""): Fault {
  return async ({ write, signal }) => {
    await write(text);
    await aborted(signal);
  };
}

/** `text` again and again, as fast as the client reads, until it goes. */
export function flood(first: string, text: string): Fault {
  return async ({ write, signal }) => {
    await write(first);
    while (!signal.aborted) {
      await write(text);
      await new Promise((resolve) => setImmediate(resolve)); // small writes succeed without ever leaving this loop
    }
  };
}

/** Bytes exactly as given, then a reset. */
export function reset(text = ""): Fault {
  return async ({ write, reset }) => {
    await write(text);
    reset();
  };
}

// ------------------------------------------------------------------------------------------ Mistral's wire

/** A chunk of a streamed chat answer. */
export function chunk(
  delta: unknown,
  extra: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const { finish_reason = null, ...rest } = extra;
  return {
    id: "cmpl-1",
    object: "chat.completion.chunk",
    created: 1,
    model: "mistral-small-2603",
    choices: [{ index: 0, delta, finish_reason }],
    ...rest,
  };
}

/** The last chunk, with the finish reason and usage. */
export function finish(reason = "stop", usage: unknown = USAGE): Record<string, unknown> {
  return chunk({ content: "" }, { finish_reason: reason, usage });
}

export const USAGE = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };

/** A whole chat answer. */
export function completion(
  message: unknown,
  extra: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    id: "cmpl-1",
    object: "chat.completion",
    created: 1,
    model: "mistral-small-2603",
    choices: [{ index: 0, message, finish_reason: "stop" }],
    usage: USAGE,
    ...extra,
  };
}

// ------------------------------------------------------------------------------------------------- sockets

/** `undefined` when the client went before its request was whole. */
function readRequest(socket: Socket, gone: AbortSignal): Promise<SeenRequest | undefined> {
  return new Promise((resolve) => {
    let text = "";
    gone.addEventListener("abort", () => resolve(undefined), { once: true });
    socket.setEncoding("latin1");
    socket.on("data", (data: string | Uint8Array) => {
      text += String(data);
      if (text.length > MAX_REQUEST_BYTES) socket.destroy();
      const request = parseRequest(text);
      if (request) resolve(request);
    });
  });
}

function parseRequest(text: string): SeenRequest | undefined {
  const end = text.indexOf(CRLF + CRLF);
  if (end < 0) return undefined;
  const [first = "", ...lines] = text.slice(0, end).split(CRLF);
  const headers = Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const length = Number(headers["content-length"] ?? 0);
  if (text.length < end + 4 + length) return undefined;
  const [method = "", path = ""] = first.split(" ");
  const bytes = Uint8Array.from(text.slice(end + 4, end + 4 + length), (unit) => unit.charCodeAt(0));
  return { method, path, headers, body: new TextDecoder().decode(bytes) };
}

/** Resolves when the bytes are handed over; a socket that is destroyed calls back too. */
function write(socket: Socket, text: string, gone: AbortSignal): Promise<void> {
  if (gone.aborted || text === "") return Promise.resolve();
  return new Promise((resolve) => socket.write(text, () => resolve()));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
