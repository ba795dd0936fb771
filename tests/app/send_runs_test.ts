import { deepStrictEqual as assertEquals, rejects } from "node:assert";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { App } from "../../lib/app/mod.ts";
import { Ingest } from "../../lib/app/ingest/mod.ts";
import { scopesOf, sendRuns } from "../../lib/app/send_runs.ts";
import {
  decodeTraces,
  decodeTracesJson,
  type OtlpSpan,
  type ScopeSpans,
  successBody,
} from "../../lib/otlp/mod.ts";
import { NO_SECRETS, type Store } from "../../lib/core/mod.ts";
import { createPriceBook } from "../../lib/pricing/mod.ts";
import { MEMORY } from "../../lib/store/mod.ts";
import { scopeSpans } from "../otlp/arbitrary.ts";
import { idOf, sent, span, TRACE_ID } from "../otlp/spans.ts";
import { TestServer } from "../server/support.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents } from "../support/sample_run.ts";

const host = fakeHost();

function appOf(): App {
  return new App({
    useSimulator: true,
    defaults: {},
    retry: { maxAttempts: 1, minWaitMs: 0, maxWaitMs: 0 },
    home: "/nowhere",
    storePath: MEMORY,
    storeGiven: true,
    agentFolders: [],
    secrets: {},
    environments: { plain: {}, runner: {} },
  }, { host });
}

/** One that reads nothing by itself: the clock of these tests stands still. */
const ingestOf = (store: Store) =>
  new Ingest({ store, prices: createPriceBook(), redactor: NO_SECRETS, host });

interface Post {
  readonly headers: Headers;
  readonly scopes: readonly ScopeSpans[];
}

/** A collector that answers as it is told, then takes everything. */
function collector(...answers: readonly (() => Response)[]) {
  const posts: Post[] = [];
  const left = [...answers];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async ({ headers, body }) => {
      const bytes = gunzipSync(new Uint8Array(await new Response(body).arrayBuffer()));
      const isJson = headers.get("content-type") === "application/json";
      posts.push({
        headers,
        scopes: isJson ? decodeTracesJson(new TextDecoder().decode(bytes)) : decodeTraces(bytes),
      });
      return left.shift()?.() ??
        new Response(new Uint8Array(), { headers: { "content-type": "application/x-protobuf" } });
    },
  );
  const endpoint = `http://127.0.0.1:${server.addr.port}`;
  return { posts, endpoint, [Symbol.asyncDispose]: () => server.shutdown() };
}

const signal = new AbortController().signal;
const spansOf = (scopes: readonly ScopeSpans[]) => scopes.flatMap((it) => it.spans);
const busy = () => new Response("wait", { status: 503, headers: { "retry-after": "7" } });

Deno.test("sendRuns() sends exact ids and times, gzip, with the headers it is given, and nothing twice", async () => {
  await using to = collector();
  await using app = appOf();
  const store = await app.store();
  await store.write([...sampleEvents({ rounds: 2 })]);
  const [run] = (await store.listRuns()).runs;
  const { spans } = await store.loadTrace(run!.traceId);
  const send = () => sendRuns(app, { endpoint: to.endpoint, headers: { "x-project-name": "p" }, signal });
  const first = await send();
  assertEquals([first.runs, first.spans, first.unchanged, first.endpoint], [
    1,
    spans.size,
    0,
    `${to.endpoint}/v1/traces`,
  ]);
  const [post] = to.posts;
  assertEquals(post!.headers.get("x-project-name"), "p");
  assertEquals(
    spansOf(post!.scopes).map((
      { traceId, spanId, startTimeUnixNano },
    ) => [traceId, spanId, startTimeUnixNano]),
    [...spans.values()].map((it) => [it.traceId, it.spanId, BigInt(it.startTimeUs) * 1000n]),
  );
  assertEquals([(await send()).unchanged, to.posts.length], [1, 1]);
  const evaluation = {
    evalId: "e".repeat(32),
    traceId: run!.traceId,
    name: "n",
    value: 1,
    source: "s",
    createdAtUs: 1,
  };
  await store.write([{ type: "evaluation", evaluation }]);
  assertEquals((await send()).runs, 1);
  assertEquals(spansOf(to.posts[1]!.scopes).flatMap(({ events }) => events).map(({ name }) => name), [
    "gen_ai.evaluation.result",
  ]);
});

Deno.test("sendRuns() waits as a collector asks, tries again what may be, and nothing else", async () => {
  const refused = () => new Response("no key", { status: 401 });
  await using to = collector(
    busy,
    () => new Response("", { status: 429 }),
    () => new Response("", { status: 200 }),
    refused,
  );
  await using app = appOf();
  const store = await app.store();
  await store.write([...sampleEvents({ rounds: 1 })]);
  const before = host.waits.length;
  await sendRuns(app, { endpoint: to.endpoint, signal });
  const waits = host.waits.slice(before);
  assertEquals([to.posts.length, waits.length, waits[0]! >= 7000], [3, 2, true]);
  await rejects(sendRuns(app, { endpoint: to.endpoint, again: true, signal }), /answered 401: no key/);
  assertEquals(to.posts.length, 4);
  await rejects(sendRuns(app, { signal }), /no collector is named/);
  await rejects(sendRuns(app, { endpoint: "nowhere", signal }), /is no address/);
});

