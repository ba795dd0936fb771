import { wireOf } from "./decode.ts";
import {
  type AnyValue,
  type Attributes,
  isKeyValueList,
  type LogRecord,
  type OtlpSpan,
  type Resource,
  type Scope,
  type ScopeLogs,
  type ScopeSpans,
} from "./types.ts";
import { WireWriter } from "./wire_writer.ts";

function anyValue(to: WireWriter, value: AnyValue): void {
  if (value === null) return;
  if (typeof value === "string") to.text(10, value);
  else if (typeof value === "boolean") {
    to.varint(16);
    to.varint(value ? 1 : 0);
  } else if (typeof value === "bigint") to.int64(24, value);
  else if (typeof value === "number") to.double(33, value);
  else if (value instanceof Uint8Array) to.bytes(58, value);
  else if (isKeyValueList(value)) to.message(50, () => attributes(to, 10, value.entries));
  else {
    to.message(42, () => {
      for (const inner of value) to.message(10, () => anyValue(to, inner));
    });
  }
}

function attributes(to: WireWriter, tag: number, pairs: Attributes): void {
  for (const { key, value } of pairs) {
    to.message(tag, () => {
      to.string(10, key);
      to.message(18, () => anyValue(to, value));
    });
  }
}

function span(to: WireWriter, span: OtlpSpan): void {
  to.hex(10, span.traceId);
  to.hex(18, span.spanId);
  to.string(26, span.traceState);
  to.hex(34, span.parentSpanId);
  to.string(42, span.name);
  to.uint32(48, span.kind);
  to.fixed64(57, span.startTimeUnixNano);
  to.fixed64(65, span.endTimeUnixNano);
  attributes(to, 74, span.attributes);
  to.uint32(80, span.droppedAttributesCount);
  for (const event of span.events) {
    to.message(90, () => {
      to.fixed64(9, event.timeUnixNano);
      to.string(18, event.name);
      attributes(to, 26, event.attributes);
      to.uint32(32, event.droppedAttributesCount);
    });
  }
  to.uint32(96, span.droppedEventsCount);
  for (const link of span.links) {
    to.message(106, () => {
      to.hex(10, link.traceId);
      to.hex(18, link.spanId);
      to.string(26, link.traceState);
      attributes(to, 34, link.attributes);
      to.uint32(40, link.droppedAttributesCount);
      to.fixed32(53, link.flags);
    });
  }
  to.uint32(112, span.droppedLinksCount);
  if (span.statusCode !== 0 || span.statusMessage !== "") {
    to.message(122, () => {
      to.string(18, span.statusMessage);
      to.uint32(24, span.statusCode);
    });
  }
  to.fixed32(133, span.flags);
}

function logRecord(to: WireWriter, record: LogRecord): void {
  to.fixed64(9, record.timeUnixNano);
  to.uint32(16, record.severityNumber);
  to.string(26, record.severityText);
  if (record.body !== null) to.message(42, () => anyValue(to, record.body));
  attributes(to, 50, record.attributes);
  to.uint32(56, record.droppedAttributesCount);
  to.fixed32(69, record.flags);
  to.hex(74, record.traceId);
  to.hex(82, record.spanId);
  to.fixed64(89, record.observedTimeUnixNano);
  to.string(98, record.eventName);
}

function resource(to: WireWriter, { attributes: pairs, droppedAttributesCount }: Resource): void {
  attributes(to, 10, pairs);
  to.uint32(16, droppedAttributesCount);
}

function scope(to: WireWriter, scope: Scope): void {
  to.string(10, scope.name);
  to.string(18, scope.version);
  attributes(to, 26, scope.attributes);
  to.uint32(32, scope.droppedAttributesCount);
}

type Sent = Omit<ScopeSpans, "spans">;

function envelope<S extends Sent>(
  sent: readonly S[],
  items: (to: WireWriter, sent: S) => void,
  atLeast = 0,
): Uint8Array {
  const to = new WireWriter(atLeast);
  for (const one of sent) {
    to.message(10, () => {
      to.message(10, () => resource(to, one.resource));
      to.message(18, () => {
        to.message(10, () => scope(to, one.scope));
        items(to, one);
        to.string(26, one.schemaUrl);
      });
      to.string(26, one.resourceSchemaUrl);
    });
  }
  return to.result();
}

/** An `ExportTraceServiceRequest` in protobuf: what `decodeTraces` reads back as the same. */
export function encodeTraces(sent: readonly ScopeSpans[]): Uint8Array {
  let known = 0;
  for (const { spans } of sent) for (const one of spans) known += (wireOf(one)?.length ?? -8) + 8;
  const write = (to: WireWriter, { spans }: ScopeSpans) => {
    for (const one of spans) {
      const wire = wireOf(one);
      if (wire) to.bytes(18, wire);
      else to.message(18, () => span(to, one));
    }
  };
  return envelope(sent, write, known);
}

/** An `ExportLogsServiceRequest` in protobuf. */
export function encodeLogs(sent: readonly ScopeLogs[]): Uint8Array {
  return envelope(sent, (to, { logRecords }) => {
    for (const one of logRecords) to.message(18, () => logRecord(to, one));
  });
}
