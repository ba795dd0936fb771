import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { Ingest } from "../../lib/app/ingest/mod.ts";
import {
  applyChanges,
  type KnownTrace,
  NO_SECRETS,
  Redactor,
  type Store,
  systemHost,
  type Trace,
} from "../../lib/core/mod.ts";
import {
  canonicalSpans,
  decodeTraces,
  encodeTraces,
  type OtlpSpan,
  type ScopeLogs,
} from "../../lib/otlp/mod.ts";
import { createPriceBook } from "../../lib/pricing/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { idOf, pairs, sent, span, TRACE_ID } from "../otlp/spans.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleRun } from "../support/sample_run.ts";

const prices = createPriceBook();
const CALL = {
  "gen_ai.operation.name": "chat",
  "gen_ai.request.model": "mistral-small-latest",
  "gen_ai.usage.input_tokens": 40n,
  "gen_ai.usage.output_tokens": 5n,
};
const AGENT = { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk" };

/** An agent that asks a model n times; each question is the one before with another turn. */
function agentSpans(calls: number): OtlpSpan[] {
  const turns = (n: number) =>
    JSON.stringify(Array.from({ length: n }, (_, at) => ({ role: "user", content: `question ${at}` })));
  return [
    span(1, { attributes: AGENT }),
    ...Array.from({ length: calls }, (_, n) =>
      span(n + 2, {
        attributes: {
          ...CALL,
          "gen_ai.input.messages": turns(n + 1),
          "gen_ai.output.messages": `answer ${n}`,
        },
      })),
  ];
}

function ingestOf(store: Store, redactor = NO_SECRETS): Ingest {
  return new Ingest({ store, prices, redactor, host: fakeHost() });
}

/** What is stored says the same as what was read. */
function sameAs(stored: Trace, read: Trace): void {
  assertEquals({ ...stored, spans: [...stored.spans.values()] }, {
    ...read,
    spans: [...read.spans.values()],
  });
}

Deno.test("Ingest stores what canonicalSpans() reads", async () => {
  await using store = await openStore(MEMORY);
  const all = sent(agentSpans(3));
  assertEquals(await ingestOf(store).spans(all), undefined);
  sameAs(await store.loadTrace(TRACE_ID), canonicalSpans(all, [], { prices })[0]!);
  const [run] = (await store.listRuns()).runs;
  assertEquals([run!.origin, run!.agent, run!.status, run!.totals.usage.inputTokens], [
    "otlp",
    "clerk",
    "completed",
    120,
  ]);
  const [cost] = await store.costBy("model");
  assertEquals([cost!.key, cost!.llmCalls, cost!.usage.outputTokens], ["mistral-small-latest", 3, 15]);
  assertEquals((await store.verify()).problems, []);
});

Deno.test("Ingest stores the same whatever order spans come in, however split, also twice", async () => {
  const spans = agentSpans(4);
  const expected = canonicalSpans(sent(spans), [], { prices })[0]!;
  const deliveries = fc.shuffledSubarray(spans, { minLength: spans.length }).chain((shuffled) =>
    fc.array(fc.nat({ max: spans.length }), { maxLength: 3 }).map((cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), spans.length];
      return at.slice(1).map((end, index) => shuffled.slice(at[index], end));
    })
  );
  await using store = await openStore(MEMORY);
  await fc.assert(
    fc.asyncProperty(deliveries, fc.nat({ max: 3 }), fc.boolean(), async (parts, again, atOnce) => {
      await using ingest = ingestOf(store);
      const posts = [...parts, parts[again % parts.length]!].map((part) => () => ingest.spans(sent(part)));
      if (atOnce) await Promise.all(posts.map((post) => post()));
      else for (const post of posts) await post();
      sameAs(await store.loadTrace(TRACE_ID), expected);
      assertEquals((await store.verify()).problems, []);
      await store.deleteRuns([expected.run.runId]);
    }),
    { numRuns: 25 },
  );
});

Deno.test("Ingest shows a run as at work until its root comes, and opens it again for a late child", async () => {
  await using store = await openStore(MEMORY);
  await using ingest = ingestOf(store);
  const [root, first, late] = agentSpans(2) as [OtlpSpan, OtlpSpan, OtlpSpan];
  const look = async () => {
    const { status, agent, totals } = (await store.getRun(TRACE_ID))!;
    return [status, agent, totals.llmCalls, totals.usage.inputTokens];
  };
  await ingest.spans(sent([first]));
  assertEquals(await look(), ["running", "shop", 1, 40]);
  await ingest.spans(sent([root]));
  assertEquals(await look(), ["completed", "clerk", 1, 40]);
  await ingest.spans(sent([late]));
  assertEquals(await look(), ["completed", "clerk", 2, 80]);
});

