import { type Host, messageOf, nowUs, type RunJournal, type TraceEvent } from "../core/mod.ts";

/** At most 20 writes a second for each streaming call. */
const INTERVAL_MS = 50;
/** Text kept per call for other processes; the end of the span carries all of it. */
const TEXT_MAX_CHARS = 200_000;

interface Stream {
  text: string;
  reasoning: string;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Lets other processes see streamed text: one coalesced row per live model call. Its failures cost nothing. */
export class PartialWriter {
  readonly #journal: Pick<RunJournal, "writePartial">;
  readonly #host: Host;
  readonly #streams = new Map<string, Stream>();
  readonly #onError: (reason: string) => void;

  constructor(
    journal: Pick<RunJournal, "writePartial">,
    host: Host,
    onError: (reason: string) => void = () => {},
  ) {
    this.#journal = journal;
    this.#host = host;
    this.#onError = onError;
  }

  readonly listen = (event: TraceEvent): void => {
    switch (event.type) {
      case "delta": {
        if (event.channel === "tool_call") return;
        const stream = this.#streams.get(event.spanId) ?? { text: "", reasoning: "", timer: undefined };
        this.#streams.set(event.spanId, stream);
        if (stream[event.channel].length < TEXT_MAX_CHARS) stream[event.channel] += event.text;
        stream.timer ??= setTimeout(() => this.#write(event.traceId, event.spanId), INTERVAL_MS);
        return;
      }
      case "reset": {
        const stream = this.#streams.get(event.spanId);
        if (!stream) return;
        stream.text = stream.reasoning = "";
        stream.timer ??= setTimeout(() => this.#write(event.traceId, event.spanId), INTERVAL_MS);
        return;
      }
      case "span_end": {
        clearTimeout(this.#streams.get(event.spanId)?.timer);
        this.#streams.delete(event.spanId);
      }
    }
  };

  #write(traceId: string, spanId: string): void {
    const stream = this.#streams.get(spanId);
    if (!stream) return;
    stream.timer = undefined;
    const { text, reasoning } = stream;
    this.#journal.writePartial({ traceId, spanId, text, reasoning, updatedAtUs: nowUs(this.#host) })
      .catch((error) => this.#onError(messageOf(error)));
  }

  close(): void {
    for (const { timer } of this.#streams.values()) clearTimeout(timer);
    this.#streams.clear();
  }
}
