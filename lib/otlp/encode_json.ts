import {
  type AnyValue,
  type Attributes,
  isKeyValueList,
  type OtlpSpan,
  type Resource,
  type ScopeSpans,
} from "./types.ts";

function anyValue(value: AnyValue): unknown {
  if (value === null) return {};
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "bigint") return { intValue: String(value) };
  if (typeof value === "number") return { doubleValue: double(value) };
  if (value instanceof Uint8Array) return { bytesValue: value.toBase64() };
  if (isKeyValueList(value)) return { kvlistValue: { values: attributes(value.entries) } };
  return { arrayValue: { values: value.map(anyValue) } };
}

/** JSON has no word for three of them, and writes -0 as 0. */
function double(value: number): number | string {
  return Object.is(value, -0) ? "-0" : Number.isFinite(value) ? value : String(value);
}

function attributes(pairs: Attributes): unknown {
  return pairs.map(({ key, value }) => ({ key, value: anyValue(value) }));
}

/** Without what is empty. */
function filled(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isEmpty = (value: unknown) =>
    value === "" || value === 0 || value === "0" || Array.isArray(value) && value.length === 0;
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
}

function attributed({ attributes: pairs, droppedAttributesCount }: Resource) {
  return { attributes: attributes(pairs), droppedAttributesCount };
}

function span(span: OtlpSpan): unknown {
  const { statusCode: code, statusMessage: message } = span;
  return {
    ...filled({
      traceId: span.traceId,
      spanId: span.spanId,
      traceState: span.traceState,
      parentSpanId: span.parentSpanId,
      flags: span.flags,
      name: span.name,
      kind: span.kind,
      startTimeUnixNano: String(span.startTimeUnixNano),
      endTimeUnixNano: String(span.endTimeUnixNano),
      ...attributed(span),
      events: span.events.map((event) =>
        filled({ timeUnixNano: String(event.timeUnixNano), name: event.name, ...attributed(event) })
      ),
      droppedEventsCount: span.droppedEventsCount,
      links: span.links.map((link) => filled({ ...link, ...attributed(link) })),
      droppedLinksCount: span.droppedLinksCount,
    }),
    ...(code === 0 && message === "" ? {} : { status: filled({ code, message }) }),
  };
}

/** An `ExportTraceServiceRequest` as OTLP's JSON. */
export function tracesDocument(sent: readonly ScopeSpans[]): unknown {
  return {
    resourceSpans: sent.map(({ resource, resourceSchemaUrl, scope, schemaUrl, spans }) =>
      filled({
        resource: filled(attributed(resource)),
        scopeSpans: [filled({
          scope: filled({ name: scope.name, version: scope.version, ...attributed(scope) }),
          spans: spans.map(span),
          schemaUrl,
        })],
        schemaUrl: resourceSchemaUrl,
      })
    ),
  };
}

export function encodeTracesJson(sent: readonly ScopeSpans[]): string {
  return JSON.stringify(tracesDocument(sent));
}