Deno.test("Ingest settles a trace whose root never comes when it ends", async () => {
  await using store = await openStore(MEMORY);
  {
    await using ingest = ingestOf(store);
    await ingest.spans(sent([agentSpans(1)[1]!]));
  }
  assertEquals((await store.getRun(TRACE_ID))!.status, "completed");
});

Deno.test("Ingest tells followers of all that changes", async () => {
  await using store = await openStore(MEMORY);
  await using ingest = ingestOf(store);
  let known: KnownTrace | undefined;
  for (const one of agentSpans(3).toReversed()) {
    await ingest.spans(sent([one]));
    known = applyChanges(known, (await store.changesSince(TRACE_ID, known?.cursor))!);
    sameAs(known.trace, await store.loadTrace(TRACE_ID));
  }
});

Deno.test("Ingest keeps a delivery that comes again only once", async () => {
  await using store = await openStore(MEMORY);
  await using ingest = ingestOf(store);
  const post = sent(agentSpans(1));
  await Promise.all([ingest.spans(post), ingest.spans(post)]);
  await ingest.spans(post);
  assertEquals((await store.receivedOf(TRACE_ID)).parts.length, 1);
});

Deno.test("Ingest joins log records to their spans, whichever comes first", async () => {
  const [, call] = agentSpans(1) as [OtlpSpan, OtlpSpan];
  const bare = { ...call, attributes: pairs(CALL), parentSpanId: "" };
  const logs: ScopeLogs[] = [{
    ...sent([])[0]!,
    logRecords: [{
      ...{ timeUnixNano: 1n, observedTimeUnixNano: 0n, severityNumber: 9, severityText: "", flags: 0 },
      ...{ body: { entries: pairs({ content: "hi" }) }, attributes: [], droppedAttributesCount: 0 },
      ...{ traceId: call.traceId, spanId: call.spanId, eventName: "gen_ai.user.message" },
    }],
  }];
  for (const logsFirst of [true, false]) {
    await using store = await openStore(MEMORY);
    await using ingest = ingestOf(store);
    if (logsFirst) await ingest.logs(logs);
    assertEquals(await store.getRun(TRACE_ID), undefined);
    await ingest.spans(sent([bare]));
    if (!logsFirst) await ingest.logs(logs);
    const messages = (await store.loadMessages(TRACE_ID)).map(({ message }) => message);
    assertEquals(messages, [{ role: "user", parts: [{ type: "text", content: "hi" }] }]);
    assertEquals((await store.getRun(TRACE_ID))!.prompt, "hi");
  }
});

Deno.test("Ingest refuses spans without ids, and says so of log records in the wrong place", async () => {
  await using store = await openStore(MEMORY);
  await using ingest = ingestOf(store);
  const bad = { ...span(1), traceId: "0".repeat(32) };
  const partial = await ingest.spans(sent([bad, span(2), { ...span(3), spanId: "ff" }]));
  assertEquals(partial!.rejected, 2);
  assertEquals((await store.loadTrace(TRACE_ID)).spans.size, 1);
  const blank = { ...span(1), traceId: "", spanId: "", startTimeUnixNano: 0n };
  assert((await ingest.spans(sent([blank])))!.message.includes("/v1/logs"));
});

Deno.test("Ingest never writes over a run that was made here", async () => {
  await using store = await openStore(MEMORY);
  await store.write([{ type: "run_start", run: sampleRun(fakeHost()) }]);
  const [own] = (await store.listRuns()).runs;
  const before = await store.loadTrace(own!.traceId);
  const claims = span(1, { attributes: { "agentop.run.id": own!.runId } });
  const partial = await ingestOf(store).spans(sent([{ ...span(2), traceId: own!.traceId }, claims]));
  assertEquals(partial!.rejected, 1);
  sameAs(await store.loadTrace(own!.traceId), before);
  // Another run cannot take its id either.
  assertEquals((await store.getRun(TRACE_ID))!.runId.replaceAll("-", ""), TRACE_ID);
});

Deno.test("Ingest writes no secret, neither in rows nor in what is kept as it came", async () => {
  const secret = "sk-canary-1234567890";
  const redactor = new Redactor([{ name: "KEY", value: secret }]);
  const path = await Deno.makeTempFile({ suffix: ".db" });
  await Deno.remove(path);
  try {
    {
      await using store = await openStore(path);
      await ingestOf(store, redactor).spans(sent([span(1, {
        name: `call ${secret}`,
        attributes: { ...CALL, "gen_ai.input.messages": `my key is ${secret}`, [secret]: [secret] },
      })]));
      const [part] = (await store.receivedOf(TRACE_ID)).parts;
      assert(!new TextDecoder().decode(part!.data).includes(secret));
      assertEquals((await store.getRun(TRACE_ID))!.prompt, "my key is [redacted KEY]");
    }
    assert(!new TextDecoder("latin1").decode(await Deno.readFile(path)).includes(secret));
  } finally {
    for (const ending of ["", "-wal", "-shm"]) await Deno.remove(path + ending).catch(() => {});
    await Deno.remove(`${path}.agentop`, { recursive: true }).catch(() => {});
  }
});

