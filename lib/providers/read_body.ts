import { WireError } from "./wire_error.ts";

/** Room for one read, bytes. The platform would take as much as 64 KB for each, which a call of a few hundred bytes pays twice. */
const READ_BYTES = 16 * 1024;

/**
 * Reads a body so that aborting `signal` always ends the read. The platform's own link from signal to body is lost once the
 * `Response` is garbage, which a body that is passed on alone soon is.
 */
export class BodyReader {
  readonly #read: () => Promise<ReadableStreamReadResult<Uint8Array>>;
  readonly #reader: ReadableStreamReader<Uint8Array>;
  readonly #signal: AbortSignal;
  readonly #onAbort = () => void this.cancel(this.#signal.reason);

  constructor(body: ReadableStream<Uint8Array>, signal: AbortSignal) {
    const own = ownRoom(body);
    if (own) [this.#reader, this.#read] = [own.reader, own.read];
    else {
      const reader = this.#reader = body.getReader();
      this.#read = () => reader.read();
    }
    this.#signal = signal;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** What has come, until the next read; `undefined` at the end. */
  async read(): Promise<Uint8Array | undefined> {
    const { done, value } = await this.#read();
    this.#signal.throwIfAborted();
    return done ? undefined : value;
  }

  async cancel(reason?: unknown): Promise<void> {
    this.#signal.removeEventListener("abort", this.#onAbort);
    await this.#reader.cancel(reason).catch(() => {}); // a body that failed has nothing left to cancel
  }
}

/** Reads into the same room again and again, where the body can be read so. */
function ownRoom(body: ReadableStream<Uint8Array>) {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
  let room = new ArrayBuffer(READ_BYTES);
  const read = async () => {
    const result = await reader.read(new Uint8Array(room));
    // The room comes back with what was read, also at the end; not when the read was cancelled, and then it was the last.
    if (result.value) room = result.value.buffer as ArrayBuffer;
    return result as ReadableStreamReadResult<Uint8Array>;
  };
  return { reader, read };
}

/** Reads a body as text up to a limit; beyond it throws, or with `cut` returns what fits and drops the rest. */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  options: { readonly signal: AbortSignal; readonly cut?: boolean },
): Promise<string> {
  if (!body) return "";
  const reader = new BodyReader(body, options.signal);
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const value = await reader.read();
      if (!value) return text + decoder.decode();
      bytes += value.byteLength;
      if (bytes > maxBytes) {
        if (!options.cut) throw new WireError("too_large", `the answer is larger than ${maxBytes} bytes`);
        return text + decoder.decode(value.subarray(0, value.byteLength - (bytes - maxBytes)));
      }
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    await reader.cancel();
  }
}
