import { WireError } from "./wire_error.ts";

/**
 * Reads a body so that aborting `signal` always ends the read. The platform's own link from signal to body is lost once the
 * `Response` is garbage, which a body that is passed on alone soon is.
 */
export class BodyReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #signal: AbortSignal;
  readonly #onAbort = () => void this.cancel(this.#signal.reason);

  constructor(body: ReadableStream<Uint8Array>, signal: AbortSignal) {
    this.#reader = body.getReader();
    this.#signal = signal;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** `undefined` at the end. */
  async read(): Promise<Uint8Array | undefined> {
    const { done, value } = await this.#reader.read();
    this.#signal.throwIfAborted();
    return done ? undefined : value;
  }

  async cancel(reason?: unknown): Promise<void> {
    this.#signal.removeEventListener("abort", this.#onAbort);
    await this.#reader.cancel(reason).catch(() => {}); // a body that failed has nothing left to cancel
  }
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
