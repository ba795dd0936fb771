import assert from "node:assert/strict";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import {
  applyChanges,
  applyEvents,
  type DurableEvent,
  type KnownTrace,
  type Store,
  type Trace,
} from "../../lib/core/mod.ts";
import { MEMORY, openStore, openStoreInWorker } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { randomEvents } from "../support/random_run.ts";
import { sampleEvents, sampleRun } from "../support/sample_run.ts";

type ChangeSource = Pick<Store, "changesSince">;

async function readOn(store: ChangeSource, traceId: string, known?: KnownTrace): Promise<KnownTrace> {
  return applyChanges(known, (await store.changesSince(traceId, known?.cursor))!);
}

function traceIdOf(events: readonly DurableEvent[]): string {
  assert(events[0]?.type === "run_start");
  return events[0].run.traceId;
}

/** Every follower, whenever it came, must know what a load says. */
function assertLive(known: Iterable<KnownTrace>, loaded: Trace): void {
  for (const { trace } of known) {
    assert.deepEqual(trace, loaded);
    assert.deepEqual([...trace.spans.keys()], [...loaded.spans.keys()]);
  }
}

/** Writes the events in pieces; a follower joins after each piece, and all read on. */
async function followed(
  store: Store,
  events: readonly DurableEvent[],
  sizes: readonly number[],
): Promise<KnownTrace[]> {
  const traceId = traceIdOf(events);
  const followers: KnownTrace[] = [];
  for (let from = 0, n = 0; from < events.length; n++) {
    const size = sizes[n % sizes.length]!;
    await store.write(events.slice(from, from + size));
    from += size;
    // One reads with every write, the others now and then.
    for (const index of followers.keys()) {
      if (index === 0 || (n + index) % 3 === 0) {
        followers[index] = await readOn(store, traceId, followers[index]);
      }
    }
    followers.push(await readOn(store, traceId));
  }
  return await Promise.all(followers.map((known) => readOn(store, traceId, known)));
}

Deno.test("live equals loaded equals the fold, for any events, splits and cuts", async () => {
  await fc.assert(
    fc.asyncProperty(
      randomEvents,
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 8 }),
      async (events, sizes) => {
        await using store = await openStore(MEMORY);
        const followers = await followed(store, events, sizes);
        const loaded = await store.loadTrace(traceIdOf(events));
        assert.deepEqual(loaded, applyEvents(undefined, events));
        assertLive(followers, loaded);
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("changesSince() reads what changed and nothing else", async () => {
  await using store = await openStore(MEMORY);
  const events = [...sampleEvents({ rounds: 20, open: true })];
  const traceId = traceIdOf(events);
  const next = events.splice(-7);
  await store.write(events);
  let known = await readOn(store, traceId);
  const nothing = await store.changesSince(traceId, known.cursor);
  assert.deepEqual(nothing, {
    cursor: known.cursor,
    messages: [],
    spans: [],
    snapshots: [],
    evaluations: [],
  });
  assert.equal(applyChanges(known, nothing!), known);
  for (const event of next) {
    await store.write([event]);
    const changes = (await store.changesSince(traceId, known.cursor))!;
    const spans = event.type === "span_start"
      ? [event.span.spanId]
      : event.type === "span_end"
      ? [event.spanId]
      : [];
    assert.deepEqual(changes.spans.map((span) => span.spanId), spans);
    assert.equal(changes.snapshots.length, event.type === "snapshot" ? 1 : 0);
    assert(changes.messages.length <= 1, "messages known before came again");
    known = applyChanges(known, changes);
  }
  assert.deepEqual(known.trace, await store.loadTrace(traceId));
});

Deno.test("changesSince() shares messages between the spans that hold them", async () => {
  await using store = await openStore(MEMORY);
  const events = [...sampleEvents({ rounds: 9 })];
  const [known] = await followed(store, events, [1]);
  const asked = [...known!.trace.spans.values()].filter((span) => span.kind === "llm");
  const held = new Set(asked.flatMap((span) => span.inputMessages ?? []));
  assert.equal(held.size, asked.at(-1)!.inputMessages!.length);
});

Deno.test("changesSince() tells of the steps a fork begins with, and goes on from there", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const original = [...sampleEvents({ host, rounds: 4 })];
  await store.write(original);
  const source = { traceId: traceIdOf(original), throughStep: 4, shiftUs: 1_000_000 };
  const fork = sampleRun(host, { agent: "fork" });
  assert.equal(await store.changesSince(fork.traceId), undefined);
  await store.forkRun(fork, source);
  let known = await readOn(store, fork.traceId);
  assert(known.trace.spans.size > 4 && known.trace.snapshots.length === 4);
  const root = [...known.trace.spans.values()].find((span) => span.kind === "agent")!;
  await store.write([
    { type: "span_start", span: root },
    {
      type: "span_end",
      traceId: fork.traceId,
      spanId: root.spanId,
      endTimeUs: root.startTimeUs + 5,
      status: "ok",
    },
    { type: "run_update", traceId: fork.traceId, change: { status: "completed", output: "forked" } },
  ]);
  const changes = (await store.changesSince(fork.traceId, known.cursor))!;
  assert.deepEqual(changes.spans.map((span) => span.spanId), [root.spanId]);
  known = applyChanges(known, changes);
  assert.deepEqual(known.trace, await store.loadTrace(fork.traceId));
  assert.equal(known.trace.run.output, "forked");
});

Deno.test("changesSince() goes on with runs that an older release wrote", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    const fixture = new URL("../fixtures/stores/0.1.0.db.gz", import.meta.url);
    await Deno.writeFile(path, gunzipSync(await Deno.readFile(fixture)));
    await using store = await openStore(path);
    const { runs } = await store.listRuns({ limit: 100 });
    for (const { traceId } of runs) {
      const before = await readOn(store, traceId);
      const [span] = before.trace.spans.values();
      if (!span) continue;
      await store.write([
        { type: "span_start", span: { ...span, status: "unset", attributes: { again: true } } },
        {
          type: "evaluation",
          evaluation: { evalId: traceId, traceId, name: "n", source: "test", createdAtUs: 1 },
        },
      ]);
      const changes = (await store.changesSince(traceId, before.cursor))!;
      assert.deepEqual([changes.spans.length, changes.evaluations.length, changes.messages.length], [
        1,
        1,
        0,
      ]);
      assertLive([applyChanges(before, changes)], await store.loadTrace(traceId));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("live equals loaded on another thread and another connection", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    await using writer = await openStore(path);
    await using remote = await openStoreInWorker(path);
    await using reader = await openStore(path);
    const events = [...sampleEvents({ rounds: 6 })];
    const traceId = traceIdOf(events);
    let here: KnownTrace | undefined;
    let there: KnownTrace | undefined;
    for (let from = 0; from < events.length; from += 5) {
      await writer.write(events.slice(from, from + 5));
      there = await readOn(remote, traceId, there);
      if (from % 3 === 0) here = await readOn(reader, traceId, here);
    }
    here = await readOn(reader, traceId, here);
    const loaded = await writer.loadTrace(traceId);
    assert.deepEqual(loaded, applyEvents(undefined, events));
    assertLive([here, there!], loaded);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
