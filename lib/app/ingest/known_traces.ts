import type { ReceivedStore } from "../../core/mod.ts";
import { decodeLogs, decodeTraces, OtlpError, type ScopeLogs, type ScopeSpans } from "../../otlp/mod.ts";
import type { Delivery } from "./sorted.ts";

/** What is kept decoded of traces that are still growing, in bytes of their protobuf; the rest is read from the store again. */
const KEPT_BYTES_MAX = 32 * 1024 * 1024;

/** All that was received of a trace so far. */
export interface KnownTrace {
  readonly spans: readonly ScopeSpans[];
  readonly logs: readonly ScopeLogs[];
  /** Parts in the store. */
  readonly parts: number;
  /** Spans and log records, and how many of them have not been read. */
  readonly count: number;
  readonly unread: number;
  readonly bytes: number;
}

const NOTHING: KnownTrace = { spans: [], logs: [], parts: 0, count: 0, unread: 0, bytes: 0 };

/** Traces lately received, so that each delivery need not read the ones before. */
export class KnownTraces {
  readonly #store: Pick<ReceivedStore, "receivedOf">;
  readonly #known = new Map<string, KnownTrace>();
  #bytes = 0;

  constructor(store: Pick<ReceivedStore, "receivedOf">) {
    this.#store = store;
  }

  async load(traceId: string): Promise<KnownTrace> {
    const known = this.#known.get(traceId);
    if (known) return known;
    const { parts } = await this.#store.receivedOf(traceId);
    let loaded: KnownTrace = { ...NOTHING, parts: parts.length };
    for (const { signal, data } of parts) {
      const [spans, logs] = decoded(signal, data);
      const count = spans.reduce((sum, it) => sum + it.spans.length, 0) +
        logs.reduce((sum, it) => sum + it.logRecords.length, 0);
      loaded = grown(loaded, { spans, logs, count, data }, false);
    }
    return loaded;
  }

  keep(traceId: string, trace: KnownTrace): void {
    this.forget(traceId);
    this.#known.set(traceId, trace);
    this.#bytes += trace.bytes;
    for (const oldest of this.#known.keys()) {
      if (this.#bytes <= KEPT_BYTES_MAX) break;
      this.forget(oldest);
    }
  }

  forget(traceId: string): void {
    this.#bytes -= this.#known.get(traceId)?.bytes ?? 0;
    this.#known.delete(traceId);
  }
}

/** With what was delivered; `isNew`: it is not in the store yet. */
export function grown(
  known: KnownTrace,
  { spans, logs, count, data }: Pick<Delivery, "spans" | "logs" | "count" | "data">,
  isNew = true,
): KnownTrace {
  return {
    spans: [...known.spans, ...spans],
    logs: [...known.logs, ...logs],
    parts: known.parts,
    count: known.count + count,
    unread: known.unread + (isNew ? count : 0),
    bytes: known.bytes + data.length,
  };
}

/** What is damaged says nothing; what else came of the run is read all the same. */
function decoded(signal: "traces" | "logs", data: Uint8Array): [ScopeSpans[], ScopeLogs[]] {
  try {
    return signal === "traces" ? [decodeTraces(data), []] : [[], decodeLogs(data)];
  } catch (error) {
    if (error instanceof OtlpError) return [[], []];
    throw error;
  }
}
