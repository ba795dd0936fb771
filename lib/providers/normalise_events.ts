import { createParser, type EventSourceMessage } from "eventsource-parser";
import { isObject, tryParseJson } from "../core/mod.ts";
import { BodyReader } from "./read_body.ts";
import { isReportedError, reportedError } from "./reported_error.ts";
import { StrayLines } from "./stray_lines.ts";
import { WireError } from "./wire_error.ts";
import { fixChunk, NO_FINISH_REASON, type WireObject } from "./wire_json.ts";

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
  const events = new EventRewriter(options.onProgress ?? (() => {}));
  let bytes = 0;

  async function readMore(): Promise<void> {
    const value = await reader.read();
    if (!value) return events.end(decoder.decode());
    bytes += value.byteLength;
    if (bytes > MAX_STREAM_BYTES) {
      events.failure = new WireError("too_large", `the stream is larger than ${MAX_STREAM_BYTES} bytes`);
    } else {
      events.push(decoder.decode(value, { stream: true }));
    }
  }

  return new ReadableStream({
    async pull(controller) {
      while (events.output === "" && !events.failure && !events.isAtEnd) await readMore();
      if (events.output !== "") {
        controller.enqueue(encoder.encode(events.output));
        events.output = "";
      } else if (events.failure) {
        controller.error(events.failure);
        await reader.cancel(events.failure);
      } else {
        controller.close();
        await reader.cancel();
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** Text of events in, text of events that the SDK takes out. */
class EventRewriter {
  /** Emptied by whoever takes it. */
  output = "";
  failure: WireError | undefined;
  isAtEnd = false;
  /** The first choice has begun to answer, and why it ended was not said. */
  #isOpen = false;
  #isCounted = false;
  readonly #onProgress: () => void;
  readonly #parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onComment: () => this.#onProgress(),
    onEvent: (event) => this.#take(event),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") {
        this.failure ??= new WireError("too_large", `one event is larger than ${MAX_EVENT_CHARS} characters`);
      }
    },
  });
  readonly #lines = new StrayLines({
    onText: (text) => this.#parser.feed(text),
    onLine: (line) => {
      if (isObject(tryParseJson(line))) this.#take({ data: line });
    },
    maxChars: MAX_EVENT_CHARS,
  });

  constructor(onProgress: () => void) {
    this.#onProgress = onProgress;
  }

  push(text: string): void {
    this.#lines.push(text);
  }

  end(text: string): void {
    this.isAtEnd = true;
    this.#lines.push(text);
    this.#lines.end();
    // The blank line dispatches an event whose server closed right after it.
    this.#parser.feed("\n\n");
  }

  #take(event: Pick<EventSourceMessage, "data" | "event">): void {
    this.#onProgress();
    if (this.failure) return;
    const result = event.data.trim() === "[DONE]" ? this.#done() : readEvent(event, this.#look);
    if (typeof result === "string") this.output += result;
    else if (!(this.isAtEnd && result.code === "bad_json")) this.failure = result;
  }

  readonly #look = (chunk: WireObject): void => {
    for (const choice of chunk["choices"] as readonly WireObject[]) {
      if (choice["index"] === 0) this.#isOpen = choice["finish_reason"] === null;
    }
    this.#isCounted ||= isObject(chunk["usage"]);
  };

  /** A server that has counted the tokens and sends its end mark has sent all, also when it names no reason. */
  #done(): string {
    const end = { choices: [{ index: 0, delta: {}, finish_reason: NO_FINISH_REASON }] };
    const missing = this.#isOpen && this.#isCounted ? `data: ${JSON.stringify(fixChunk(end))}\n\n` : "";
    return `${missing}data: [DONE]\n\n`;
  }
}

function readEvent(
  { data, event }: Pick<EventSourceMessage, "data" | "event">,
  look: (chunk: WireObject) => void,
): string | WireError {
  const parsed = tryParseJson(data);
  if (event === "error" || (isObject(parsed) && isReportedError(parsed))) {
    return reportedError(parsed ?? data);
  }
  if (!isObject(parsed)) return new WireError("bad_json", "an event of the stream is not a JSON object");
  try {
    const chunk = fixChunk(parsed);
    look(chunk);
    return `data: ${JSON.stringify(chunk)}\n\n`;
  } catch {
    return new WireError("bad_json", "an event of the stream is nested too deeply");
  }
}
