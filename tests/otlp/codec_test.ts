import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert";
import fc from "fast-check";
import {
  decodeLogs,
  decodeLogsJson,
  decodeTraces,
  decodeTracesJson,
  encodeLogs,
  encodeTraces,
  encodeTracesJson,
  OtlpError,
  partialSuccessIn,
  type ScopeSpans,
  statusBody,
  successBody,
} from "../../lib/otlp/mod.ts";
import { scopeSpans } from "./arbitrary.ts";
import { pairs, sent, span, TRACE_ID } from "./spans.ts";

/** Protobuf writes no group for a scope without spans apart from its names; both levels are one here. */
const law = (encode: (sent: readonly ScopeSpans[]) => ScopeSpans[]) =>
  fc.assert(
    fc.property(fc.array(scopeSpans, { maxLength: 3 }), (sent) => assertEquals(encode(sent), sent)),
    { numRuns: 150 },
  );

Deno.test("decodeTraces() reads what encodeTraces() wrote", () =>
  law((sent) => decodeTraces(encodeTraces(sent))));

Deno.test("decodeTracesJson() reads what encodeTracesJson() wrote", () =>
  law((sent) => decodeTracesJson(encodeTracesJson(sent))));

Deno.test("decodeLogs() reads what encodeLogs() wrote", () => {
  const { spans: _, ...by } = sent([])[0]!;
  const logs = [{
    ...by,
    logRecords: [{
      ...{ timeUnixNano: 5n, observedTimeUnixNano: 6n, severityNumber: 9, severityText: "INFO", flags: 1 },
      ...{ body: { entries: pairs({ content: "hi" }) }, attributes: pairs({ a: 1n }), eventName: "e" },
      ...{ droppedAttributesCount: 2, traceId: TRACE_ID, spanId: "0000000000000001" },
    }],
  }];
  assertEquals(decodeLogs(encodeLogs(logs)), logs);
});

