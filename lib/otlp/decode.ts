import {
  type AnyValue,
  type Attributes,
  type KeyValue,
  type LogRecord,
  NESTING_MAX,
  type OtlpSpan,
  type Resource,
  type Scope,
  type ScopeLogs,
  type ScopeSpans,
  type SpanEvent,
  type SpanLink,
} from "./types.ts";
import { tooDeep, truncated, WireReader } from "./wire_reader.ts";

// Tags are `field number << 3 | wire type` of opentelemetry-proto 1.x. Of fields that come twice the last one holds.

/** Reads the fields of one message; `field` returns `false` for one that it does not know. */
function fields(reader: WireReader, end: number, field: (tag: number) => boolean): void {
  while (reader.at < end) {
    const tag = reader.uint32();
    if (!field(tag)) reader.skip(tag, end);
  }
  if (reader.at > end) throw truncated();
}

function anyValue(reader: WireReader, end: number, depth: number): AnyValue {
  if (depth > NESTING_MAX) throw tooDeep();
  let value: AnyValue = null;
  while (reader.at < end) {
    const tag = reader.uint32();
    switch (tag) {
      case 10:
        value = reader.string(end);
        break;
      case 16:
        value = reader.int64() !== 0n;
        break;
      case 24:
        value = reader.int64();
        break;
      case 33:
        value = reader.double(end);
        break;
      case 42:
        value = arrayValue(reader, reader.end(end), depth + 1);
        break;
      case 50:
        value = { entries: keyValueList(reader, reader.end(end), depth + 1) };
        break;
      case 58:
        value = reader.bytes(end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  if (reader.at > end) throw truncated();
  return value;
}

function arrayValue(reader: WireReader, end: number, depth: number): AnyValue[] {
  const values: AnyValue[] = [];
  fields(reader, end, (tag) => tag === 10 && values.push(anyValue(reader, reader.end(end), depth)) > 0);
  return values;
}

function keyValueList(reader: WireReader, end: number, depth: number): Attributes {
  const entries: KeyValue[] = [];
  fields(reader, end, (tag) => tag === 10 && entries.push(keyValue(reader, reader.end(end), depth)) > 0);
  return entries;
}

function keyValue(reader: WireReader, end: number, depth: number): KeyValue {
  let key = "";
  let value: AnyValue = null;
  while (reader.at < end) {
    const tag = reader.uint32();
    if (tag === 10) key = reader.string(end);
    else if (tag === 18) value = anyValue(reader, reader.end(end), depth);
    else reader.skip(tag, end);
  }
  if (reader.at > end) throw truncated();
  return { key, value };
}

function spanEvent(reader: WireReader, end: number): SpanEvent {
  const attributes: KeyValue[] = [];
  const event = { timeUnixNano: 0n, name: "", attributes, droppedAttributesCount: 0 };
  fields(reader, end, (tag) => {
    if (tag === 9) event.timeUnixNano = reader.fixed64(end);
    else if (tag === 18) event.name = reader.string(end);
    else if (tag === 26) attributes.push(keyValue(reader, reader.end(end), 0));
    else if (tag === 32) event.droppedAttributesCount = reader.uint32();
    else return false;
    return true;
  });
  return event;
}

function spanLink(reader: WireReader, end: number): SpanLink {
  const attributes: KeyValue[] = [];
  const link = { traceId: "", spanId: "", traceState: "", attributes, droppedAttributesCount: 0, flags: 0 };
  fields(reader, end, (tag) => {
    if (tag === 10) link.traceId = reader.hex(end);
    else if (tag === 18) link.spanId = reader.hex(end);
    else if (tag === 26) link.traceState = reader.string(end);
    else if (tag === 34) attributes.push(keyValue(reader, reader.end(end), 0));
    else if (tag === 40) link.droppedAttributesCount = reader.uint32();
    else if (tag === 53) link.flags = reader.fixed32(end);
    else return false;
    return true;
  });
  return link;
}

function status(reader: WireReader, end: number): Pick<OtlpSpan, "statusCode" | "statusMessage"> {
  const status = { statusCode: 0, statusMessage: "" };
  fields(reader, end, (tag) => {
    if (tag === 18) status.statusMessage = reader.string(end);
    else if (tag === 24) status.statusCode = reader.uint32();
    else return false;
    return true;
  });
  return status;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The bytes that spans were read from: written again as they came, they cost nothing. */
const wires = new WeakMap<OtlpSpan, Uint8Array>();

/** What this very object was read from. */
export function wireOf(span: OtlpSpan): Uint8Array | undefined {
  return wires.get(span);
}

function span(reader: WireReader, end: number): OtlpSpan {
  const start = reader.at;
  const attributes: KeyValue[] = [];
  const events: SpanEvent[] = [];
  const links: SpanLink[] = [];
  const span: Writable<OtlpSpan> = {
    ...{ traceId: "", spanId: "", parentSpanId: "", traceState: "", flags: 0, name: "", kind: 0 },
    ...{ startTimeUnixNano: 0n, endTimeUnixNano: 0n, attributes, droppedAttributesCount: 0 },
    ...{ events, droppedEventsCount: 0, links, droppedLinksCount: 0, statusCode: 0, statusMessage: "" },
  };
  while (reader.at < end) {
    const tag = reader.uint32();
    switch (tag) {
      case 10:
        span.traceId = reader.hex(end);
        break;
      case 18:
        span.spanId = reader.hex(end);
        break;
      case 26:
        span.traceState = reader.string(end);
        break;
      case 34:
        span.parentSpanId = reader.hex(end);
        break;
      case 42:
        span.name = reader.string(end);
        break;
      case 48:
        span.kind = reader.uint32();
        break;
      case 57:
        span.startTimeUnixNano = reader.fixed64(end);
        break;
      case 65:
        span.endTimeUnixNano = reader.fixed64(end);
        break;
      case 74:
        attributes.push(keyValue(reader, reader.end(end), 0));
        break;
      case 80:
        span.droppedAttributesCount = reader.uint32();
        break;
      case 90:
        events.push(spanEvent(reader, reader.end(end)));
        break;
      case 96:
        span.droppedEventsCount = reader.uint32();
        break;
      case 106:
        links.push(spanLink(reader, reader.end(end)));
        break;
      case 112:
        span.droppedLinksCount = reader.uint32();
        break;
      case 122:
        Object.assign(span, status(reader, reader.end(end)));
        break;
      case 133:
        span.flags = reader.fixed32(end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  if (reader.at > end) throw truncated();
  wires.set(span, reader.slice(start, end));
  return span;
}

function logRecord(reader: WireReader, end: number): LogRecord {
  const attributes: KeyValue[] = [];
  const record: Writable<LogRecord> = {
    ...{ timeUnixNano: 0n, observedTimeUnixNano: 0n, severityNumber: 0, severityText: "", body: null },
    ...{ attributes, droppedAttributesCount: 0, flags: 0, traceId: "", spanId: "", eventName: "" },
  };
  while (reader.at < end) {
    const tag = reader.uint32();
    switch (tag) {
      case 9:
        record.timeUnixNano = reader.fixed64(end);
        break;
      case 16:
        record.severityNumber = reader.uint32();
        break;
      case 26:
        record.severityText = reader.string(end);
        break;
      case 42:
        record.body = anyValue(reader, reader.end(end), 0);
        break;
      case 50:
        attributes.push(keyValue(reader, reader.end(end), 0));
        break;
      case 56:
        record.droppedAttributesCount = reader.uint32();
        break;
      case 69:
        record.flags = reader.fixed32(end);
        break;
      case 74:
        record.traceId = reader.hex(end);
        break;
      case 82:
        record.spanId = reader.hex(end);
        break;
      case 89:
        record.observedTimeUnixNano = reader.fixed64(end);
        break;
      case 98:
        record.eventName = reader.string(end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  if (reader.at > end) throw truncated();
  return record;
}

function resource(reader: WireReader, end: number): Resource {
  const attributes: KeyValue[] = [];
  const resource = { attributes, droppedAttributesCount: 0 };
  fields(reader, end, (tag) => {
    if (tag === 10) attributes.push(keyValue(reader, reader.end(end), 0));
    else if (tag === 16) resource.droppedAttributesCount = reader.uint32();
    else return false;
    return true;
  });
  return resource;
}

function scope(reader: WireReader, end: number): Scope {
  const attributes: KeyValue[] = [];
  const scope = { name: "", version: "", attributes, droppedAttributesCount: 0 };
  fields(reader, end, (tag) => {
    if (tag === 10) scope.name = reader.string(end);
    else if (tag === 18) scope.version = reader.string(end);
    else if (tag === 26) attributes.push(keyValue(reader, reader.end(end), 0));
    else if (tag === 32) scope.droppedAttributesCount = reader.uint32();
    else return false;
    return true;
  });
  return scope;
}

export const NO_RESOURCE: Resource = { attributes: [], droppedAttributesCount: 0 };
export const NO_SCOPE: Scope = { name: "", version: "", ...NO_RESOURCE };

interface Batch<Item> {
  readonly scope: Scope;
  readonly schemaUrl: string;
  readonly items: readonly Item[];
}

/** Traces and logs stand in the same two levels; only what is at the bottom differs. */
function envelope<Item>(bytes: Uint8Array, item: (reader: WireReader, end: number) => Item) {
  const reader = new WireReader(bytes);
  const sent: (Batch<Item> & { readonly resource: Resource; readonly resourceSchemaUrl: string })[] = [];
  fields(reader, reader.length, (tag) => {
    if (tag !== 10) return false;
    const end = reader.end(reader.length);
    const batches: Batch<Item>[] = [];
    let from = NO_RESOURCE;
    let resourceSchemaUrl = "";
    fields(reader, end, (tag) => {
      if (tag === 10) from = resource(reader, reader.end(end));
      else if (tag === 18) batches.push(scopeBatch(reader, reader.end(end), item));
      else if (tag === 26) resourceSchemaUrl = reader.string(end);
      else return false;
      return true;
    });
    for (const batch of batches) sent.push({ resource: from, resourceSchemaUrl, ...batch });
    return true;
  });
  return sent;
}

function scopeBatch<Item>(
  reader: WireReader,
  end: number,
  item: (reader: WireReader, end: number) => Item,
): Batch<Item> {
  const items: Item[] = [];
  let by = NO_SCOPE;
  let schemaUrl = "";
  fields(reader, end, (tag) => {
    if (tag === 10) by = scope(reader, reader.end(end));
    else if (tag === 18) items.push(item(reader, reader.end(end)));
    else if (tag === 26) schemaUrl = reader.string(end);
    else return false;
    return true;
  });
  return { scope: by, schemaUrl, items };
}

/** An `ExportTraceServiceRequest` in protobuf. Throws `OtlpError`. */
export function decodeTraces(bytes: Uint8Array): ScopeSpans[] {
  return envelope(bytes, span).map(({ items, ...sent }) => ({ ...sent, spans: items }));
}

/** An `ExportLogsServiceRequest` in protobuf. Throws `OtlpError`. */
export function decodeLogs(bytes: Uint8Array): ScopeLogs[] {
  return envelope(bytes, logRecord).map(({ items, ...sent }) => ({ ...sent, logRecords: items }));
}
