import { deepStrictEqual as assertEquals, ok as assert } from "node:assert";
import { gzipSync } from "node:zlib";
import { decodeTraces, encodeTraces, encodeTracesJson, partialSuccessIn } from "../../lib/otlp/mod.ts";
import { sent, span, TRACE_ID } from "../otlp/spans.ts";
import { TestServer } from "./support.ts";

const PROTOBUF = "application/x-protobuf";
const CHAT = {
  "gen_ai.operation.name": "chat",
  "gen_ai.request.model": "m",
  "gen_ai.usage.input_tokens": 4n,
};

async function post(
  server: TestServer,
  body: Uint8Array | string,
  { path = "/v1/traces", type = PROTOBUF, ...headers }: Record<string, string> = {},
) {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": type, ...headers },
    body: body as BodyInit,
  });
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    headers: response.headers,
    body: new Uint8Array(await response.arrayBuffer()),
  };
}

const textOf = (body: Uint8Array) => new TextDecoder().decode(body);
const manySpans = (count: number, of = CHAT) =>
  sent(Array.from({ length: count }, (_, n) => span(n + 1, { attributes: of })));

Deno.test("POST /v1/traces takes protobuf and JSON, gzip or plain, on Langfuse's path too", async () => {
  await using server = await TestServer.start();
  const one = (n: number) =>
    sent([span(n, { parentSpanId: "", traceId: `${n}`.repeat(32), attributes: CHAT })]);
  const answers = [
    await post(server, encodeTraces(one(1))),
    await post(server, gzipSync(encodeTraces(one(2))), { "content-encoding": "gzip" }),
    await post(server, encodeTracesJson(one(3)), { type: "application/json; charset=utf-8" }),
    await post(server, gzipSync(encodeTracesJson(one(4))), {
      type: "application/json",
      "content-encoding": "gzip",
    }),
    await post(server, encodeTraces(one(5)), { path: "/api/public/otel/v1/traces" }),
    await post(server, new Uint8Array()),
  ];
  assertEquals(answers.map(({ status }) => status), [200, 200, 200, 200, 200, 200]);
  assertEquals(answers.map(({ type }) => type?.split(";")[0]), [
    ...[PROTOBUF, PROTOBUF, "application/json", "application/json", PROTOBUF, PROTOBUF],
  ]);
  assertEquals(answers.map(({ body }) => textOf(body)), ["", "", "{}", "{}", "", ""]);
  const { runs } = await server.store.listRuns();
  assertEquals(runs.map(({ traceId, origin }) => [traceId[0], origin]).toSorted(), [
    ...["1", "2", "3", "4", "5"].map((n) => [n, "otlp"]),
  ]);
});

Deno.test("POST /v1/traces says in the request's encoding what it did not take", async () => {
  await using server = await TestServer.start();
  const mixed = sent([span(1), { ...span(2), spanId: "" }]);
  const binary = await post(server, encodeTraces(mixed));
  assertEquals([binary.status, partialSuccessIn("protobuf", binary.body)!.rejected], [200, 1]);
  const json = await post(server, encodeTracesJson(mixed), { type: "application/json" });
  assertEquals(JSON.parse(textOf(json.body)).partialSuccess.rejectedSpans, "1");
  assertEquals((await server.store.loadTrace(TRACE_ID)).spans.size, 1);
});

Deno.test("POST /v1/traces answers with a google.rpc.Status in the request's encoding", async () => {
  await using server = await TestServer.start();
  const status = async (...request: readonly [Uint8Array | string, Record<string, string>?]) => {
    const answer = await post(server, ...request);
    const code = answer.type === "application/json" ? JSON.parse(textOf(answer.body)).code : answer.body[1];
    return [answer.status, answer.type, code];
  };
  const JSON_TYPE = { type: "application/json" };
  assertEquals(await status("{", JSON_TYPE), [400, "application/json", 3]);
  assertEquals(await status("[]", JSON_TYPE), [400, "application/json", 3]);
  assertEquals(await status("[".repeat(100_000), JSON_TYPE), [400, "application/json", 3]);
  assertEquals(await status(Uint8Array.of(0x22, 0xff), JSON_TYPE), [400, "application/json", 3]);
  assertEquals(await status(Uint8Array.of(10, 5)), [400, PROTOBUF, 3]);
  assertEquals(await status("no gzip", { "content-encoding": "gzip" }), [400, PROTOBUF, 3]);
  assertEquals(await status("x", { "content-encoding": "br" }), [415, PROTOBUF, 3]);
  assertEquals(await status("x", { type: "text/plain" }), [415, PROTOBUF, 3]);
  const get = await fetch(`${server.url}/v1/traces`);
  assertEquals([get.status, get.headers.get("allow")], [405, "POST"]);
  await get.body?.cancel();
});