Deno.test("decodeTraces() throws nothing but OtlpError, whatever it is given", () => {
  const whole = encodeTraces(
    sent([span(1, { attributes: { a: "text", b: [1n, { entries: pairs({ c: 2.5 }) }] } })]),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), fc.nat({ max: whole.length })).map(
          ([at, byte, length]) => whole.with(at, byte).slice(0, length),
        ),
      ),
      (bytes) => {
        try {
          decodeTraces(bytes);
        } catch (error) {
          assert(error instanceof OtlpError, String(error));
        }
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("decodeTracesJson() throws nothing but OtlpError, whatever it is given", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom("", "spans", "scopeSpans"), (json, at) => {
      const body = at === ""
        ? json
        : at === "spans"
        ? `{"resourceSpans":[{"scopeSpans":[{"spans":[${json}]}]}]}`
        : `{"resourceSpans":[{"scopeSpans":${json}}]}`;
      try {
        decodeTracesJson(body);
      } catch (error) {
        assert(error instanceof OtlpError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

const one = (fields: string) =>
  decodeTracesJson(`{"resourceSpans":[{"scopeSpans":[{"spans":[{${fields}}]}]}]}`)[0]!.spans[0]!;

Deno.test("decodeTracesJson() takes what old and careless emitters write", () => {
  assertEquals(one(`"traceId":"0AF7651916CD43DD8448EB211C80319C"`).traceId, TRACE_ID);
  assertEquals(one(`"traceId":"CvdlGRbNQ92ESOshHIAxnA=="`).traceId, TRACE_ID);
  assertEquals(one(`"trace_id":"${TRACE_ID}","start_time_unix_nano":"7"`).startTimeUnixNano, 7n);
  assertEquals(one(`"kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_ERROR"}`).kind, 3);
  assertEquals(one(`"status":{"code":"STATUS_CODE_ERROR"}`).statusCode, 2);
  assertEquals(one(`"startTimeUnixNano":1790000000000000000`).startTimeUnixNano, 1790000000000000000n);
  assertEquals(one(`"attributes":{"a":1,"b":"x"}`).attributes, pairs({ a: 1n, b: "x" }));
  assertEquals(one(`"parentSpanId":null`).parentSpanId, "");
  const value = (json: string) => one(`"attributes":[{"key":"k","value":${json}}]`).attributes[0]!.value;
  assertEquals(value(`{"intValue":"9007199254740993"}`), 9007199254740993n);
  assertEquals(value(`{"intValue":5}`), 5n);
  assertEquals(value(`{"doubleValue":"NaN"}`), NaN);
  assertEquals(value(`{"doubleValue":"-Infinity"}`), -Infinity);
  assertEquals(value(`{}`), null);
  assertEquals(value(`null`), null);
});

Deno.test("decodeTraces() skips fields that nobody knows, groups among them", () => {
  const bytes = encodeTraces(sent([span(1)]));
  const group = [0xa3, 0x06, 0x08, 0x05, 0xa4, 0x06]; // field 100: a group with a varint in it
  assertEquals(decodeTraces(Uint8Array.of(...group, ...bytes)), decodeTraces(bytes));
});

Deno.test("decodeTraces() reads bytes that are no UTF-8 as U+FFFD", () => {
  const bytes = encodeTraces(sent([span(1, { name: "abc" })]));
  const at = bytes.findIndex((byte, index) => byte === 0x61 && bytes[index + 1] === 0x62);
  assertEquals(decodeTraces(bytes.with(at, 0xff))[0]!.spans[0]!.name, "\uFFFDbc");
});

Deno.test("values nested deeper than 64 times are refused in both encodings", () => {
  const nested = (depth: number): string =>
    depth === 0 ? `{}` : `{"arrayValue":{"values":[${nested(depth - 1)}]}}`;
  const body = (depth: number) =>
    `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"k","value":${nested(depth)}}]}]}]}]}`;
  const deep = decodeTracesJson(body(64));
  assertEquals(decodeTraces(encodeTraces(deep)), deep);
  throws(() => decodeTracesJson(body(65)), OtlpError);
  throws(() => decodeTracesJson("[".repeat(1_000_000)), OtlpError);
  let value = new Uint8Array();
  for (let depth = 0; depth < 70; depth++) value = message(42, message(10, value));
  throws(
    () => decodeTraces(message(10, message(18, message(18, message(74, message(18, value)))))),
    OtlpError,
  );
});

/** A field of a message, by its tag. */
function message(tag: number, inner: Uint8Array): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  for (let rest = inner.length; length.push(rest > 127 ? (rest & 127) | 128 : rest), rest > 127; rest >>= 7);
  return Uint8Array.of(tag, ...length, ...inner);
}

Deno.test("decodeLogsJson() reads bodies and names of events", () => {
  const [{ logRecords }] = decodeLogsJson(JSON.stringify({
    resourceLogs: [{
      scopeLogs: [{
        logRecords: [{ eventName: "gen_ai.choice", traceId: TRACE_ID, body: { stringValue: "hi" } }],
      }],
    }],
  })) as [ReturnType<typeof decodeLogsJson>[0]];
  assertEquals([logRecords[0]!.eventName, logRecords[0]!.body], ["gen_ai.choice", "hi"]);
});

Deno.test("successBody() is empty without reserve, and says how many were refused", () => {
  assertEquals(successBody("protobuf", "traces"), new Uint8Array());
  assertEquals(new TextDecoder().decode(successBody("json", "traces")), "{}");
  for (const encoding of ["protobuf", "json"] as const) {
    const partial = { rejected: 3, message: "no ids" };
    assertEquals(partialSuccessIn(encoding, successBody(encoding, "traces", partial)), partial);
    assertEquals(partialSuccessIn(encoding, successBody(encoding, "traces")), undefined);
  }
  assertEquals(JSON.parse(new TextDecoder().decode(statusBody("json", 3, "bad"))), {
    code: 3,
    message: "bad",
  });
  assertEquals([...statusBody("protobuf", 3, "bad")], [8, 3, 18, 3, 98, 97, 100]);
});

Deno.test("encodeTraces() loses nothing where its buffer grows while a length is put in front of a short text", () => {
  for (let pad = 0; pad < 12; pad++) {
    for (let count = 40; count < 90; count++) {
      const short = Array.from({ length: count }, (_, i) => [String.fromCharCode(0x100 + i), "y"]);
      const told = sent([span(1, { attributes: { pad: "x".repeat(pad), ...Object.fromEntries(short) } })]);
      assertEquals(decodeTraces(encodeTraces(told)), told);
    }
  }
});
