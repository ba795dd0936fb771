import type { ServerResponse } from "node:http";
import type { Host } from "../core/mod.ts";
import { DRIP_PARTS, type Fault, STREAM_ERROR, strikeAfter, untilAborted } from "./faults.ts";

export interface Pace {
  /** Wait before the first byte. */
  readonly latencyMs: number;
  /** `Infinity`: as fast as the reader. */
  readonly tokensPerSecond: number;
}

/** What an answer needs of the world. `signal` is aborted when the client or the simulator has gone. */
export interface DeliveryContext {
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends JSON, or what the fault makes of it. Faults with a status never come here. */
export async function sendJson(
  res: ServerResponse,
  body: unknown,
  fault: Fault | undefined,
  context: DeliveryContext,
): Promise<void> {
  const { host, signal } = context;
  const headers = { ...context.headers, "content-type": "application/json" };
  const text = JSON.stringify(body);
  const half = text.slice(0, text.length >> 1);
  if (!fault) {
    res.writeHead(200, { ...headers, "content-length": String(new TextEncoder().encode(text).length) });
    res.end(text);
  } else if ("hang" in fault) {
    await untilAborted(signal);
  } else if ("cut" in fault && fault.cut === 0) {
    res.destroy();
  } else if ("badJson" in fault) {
    res.writeHead(200, headers);
    res.end(`${half} <<< this is not JSON`);
  } else if ("badChunk" in fault) {
    res.writeHead(200, headers);
    res.end(JSON.stringify(STREAM_ERROR));
  } else if ("dripMs" in fault) {
    res.writeHead(200, headers);
    const size = Math.ceil(text.length / DRIP_PARTS);
    for (let at = 0; at < text.length; at += size) {
      await host.sleep(fault.dripMs, signal);
      await write(res, text.slice(at, at + size), signal);
    }
    res.end();
  } else {
    res.writeHead(200, headers);
    await write(res, half, signal);
    await breakOff(res, fault, signal);
  }
}

/** Sends chunks as server-sent events, or what the fault makes of them. */
export async function sendEvents(
  res: ServerResponse,
  chunks: readonly unknown[],
  pace: Pace,
  fault: Fault | undefined,
  context: DeliveryContext,
): Promise<void> {
  const { host, signal } = context;
  if (fault && "hang" in fault) return await untilAborted(signal);
  if (fault && "cut" in fault && fault.cut === 0) return void res.destroy();
  res.writeHead(200, {
    ...context.headers,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
  const strikeAt = Math.min(strikeAfter(fault), chunks.length - 1);
  const gapMs = (fault && "dripMs" in fault ? fault.dripMs : 0) +
    (Number.isFinite(pace.tokensPerSecond) ? 1000 / pace.tokensPerSecond : 0);
  for (const [i, chunk] of chunks.entries()) {
    if (i === strikeAt) return await strike(res, chunk, fault!, signal);
    if (gapMs > 0 && i > 0) await host.sleep(gapMs, signal);
    await write(res, `data: ${JSON.stringify(chunk)}\n\n`, signal);
  }
  res.end("data: [DONE]\n\n");
}

async function strike(res: ServerResponse, chunk: unknown, fault: Fault, signal: AbortSignal): Promise<void> {
  if ("badJson" in fault) {
    const text = JSON.stringify(chunk);
    res.end(`data: ${text.slice(0, text.length >> 1)}\n\ndata: [DONE]\n\n`);
  } else if ("badChunk" in fault) {
    res.end(`data: ${JSON.stringify(STREAM_ERROR)}\n\ndata: [DONE]\n\n`);
  } else await breakOff(res, fault, signal);
}

async function breakOff(res: ServerResponse, fault: Fault, signal: AbortSignal): Promise<void> {
  if ("eof" in fault) res.end();
  else if ("hangMidStream" in fault) await untilAborted(signal);
  else res.destroy();
}

/** Resolves when the bytes have left for the socket; rejects with the signal's reason when the reader has gone. */
function write(res: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    res.write(text, (error) => {
      signal.removeEventListener("abort", onAbort);
      if (error) reject(error);
      else resolve();
    });
  });
}
