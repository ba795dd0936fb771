import type { AnyValue, Attributes, OtlpSpan, ScopeSpans } from "../../lib/otlp/mod.ts";

export const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const START = 1_790_000_000_000_000_000n;

/** Attributes written as an object. */
export function pairs(values: Readonly<Record<string, AnyValue>>): Attributes {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

export interface SpanSketch extends Partial<Omit<OtlpSpan, "attributes">> {
  readonly attributes?: Readonly<Record<string, AnyValue>>;
}

/** The nth span: it begins n milliseconds after the first and takes half a second. */
export function span(n: number, { attributes = {}, ...sketch }: SpanSketch = {}): OtlpSpan {
  const startTimeUnixNano = sketch.startTimeUnixNano ?? START + BigInt(n) * 1_000_000n;
  return {
    traceId: TRACE_ID,
    spanId: idOf(n),
    parentSpanId: n === 1 ? "" : idOf(1),
    traceState: "",
    flags: 0,
    name: `span ${n}`,
    kind: 1,
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + 500_000_000n,
    attributes: pairs(attributes),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    statusCode: 0,
    statusMessage: "",
    ...sketch,
  };
}

export const idOf = (n: number) => n.toString(16).padStart(16, "0");

export function sent(
  spans: readonly OtlpSpan[],
  resource: Readonly<Record<string, AnyValue>> = { "service.name": "shop" },
): ScopeSpans[] {
  return [{
    resource: { attributes: pairs(resource), droppedAttributesCount: 0 },
    resourceSchemaUrl: "",
    scope: { name: "test", version: "1", attributes: [], droppedAttributesCount: 0 },
    schemaUrl: "",
    spans,
  }];
}