Deno.test("POST /v1/traces refuses bodies that are too large, also those that become so", async () => {
  await using server = await TestServer.start();
  const zeros = new Uint8Array(64 * 1024 * 1024);
  const bomb = gzipSync(zeros);
  assert(bomb.length < 100_000);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => post(server, bomb, { "content-encoding": "gzip" })),
  );
  assertEquals(answers.map(({ status }) => status), Array.from({ length: 8 }, () => 413));
  const plain = await post(server, zeros.subarray(0, 20 * 1024 * 1024 + 1)).catch(() => undefined);
  if (plain) assertEquals(plain.status, 413); // the connection may be closed while it still sends
  assertEquals((await post(server, encodeTraces(sent([span(1)])))).status, 200);
});

Deno.test("POST /v1/logs gives spans their messages, and /v1/metrics is accepted and dropped", async () => {
  await using server = await TestServer.start();
  await post(server, encodeTraces(sent([span(1, { attributes: CHAT })])));
  const { traceId, spanId } = span(1);
  const record = {
    ...{ traceId, spanId, timeUnixNano: "1", eventName: "gen_ai.user.message" },
    body: { kvlistValue: { values: [{ key: "content", value: { stringValue: "hi" } }] } },
  };
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
  assertEquals((await post(server, body, { path: "/v1/logs", type: "application/json" })).status, 200);
  assertEquals((await server.store.getRun(TRACE_ID))!.prompt, "hi");
  const metrics = await post(server, "anything", { path: "/v1/metrics" });
  assertEquals([metrics.status, metrics.body.length], [200, 0]);
});

Deno.test("POST /v1/traces takes each valid span once and refuses each malformed body, many at a time", async () => {
  await using server = await TestServer.start();
  const bodies = Array.from(
    { length: 60 },
    (_, n) =>
      n % 10 === 9 ? { body: Uint8Array.of(10, 200, n), status: 400 } : {
        body: gzipSync(encodeTraces(sent([span(n % 50 + 1, { traceId: `${n % 7 + 1}`.repeat(32) })]))),
        status: 200,
      },
  );
  const answers = await Promise.all(bodies.map(async ({ body, status }) => {
    const headers: Record<string, string> = status === 200 ? { "content-encoding": "gzip" } : {};
    return (await post(server, body, headers)).status === status;
  }));
  assertEquals(answers.every((it) => it), true);
  const expected = new Map<string, Set<string>>();
  for (const [n, { status }] of bodies.entries()) {
    if (status !== 200) continue;
    const traceId = `${n % 7 + 1}`.repeat(32);
    expected.set(traceId, (expected.get(traceId) ?? new Set()).add(span(n % 50 + 1).spanId));
  }
  for (const [traceId, ids] of expected) {
    assertEquals([...(await server.store.loadTrace(traceId)).spans.keys()].toSorted(), [...ids].toSorted());
  }
});

Deno.test("hostile keys in attributes change no object but their own", async () => {
  await using server = await TestServer.start();
  const keys = [
    "__proto__.polluted",
    "constructor.prototype.polluted",
    "llm.input_messages.__proto__.polluted",
  ];
  const attributes = Object.fromEntries(keys.map((key) => [key, "yes"]));
  assertEquals(
    (await post(server, encodeTracesJson(sent([span(1, { attributes })])), { type: "application/json" }))
      .status,
    200,
  );
  assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
  const { spans } = await server.store.loadTrace(TRACE_ID);
  assertEquals([...spans.values()][0]!.attributes[keys[0]!], "yes");
});

Deno.test("a received run is listed and shown over HTTP like any other", async () => {
  await using server = await TestServer.start();
  await post(server, encodeTraces(manySpans(3)));
  const [run] = await server.json("/runs");
  assertEquals(run.total_tokens, 8); // the root adds up nothing: it is a call as well
  assertEquals((await server.json(`/runs/${run.run_id}`)).run_id, run.run_id);
  assertEquals(decodeTraces(encodeTraces(manySpans(3))), manySpans(3));
});