Deno.test("two that take in the same trace take nothing from one another", async () => {
  await using store = await openStore(MEMORY);
  await using one = ingestOf(store);
  await using other = ingestOf(store);
  const [root, ...calls] = agentSpans(6);
  await Promise.all(calls.map((call, at) => (at % 2 === 0 ? one : other).spans(sent([call]))));
  await one.spans(sent([root!]));
  sameAs(await store.loadTrace(TRACE_ID), canonicalSpans(sent(agentSpans(6)), [], { prices })[0]!);
});

Deno.test("a trace with many spans is read again as it grows, and wholly in the end", async () => {
  await using store = await openStore(MEMORY);
  await using ingest = ingestOf(store);
  const small = Array.from({ length: 600 }, (_, n) => span(n + 2));
  await ingest.spans(sent(small));
  await ingest.spans(sent([span(900), span(1)]));
  assertEquals(await store.unreadRuns(10), [TRACE_ID]);
  assertEquals((await store.loadTrace(TRACE_ID)).spans.size, 600);
  assertEquals(await ingest.readAgain(await store.unreadRuns(10)), 1);
  assertEquals([(await store.loadTrace(TRACE_ID)).spans.size, (await store.unreadRuns(10)).length], [602, 0]);
  assertEquals((await store.getRun(TRACE_ID))!.status, "completed");
});

/** More than is read while it comes. */
const LONG = "long ".repeat(300_000);

Deno.test("what comes faster than it can be read is on the disk at once, and its run is read later", async () => {
  await using store = await openStore(MEMORY);
  await using ingest = ingestOf(store);
  const [root, call] = agentSpans(1) as [OtlpSpan, OtlpSpan];
  const many = sent([root, { ...call, attributes: [...call.attributes, ...pairs({ note: LONG })] }]);
  assertEquals(await ingest.spans(many), undefined);
  assertEquals([(await store.receivedOf(TRACE_ID)).parts.length, await store.unreadRuns(10)], [1, [
    TRACE_ID,
  ]]);
  assertEquals(await store.getRun(TRACE_ID), undefined);
  // What comes meanwhile belongs to it, also where it comes again.
  await ingest.spans(sent([span(9)]));
  await ingest.spans(many);
  assertEquals((await store.receivedOf(TRACE_ID)).parts.length, 2);
  await ingest.readAgain(await store.unreadRuns(10));
  sameAs(await store.loadTrace(TRACE_ID), canonicalSpans([...many, ...sent([span(9)])], [], { prices })[0]!);
  assertEquals((await store.verify()).problems, []);
});

Deno.test("what was left unread is read at the end, and otherwise by itself", async () => {
  await using store = await openStore(MEMORY);
  {
    await using ingest = ingestOf(store);
    await ingest.spans(sent([span(2, { attributes: { ...CALL, note: LONG } })]));
    assertEquals(await store.getRun(TRACE_ID), undefined);
  }
  assertEquals((await store.getRun(TRACE_ID))!.status, "completed");
  await using ingest = new Ingest({ store, prices, redactor: NO_SECRETS, host: systemHost() });
  ingest.watch((error) => assert(false, String(error)));
  const traceId = "b".repeat(32);
  const changed = Promise.withResolvers<void>();
  const stop = store.onChange(async () => {
    if (await store.getRun(traceId)) changed.resolve();
  });
  await ingest.spans(sent([span(1, { traceId, attributes: { note: LONG } })]));
  await changed.promise;
  stop();
  assertEquals((await store.getRun(traceId))!.status, "completed");
});

Deno.test("a run that was made here is not written over by what comes too fast to be read", async () => {
  await using store = await openStore(MEMORY);
  await store.write([{ type: "run_start", run: sampleRun(fakeHost()) }]);
  const [own] = (await store.listRuns()).runs;
  const spans = sent([span(1, { traceId: own!.traceId, attributes: { note: LONG } }), span(2)]);
  assertEquals((await ingestOf(store).spans(spans))!.rejected, 1);
  assertEquals((await store.receivedOf(own!.traceId)).parts, []);
});

