import { createParser, type EventSourceMessage } from "eventsource-parser";
import { isObject, tryParseJson } from "../core/mod.ts";
import { BodyReader } from "./read_body.ts";
import { jsonMessage } from "./server_message.ts";
import { WireError } from "./wire_error.ts";
import { fixChunk, type WireObject } from "./wire_json.ts";

/** The largest single event, UTF-16 units. Mistral sends a whole tool call in one. */
export const MAX_EVENT_CHARS = 8 * 1024 * 1024;
/** The largest stream, bytes: about 60 times the text it carries. */
export const MAX_STREAM_BYTES = 256 * 1024 * 1024;

/**
 * Re-writes a stream of server-sent events so that the SDK's parser takes every chunk. Events that came before trouble are
 * delivered before its `WireError`. A last event cut in the middle is dropped: the missing finish reason tells.
 */
export function normaliseEvents(
  body: ReadableStream<Uint8Array>,
  options: { readonly signal: AbortSignal; readonly onProgress?: () => void },
): ReadableStream<Uint8Array> {
  const reader = new BodyReader(body, options.signal);
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let output = "";
  let failure: WireError | undefined;
  let bytes = 0;
  let atEnd = false;

  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onComment: () => options.onProgress?.(),
    onEvent: (event) => {
      options.onProgress?.();
      if (failure) return;
      const result = readEvent(event);
      if (typeof result === "string") output += result;
      else if (!(atEnd && result.code === "bad_json")) failure = result;
    },
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") {
        failure ??= new WireError("too_large", `one event is larger than ${MAX_EVENT_CHARS} characters`);
      }
    },
  });

  async function readMore(): Promise<void> {
    const value = await reader.read();
    if (!value) {
      atEnd = true;
      // The blank line dispatches an event whose server closed right after it.
      parser.feed(decoder.decode() + "\n\n");
      return;
    }
    bytes += value.byteLength;
    if (bytes > MAX_STREAM_BYTES) {
      failure = new WireError("too_large", `the stream is larger than ${MAX_STREAM_BYTES} bytes`);
    } else {
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }

  return new ReadableStream({
    async pull(controller) {
      while (output === "" && !failure && !atEnd) await readMore();
      if (output !== "") {
        controller.enqueue(encoder.encode(output));
        output = "";
      } else if (failure) {
        controller.error(failure);
        await reader.cancel(failure);
      } else {
        controller.close();
        await reader.cancel();
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

function readEvent({ data, event }: EventSourceMessage): string | WireError {
  if (data.trim() === "[DONE]") return "data: [DONE]\n\n";
  const parsed = tryParseJson(data);
  if (event === "error" || (isObject(parsed) && isError(parsed))) return reportedError(parsed ?? data);
  if (!isObject(parsed)) return new WireError("bad_json", "an event of the stream is not a JSON object");
  try {
    return `data: ${JSON.stringify(fixChunk(parsed))}\n\n`;
  } catch {
    return new WireError("bad_json", "an event of the stream is nested too deeply");
  }
}

function isError(chunk: WireObject): boolean {
  return chunk["object"] === "error" || (chunk["error"] !== undefined && chunk["error"] !== null);
}

function reportedError(value: unknown): WireError {
  const message = jsonMessage(value) ?? "no reason given";
  return new WireError("stream_error", message, isObject(value) ? statusIn(value) : undefined);
}

function statusIn(value: WireObject): number | undefined {
  const inner = isObject(value["error"]) ? value["error"] : value;
  for (const key of ["status", "status_code", "raw_status_code", "code"]) {
    const status = Number(inner[key]);
    if (Number.isInteger(status) && status >= 400 && status <= 599) return status;
  }
  return undefined;
}