Deno.test("sendRuns() goes on where it was cut off, without holes", async () => {
  const broken = Array.from({ length: 6 }, () => busy);
  await using to = collector(() => new Response("", { status: 200 }), ...broken);
  await using app = appOf();
  const store = await app.store();
  const many = (n: number) =>
    sent(Array.from({ length: 400 }, (_, i) => span(i + 1, { traceId: `${n}`.repeat(32) })));
  const ingest = ingestOf(store);
  for (const n of [1, 2, 3]) await ingest.spans(many(n));
  await rejects(sendRuns(app, { endpoint: to.endpoint, signal }), /answered 503/);
  const rest = await sendRuns(app, { endpoint: to.endpoint, signal });
  assertEquals([rest.runs, rest.unchanged], [2, 1]);
  const taken = [to.posts[0]!, ...to.posts.slice(7)];
  const ids = taken.flatMap(({ scopes }) => spansOf(scopes).map(({ traceId, spanId }) => traceId + spanId));
  assertEquals([ids.length, new Set(ids).size], [1200, 1200]);
  assertEquals((await store.listRuns()).runs.length, 3);
});

Deno.test("sendRuns() says what a collector left out, and speaks JSON where asked", async () => {
  const partial = () =>
    new Response(successBody("json", "traces", { rejected: 2, message: "too old" }) as BodyInit, {
      headers: { "content-type": "application/json" },
    });
  await using to = collector(partial);
  await using app = appOf();
  await ingestOf(await app.store()).spans(sent([span(1)]));
  const report = await sendRuns(app, { endpoint: to.endpoint, encoding: "json", signal });
  assertEquals([report.rejected, report.message], [2, "too old"]);
  assertEquals(spansOf(to.posts[0]!.scopes)[0]!.spanId, idOf(1));
});

Deno.test("what came over OpenTelemetry goes out as it came, for any spans", async () => {
  await using app = appOf();
  const store = await app.store();
  const ingest = ingestOf(store);
  const sorted = (scopes: readonly ScopeSpans[]) =>
    scopes.flatMap(({ spans, ...by }) =>
      spans.map((one): [string, Omit<ScopeSpans, "spans">, OtlpSpan] => [one.spanId, by, one])
    )
      .toSorted(([a], [b]) => a < b ? -1 : 1);
  await fc.assert(
    fc.asyncProperty(fc.array(scopeSpans, { minLength: 1, maxLength: 3 }), async (given) => {
      let n = 0;
      const scopes = given.map((it) => ({
        ...it,
        spans: it.spans.map((one) => ({ ...one, traceId: TRACE_ID, spanId: idOf(++n) })),
      }));
      if (n === 0) return;
      await ingest.spans(scopes);
      await ingest.readAgain([TRACE_ID], { isSettled: true });
      const run = (await store.getRun(TRACE_ID))!;
      const found = await scopesOf(store, run);
      await store.deleteRuns([run.runId]);
      assertEquals(sorted(found), sorted(scopes));
    }),
    { numRuns: 30 },
  );
});

Deno.test("a run of this program, sent to another, reads there as it does here", async () => {
  await using server = await TestServer.start();
  await using app = appOf();
  const store = await app.store();
  await store.write([...sampleEvents({ rounds: 3, group: "g" })]);
  const [run] = (await store.listRuns()).runs;
  await sendRuns(app, { endpoint: server.url, signal });
  const [here, there] = [await store.loadTrace(run!.traceId), await server.store.loadTrace(run!.traceId)];
  const { usage, llmCalls, toolCalls, steps, attempts, costUsd, retryWaitMs } = here.run.totals;
  const totals = there.run.totals;
  assertEquals(
    [there.run.runId, there.run.agent, there.run.prompt, there.run.group, there.run.tags],
    [here.run.runId, here.run.agent, here.run.prompt, here.run.group, here.run.tags],
  );
  assertEquals(
    [totals.usage, totals.llmCalls, totals.toolCalls, totals.steps, totals.attempts, totals.retryWaitMs],
    [usage, llmCalls, toolCalls, steps, attempts, retryWaitMs],
  );
  assertEquals(Math.abs(totals.costUsd - costUsd) < 1e-9, true);
  const told = (spans: typeof here.spans) =>
    [...spans.values()].map((
      it,
    ) => [it.kind, it.spanId, it.step, it.parentSpanId, it.status, it.inputMessages]);
  assertEquals(told(there.spans), told(here.spans));
});
