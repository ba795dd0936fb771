/** What OTLP carries, with nothing lost: times to the nanosecond, integers apart from doubles, attributes in their order. */

/** `bigint` is an integer, `number` a double; `null` an empty value. */
export type AnyValue =
  | string
  | boolean
  | bigint
  | number
  | Uint8Array
  | null
  | readonly AnyValue[]
  | KeyValueList;

export interface KeyValueList {
  readonly entries: Attributes;
}

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** Pairs, not an object: a key may come twice, and may be called `__proto__`. */
export type Attributes = readonly KeyValue[];

export interface Resource {
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

export interface Scope extends Resource {
  readonly name: string;
  readonly version: string;
}

export interface SpanEvent {
  readonly timeUnixNano: bigint;
  readonly name: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly flags: number;
}

/** Ids are lower-case hexadecimal, whatever their length: who takes them in checks them. */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  /** 0 while it is open. */
  readonly endTimeUnixNano: bigint;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly events: readonly SpanEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly SpanLink[];
  readonly droppedLinksCount: number;
  /** 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
  readonly statusMessage: string;
}

export interface LogRecord {
  readonly timeUnixNano: bigint;
  readonly observedTimeUnixNano: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AnyValue;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly flags: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly eventName: string;
}

/** What one scope of one resource sent. */
interface Sent {
  readonly resource: Resource;
  readonly resourceSchemaUrl: string;
  readonly scope: Scope;
  readonly schemaUrl: string;
}

/** Spans of one scope of one resource: OTLP's two levels in one. */
export interface ScopeSpans extends Sent {
  readonly spans: readonly OtlpSpan[];
}

export interface ScopeLogs extends Sent {
  readonly logRecords: readonly LogRecord[];
}

/** The body is not OTLP. */
export class OtlpError extends Error {
  override readonly name = "OtlpError";
}

/** AnyValues in one another; the specification names no bound, the stack has one. */
export const NESTING_MAX = 64;

export function isKeyValueList(value: AnyValue): value is KeyValueList {
  return value !== null && typeof value === "object" && "entries" in value &&
    !(value instanceof Uint8Array) && !Array.isArray(value);
}
