import { isObject } from "../core/mod.ts";
import { NO_RESOURCE, NO_SCOPE } from "./decode.ts";
import {
  type AnyValue,
  type Attributes,
  type KeyValue,
  type LogRecord,
  NESTING_MAX,
  OtlpError,
  type OtlpSpan,
  type Resource,
  type Scope,
  type ScopeLogs,
  type ScopeSpans,
  type SpanEvent,
  type SpanLink,
} from "./types.ts";
import { tooDeep } from "./wire_reader.ts";

// OTLP's own JSON: ids are hexadecimal, integers of 64 bits are texts or numbers, enums numbers. Old emitters write ids in base64,
// enums by their names, attributes as an object; names may be written in either of protobuf's two ways.

type Json = Readonly<Record<string, unknown>>;
const NOTHING: Json = Object.freeze({});

function bad(what: string): never {
  throw new OtlpError(what);
}

function object(value: unknown, what: string): Json {
  if (value === undefined || value === null) return NOTHING;
  return isObject(value) ? value : bad(`${what} is no object`);
}

function list(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : bad(`${what} is no list`);
}

/** A field under its JSON name or under its name in the proto file. */
function field(from: Json, name: string): unknown {
  if (Object.hasOwn(from, name)) return from[name];
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.hasOwn(from, snake) ? from[snake] : undefined;
}

function text(from: Json, name: string): string {
  const value = field(from, name);
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : bad(`${name} is no text`);
}

const BYTES_OF_ID = [16, 8];

function id(from: Json, name: string): string {
  const value = text(from, name);
  if (/^[0-9a-fA-F]*$/.test(value)) return value.toLowerCase();
  const bytes = /^[\w+/-]{11,22}={1,2}$/.test(value) ? base64(value) : undefined;
  return bytes && BYTES_OF_ID.includes(bytes.length) ? bytes.toHex() : bad(`${name} is not hexadecimal`);
}

function base64(value: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(value.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return undefined;
  }
}

const UINT64_MAX = 2n ** 64n - 1n;

function time(from: Json, name: string): bigint {
  const value = field(from, name);
  if (value === undefined || value === null || value === "") return 0n;
  const nano = typeof value === "string" && /^\d{1,20}$/.test(value)
    ? BigInt(value)
    : typeof value === "number" && value >= 0 && Number.isFinite(value)
    ? BigInt(Math.trunc(value))
    : bad(`${name} is no time in nanoseconds`);
  return nano <= UINT64_MAX ? nano : bad(`${name} is no time in nanoseconds`);
}

function count(from: Json, name: string): number {
  const value = Number(field(from, name) ?? 0);
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32 ? value : bad(`${name} is no whole number`);
}

const ENUMS: Readonly<Record<string, number>> = {
  ...{ SPAN_KIND_UNSPECIFIED: 0, SPAN_KIND_INTERNAL: 1, SPAN_KIND_SERVER: 2, SPAN_KIND_CLIENT: 3 },
  ...{ SPAN_KIND_PRODUCER: 4, SPAN_KIND_CONSUMER: 5 },
  ...{ STATUS_CODE_UNSET: 0, STATUS_CODE_OK: 1, STATUS_CODE_ERROR: 2 },
};

function number(from: Json, name: string): number {
  const value = field(from, name);
  return typeof value === "string" && Object.hasOwn(ENUMS, value) ? ENUMS[value]! : count(from, name);
}

function int64(value: unknown): bigint {
  const whole = typeof value === "number" && Number.isInteger(value) ||
    typeof value === "string" && /^-?\d{1,19}$/.test(value);
  const int = whole ? BigInt(value) : bad("intValue is no whole number");
  return BigInt.asIntN(64, int) === int ? int : bad("intValue is longer than 64 bits");
}

function anyValue(value: unknown, depth: number): AnyValue {
  if (depth > NESTING_MAX) throw tooDeep();
  const from = object(value, "value");
  for (const name in from) {
    const inner = from[name];
    if (inner === undefined || inner === null) continue;
    switch (name) {
      case "stringValue":
      case "string_value":
        return text(from, name);
      case "boolValue":
      case "bool_value":
        return inner === true || inner === "true";
      case "intValue":
      case "int_value":
        return int64(inner);
      case "doubleValue":
      case "double_value":
        return double(inner);
      case "arrayValue":
      case "array_value":
        return list(object(inner, name)["values"], "values").map((it) => anyValue(it, depth + 1));
      case "kvlistValue":
      case "kvlist_value":
        return { entries: attributes(object(inner, name)["values"], depth + 1) };
      case "bytesValue":
      case "bytes_value":
        return base64(text(from, name)) ?? bad("bytesValue is not base64");
    }
  }
  return null;
}

const DOUBLES: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity };

function double(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" && Object.hasOwn(DOUBLES, value)) return DOUBLES[value]!;
  const parsed = typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
  return Number.isFinite(parsed) ? parsed : bad("doubleValue is no number");
}

