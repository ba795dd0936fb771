import fc from "fast-check";

import type { AnyValue, Attributes, KeyValue, OtlpSpan, ScopeSpans } from "../../lib/otlp/mod.ts";

/** Plain objects, as decoders make them. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;

const text = fc.string({ maxLength: 12, unit: "grapheme" });
const key = fc.oneof(text, fc.constantFrom("__proto__", "constructor", "gen_ai.request.model", "a.0.b"));
const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((it) => it.toHex()).filter((it) =>
    !/^0+$/.test(it)
  );
const nano = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const count = fc.nat({ max: 2 ** 32 - 1 });

/** Values as a wire holds them. */
const { anyValue } = fc.letrec<{ anyValue: AnyValue; pair: KeyValue }>((tie) => ({
  anyValue: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    text,
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double(),
    fc.uint8Array({ maxLength: 6 }).map((it) => new Uint8Array(it)),
    fc.constant(null),
    fc.array(tie("anyValue"), { maxLength: 3 }),
    record({ entries: fc.array(tie("pair"), { maxLength: 3 }) }),
  ),
  pair: record({ key, value: tie("anyValue") }),
}));

const attributes: fc.Arbitrary<Attributes> = fc.array(record({ key, value: anyValue }), { maxLength: 4 });
const attributed = { attributes, droppedAttributesCount: count };

export const traceId = hex(16);
export const spanId = hex(8);

export const otlpSpan: fc.Arbitrary<OtlpSpan> = record({
  traceId,
  spanId,
  parentSpanId: fc.oneof(fc.constant(""), spanId),
  traceState: text,
  flags: count,
  name: text,
  kind: fc.nat({ max: 5 }),
  startTimeUnixNano: nano,
  endTimeUnixNano: nano,
  ...attributed,
  events: fc.array(record({ timeUnixNano: nano, name: text, ...attributed }), { maxLength: 2 }),
  droppedEventsCount: count,
  links: fc.array(
    record({ traceId, spanId, traceState: text, ...attributed, flags: count }),
    { maxLength: 2 },
  ),
  droppedLinksCount: count,
  statusCode: fc.nat({ max: 2 }),
  statusMessage: text,
});

export const scopeSpans: fc.Arbitrary<ScopeSpans> = record({
  resource: record(attributed),
  resourceSchemaUrl: text,
  scope: record({ name: text, version: text, ...attributed }),
  schemaUrl: text,
  spans: fc.array(otlpSpan, { maxLength: 3 }),
});
