import { Buffer } from "node:buffer";
import type { Redactor } from "../../core/mod.ts";
import { encodeLogs, encodeTraces, type ScopeLogs, type ScopeSpans } from "../../otlp/mod.ts";

/** What one delivery holds of one trace. */
export interface Delivery {
  readonly traceId: string;
  readonly signal: "traces" | "logs";
  readonly spans: readonly ScopeSpans[];
  readonly logs: readonly ScopeLogs[];
  /** The same in protobuf. */
  readonly data: Uint8Array;
  /** The same as it came, packed. */
  readonly gzip?: Uint8Array;
  /** Spans and log records. */
  readonly count: number;
}

export interface Sorted {
  readonly deliveries: readonly Delivery[];
  /** What belongs to no trace, and why. */
  readonly rejected: number;
  readonly reason?: string;
}

const isId = (id: string, chars: number) => id.length === chars && /[1-9a-f]/.test(id);

/** A body as it came. */
export interface Packed {
  readonly protobuf: Uint8Array;
  /** What that was unpacked from. */
  readonly gzip: Uint8Array;
}

/** What gzip makes no smaller than this part of it is better packed anew. */
const GZIP_PART_MAX = 0.5;

/** Spans by trace, without secrets. One without ids belongs nowhere. */
export function sortSpans(sent: readonly ScopeSpans[], redactor: Redactor, came?: Packed): Sorted {
  const byTrace = new Map<string, ScopeSpans[]>();
  let rejected = 0;
  let looksLikeLogs = 0;
  for (const { spans, ...by } of sent) {
    const valid = spans.filter((span) => {
      if (isId(span.traceId, 32) && isId(span.spanId, 16)) return true;
      rejected++;
      if (span.traceId === "" && span.spanId === "" && span.startTimeUnixNano === 0n) looksLikeLogs++;
      return false;
    });
    for (const [traceId, own] of Map.groupBy(valid, (span) => span.traceId)) {
      add(byTrace, traceId, { ...by, spans: own });
    }
  }
  const deliveries = Array.from(byTrace, ([traceId, own]): Delivery => {
    const spans = redactor.value(own);
    const count = spans.reduce((sum, it) => sum + it.spans.length, 0);
    const data = encodeTraces(spans);
    return { traceId, signal: "traces", spans, logs: [], data, count, ...(came ? asItCame(data, came) : {}) };
  });
  if (rejected === 0) return { deliveries, rejected };
  const hint = looksLikeLogs === rejected ? ": they look like log records, which belong to /v1/logs" : "";
  return { deliveries, rejected, reason: `spans without a trace id and a span id${hint}` };
}

/** Log records by trace, without secrets. Those of no trace are nobody's, and no mistake either. */
export function sortLogs(sent: readonly ScopeLogs[], redactor: Redactor): Sorted {
  const byTrace = new Map<string, ScopeLogs[]>();
  for (const { logRecords, ...by } of sent) {
    const own = logRecords.filter(({ traceId, spanId }) => isId(traceId, 32) && isId(spanId, 16));
    for (const [traceId, records] of Map.groupBy(own, (record) => record.traceId)) {
      add(byTrace, traceId, { ...by, logRecords: records });
    }
  }
  const deliveries = Array.from(byTrace, ([traceId, own]): Delivery => {
    const logs = redactor.value(own);
    const count = logs.reduce((sum, it) => sum + it.logRecords.length, 0);
    return { traceId, signal: "logs", spans: [], logs, data: encodeLogs(logs), count };
  });
  return { deliveries, rejected: 0 };
}

/** Only what says the very same may stand for it: without a secret, of one trace, with nothing that is not known. */
function asItCame(data: Uint8Array, { protobuf, gzip }: Packed): { readonly gzip?: Uint8Array } {
  if (gzip.length > data.length * GZIP_PART_MAX || Buffer.compare(data, protobuf) !== 0) return {};
  return { gzip };
}

function add<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