/** Attributes as a list of pairs, or as old emitters write them: an object of plain values. */
function attributes(value: unknown, depth = 0): Attributes {
  if (depth > NESTING_MAX) throw tooDeep();
  if (isObject(value)) {
    return Object.entries(value).map(([key, it]) => ({ key, value: plainValue(it, depth) }));
  }
  return list(value, "attributes").map((it): KeyValue => {
    const pair = object(it, "an attribute");
    return { key: text(pair, "key"), value: anyValue(pair["value"], depth) };
  });
}

function plainValue(value: unknown, depth: number): AnyValue {
  if (depth > NESTING_MAX) throw tooDeep();
  if (Array.isArray(value)) return value.map((it) => plainValue(it, depth + 1));
  if (isObject(value)) return { entries: attributes(value, depth + 1) };
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === "string" || typeof value === "boolean" || typeof value === "number" ? value : null;
}

function attributed(from: Json): Resource {
  return {
    attributes: attributes(field(from, "attributes")),
    droppedAttributesCount: count(from, "droppedAttributesCount"),
  };
}

function spanEvent(value: unknown): SpanEvent {
  const from = object(value, "an event");
  return { timeUnixNano: time(from, "timeUnixNano"), name: text(from, "name"), ...attributed(from) };
}

function spanLink(value: unknown): SpanLink {
  const from = object(value, "a link");
  return {
    traceId: id(from, "traceId"),
    spanId: id(from, "spanId"),
    traceState: text(from, "traceState"),
    ...attributed(from),
    flags: count(from, "flags"),
  };
}

function span(value: unknown): OtlpSpan {
  const from = object(value, "a span");
  const status = object(field(from, "status"), "status");
  return {
    traceId: id(from, "traceId"),
    spanId: id(from, "spanId"),
    parentSpanId: id(from, "parentSpanId"),
    traceState: text(from, "traceState"),
    flags: count(from, "flags"),
    name: text(from, "name"),
    kind: number(from, "kind"),
    startTimeUnixNano: time(from, "startTimeUnixNano"),
    endTimeUnixNano: time(from, "endTimeUnixNano"),
    ...attributed(from),
    events: list(field(from, "events"), "events").map(spanEvent),
    droppedEventsCount: count(from, "droppedEventsCount"),
    links: list(field(from, "links"), "links").map(spanLink),
    droppedLinksCount: count(from, "droppedLinksCount"),
    statusCode: number(status, "code"),
    statusMessage: text(status, "message"),
  };
}

function logRecord(value: unknown): LogRecord {
  const from = object(value, "a log record");
  const severity = field(from, "severityNumber");
  return {
    timeUnixNano: time(from, "timeUnixNano"),
    observedTimeUnixNano: time(from, "observedTimeUnixNano"),
    severityNumber: typeof severity === "number" ? count(from, "severityNumber") : 0,
    severityText: text(from, "severityText"),
    body: anyValue(field(from, "body"), 0),
    ...attributed(from),
    flags: count(from, "flags"),
    traceId: id(from, "traceId"),
    spanId: id(from, "spanId"),
    eventName: text(from, "eventName"),
  };
}

function scope(value: unknown): Scope {
  const from = object(value, "scope");
  if (from === NOTHING) return NO_SCOPE;
  return { name: text(from, "name"), version: text(from, "version"), ...attributed(from) };
}

function resource(value: unknown): Resource {
  const from = object(value, "resource");
  return from === NOTHING ? NO_RESOURCE : attributed(from);
}

function document(json: string): Json {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return bad("it is not JSON");
  }
  return isObject(parsed) ? parsed : bad("it is no JSON object");
}

function sentBy(from: Json, batch: Json) {
  return {
    resource: resource(field(from, "resource")),
    resourceSchemaUrl: text(from, "schemaUrl"),
    scope: scope(field(batch, "scope")),
    schemaUrl: text(batch, "schemaUrl"),
  };
}

/** An `ExportTraceServiceRequest` in JSON. Throws `OtlpError`. */
export function decodeTracesJson(json: string): ScopeSpans[] {
  return list(field(document(json), "resourceSpans"), "resourceSpans").flatMap((it) => {
    const from = object(it, "resourceSpans");
    return list(field(from, "scopeSpans"), "scopeSpans").map((it): ScopeSpans => {
      const batch = object(it, "scopeSpans");
      return { ...sentBy(from, batch), spans: list(field(batch, "spans"), "spans").map(span) };
    });
  });
}

/** An `ExportLogsServiceRequest` in JSON. Throws `OtlpError`. */
export function decodeLogsJson(json: string): ScopeLogs[] {
  return list(field(document(json), "resourceLogs"), "resourceLogs").flatMap((it) => {
    const from = object(it, "resourceLogs");
    return list(field(from, "scopeLogs"), "scopeLogs").map((it): ScopeLogs => {
      const batch = object(it, "scopeLogs");
      const logRecords = list(field(batch, "logRecords"), "logRecords").map(logRecord);
      return { ...sentBy(from, batch), logRecords };
    });
  });
}