Deno.test("what comes packed is kept as it came, unless a secret is in it or it is of several runs", async () => {
  const secret = "sk-canary-1234567890";
  await using store = await openStore(MEMORY);
  const redactor = new Redactor([{ name: "KEY", value: secret }]);
  const post = async (spans: readonly OtlpSpan[]) => {
    const protobuf = encodeTraces(sent(spans));
    const gzip = gzipSync(protobuf);
    await ingestOf(store, redactor).spans(decodeTraces(protobuf), { protobuf, gzip });
    return protobuf;
  };
  const ids = ["1", "2", "3", "4"].map((digit) => digit.repeat(32)) as [string, string, string, string];
  const long = (traceId: string, note = LONG) => span(1, { traceId, attributes: { ...CALL, note } });
  const clean = await post([long(ids[0])]);
  await post([long(ids[1], LONG + secret)]);
  await post([long(ids[2]), long(ids[3])]);
  for (const traceId of ids) {
    const { parts: [part, ...others] } = await store.receivedOf(traceId);
    assertEquals([others.length, new TextDecoder().decode(part!.data).includes(secret)], [0, false]);
    assertEquals(Buffer.compare(part!.data, clean) === 0, traceId === ids[0]);
  }
  await ingestOf(store, redactor).readAgain(ids);
  const { runs } = await store.listRuns();
  assertEquals(runs.map(({ totals }) => totals.llmCalls), [1, 1, 1, 1]);
});

Deno.test("what was received goes with its run", async () => {
  await using store = await openStore(MEMORY);
  await ingestOf(store).spans(sent(agentSpans(1)));
  const [run] = (await store.listRuns()).runs;
  await store.deleteRuns([run!.runId]);
  assertEquals((await store.receivedOf(TRACE_ID)).parts, []);
  assertEquals((await store.receivedRuns(10)).length, 0);
  await ingestOf(store).spans(sent(agentSpans(1)));
  assertEquals((await store.loadTrace(TRACE_ID)).spans.size, 2);
});

Deno.test("evaluations that people made stay when a run is read again", async () => {
  await using store = await openStore(MEMORY);
  await using ingest = ingestOf(store);
  const [root, call] = agentSpans(1) as [OtlpSpan, OtlpSpan];
  await ingest.spans(sent([root]));
  const evaluation = {
    evalId: "e".repeat(32),
    traceId: TRACE_ID,
    name: "tone",
    value: 1,
    source: "person",
    createdAtUs: 1,
  };
  await store.write([{ type: "evaluation", evaluation }]);
  await ingest.spans(sent([call]));
  assertEquals((await store.loadTrace(TRACE_ID)).evaluations, [evaluation]);
  assertEquals((await store.loadTrace(TRACE_ID)).spans.get(idOf(2))!.kind, "llm");
});

Deno.test("Ingest fails a call whose spans are not on the disk", async () => {
  await using store = await openStore(MEMORY);
  const broken: Store = {
    ...store,
    receivedOf: (id: string) => store.receivedOf(id),
    receive: () => Promise.reject(new Error("full")),
  } as Store;
  await rejects(ingestOf(broken).spans(sent([span(1)])), /full/);
});

Deno.test("recanonicalise() reads again what was read by another version, and says the same of the rest", async () => {
  await using store = await openStore(MEMORY);
  await using ingest = ingestOf(store);
  await ingest.spans(sent(agentSpans(2)));
  const before = await store.loadTrace(TRACE_ID);
  assertEquals(await ingest.recanonicalise(), 0);
  await store.receive([{
    traceId: TRACE_ID,
    parts: [],
    basis: 1,
    readingVersion: 0,
    trace: { ...before, spans: new Map() },
  }]);
  assertEquals((await store.loadTrace(TRACE_ID)).spans.size, 0);
  assertEquals(await ingest.recanonicalise(), 1);
  sameAs(await store.loadTrace(TRACE_ID), before);
  assertEquals(await ingest.recanonicalise({ all: true }), 1);
});

Deno.test("Ingest keeps JSON in texts that is nested too deeply as text: the run stays readable", async () => {
  await using store = await openStore(MEMORY);
  const ingest = ingestOf(store);
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const called = (depth: number) =>
    JSON.stringify([{
      role: "assistant",
      parts: [{ type: "tool_call", id: "a", name: "f", arguments: nested(depth) }],
    }]);
  await ingest.spans(sent([
    span(1, { attributes: { ...CALL, "gen_ai.output.messages": called(600) } }),
    span(2, { attributes: { ...CALL, "gen_ai.input.messages": nested(600) } }),
    span(3, { attributes: { ...CALL, "gen_ai.tool.definitions": nested(600) } }),
  ]));
  assert((await store.verify()).ok);
  assertEquals((await store.loadTrace(TRACE_ID)).spans.size, 3);
});
