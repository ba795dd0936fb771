import type { IncomingMessage } from "node:http";
import type { Host } from "../../core/mod.ts";
import {
  describeFault,
  DRIP_PARTS,
  type Fault,
  statusError,
  STREAM_ERROR,
  strikeAfter,
  untilAborted,
} from "../../simulator/mod.ts";
import { HttpProblem } from "../problem.ts";

/** What a fault needs of the request that meets it. */
export interface FaultyRequest {
  readonly incoming: Pick<IncomingMessage, "socket">;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
  readonly host: Pick<Host, "sleep">;
}

/** One event of a stream, or a document as far as it is held back to be cut. */
const HELD_MAX_CHARS = 16 * 1024 * 1024;

/** Faults that strike before a call goes on: the model server never hears of it, and nothing is paid. */
export function isBeforeAnswer(fault: Fault): boolean {
  return "status" in fault || "hang" in fault || ("cut" in fault && fault.cut === 0);
}

/** What a program gets instead of an answer. Throws `HttpProblem` for a caller that has gone. */
export async function insteadOfAnswer(fault: Fault, { incoming, signal }: FaultyRequest): Promise<Response> {
  if ("status" in fault) {
    const { status, body, headers } = statusError(fault);
    return Response.json(body, { status, headers: { ...headers, "x-agentop-fault": describeFault(fault) } });
  }
  if ("hang" in fault) await untilAborted(signal);
  else incoming.socket.destroy();
  throw new HttpProblem(502, `Fault ${describeFault(fault)}`);
}

/** The answer of a model server as the fault makes it, at the pace it comes. */
export function faulty(response: Response, fault: Fault, request: FaultyRequest): Response {
  if (!response.body || response.status !== 200) return response;
  const isStream = (response.headers.get("content-type") ?? "").startsWith("text/event-stream");
  const parts = isStream ? eventsOf(response.body) : documentOf(response.body);
  const struck = isStream ? strikeEvents(parts, fault, request) : strikeDocument(parts, fault, request);
  const headers = new Headers(response.headers);
  headers.set("x-agentop-fault", describeFault(fault));
  return new Response(
    ReadableStream.from(struck).pipeThrough(new TextEncoderStream()) as ReadableStream<Uint8Array>,
    { status: 200, headers },
  );
}

/** Server-sent events, each with the empty line after it. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    for (;;) {
      const end = /\r?\n\r?\n/.exec(rest);
      if (!end) break;
      const next = end.index + end[0].length;
      yield rest.slice(0, next);
      rest = rest.slice(next);
    }
    if (rest.length > HELD_MAX_CHARS) yield rest.slice(0), rest = "";
  }
  if (rest !== "") yield rest;
}

/** A document, whole unless it is longer than what is held back. */
async function* documentOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > HELD_MAX_CHARS) yield text, text = "";
  }
  yield text;
}

async function* strikeEvents(
  events: AsyncGenerator<string>,
  fault: Fault,
  { signal, host }: FaultyRequest,
): AsyncGenerator<string> {
  const strikeAt = strikeAfter(fault);
  let at = 0;
  for await (const event of events) {
    if (at++ === strikeAt) {
      if ("badJson" in fault) yield `${event.slice(0, event.length >> 1)}\n\ndata: [DONE]\n\n`;
      else if ("badChunk" in fault) yield `data: ${JSON.stringify(STREAM_ERROR)}\n\ndata: [DONE]\n\n`;
      else await breakOff(fault, signal);
      return;
    }
    if ("dripMs" in fault) await host.sleep(fault.dripMs, signal);
    yield event;
  }
}

async function* strikeDocument(
  parts: AsyncGenerator<string>,
  fault: Fault,
  { signal, host }: FaultyRequest,
): AsyncGenerator<string> {
  for await (const text of parts) {
    if ("dripMs" in fault) {
      const size = Math.max(1, Math.ceil(text.length / DRIP_PARTS));
      for (let at = 0; at < text.length; at += size) {
        await host.sleep(fault.dripMs, signal);
        yield text.slice(at, at + size);
      }
      continue;
    }
    if ("badChunk" in fault) yield JSON.stringify(STREAM_ERROR);
    else yield text.slice(0, text.length >> 1) + ("badJson" in fault ? " <<< this is not JSON" : "");
    if (!("badJson" in fault || "badChunk" in fault)) await breakOff(fault, signal);
    return;
  }
}

/** Ends quietly, hangs, or breaks the connection. */
async function breakOff(fault: Fault, signal: AbortSignal): Promise<void> {
  if ("eof" in fault) return;
  if ("hangMidStream" in fault) await untilAborted(signal);
  throw new Error(`Fault ${describeFault(fault)}`);
}
