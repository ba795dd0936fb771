import assert from "node:assert/strict";
import { join } from "node:path";
import {
  applyEvents,
  type DurableEvent,
  isDurable,
  systemHost,
  type TraceEvent,
} from "../../lib/core/mod.ts";
import { follow, type Followed, nextTrace, RetoldEvents, TraceKeeper } from "../../lib/live/mod.ts";
import { MEMORY, openStore, openStoreInWorker } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents } from "../support/sample_run.ts";

const CHILD = new URL("../store/fixtures/child.ts", import.meta.url).pathname;
const host = systemHost();

function child(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--allow-read", "--allow-write", CHILD, ...args],
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

async function withStorePath(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(join(folder, "a.db"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function traceIdOf(events: readonly DurableEvent[]): string {
  assert(events[0]?.type === "run_start");
  return events[0].run.traceId;
}

/** Keeps the durable events of one run. */
function durable(events: readonly TraceEvent[]): DurableEvent[] {
  return events.filter(isDurable);
}

Deno.test("nextTrace() gives the same object while nothing is written, and undefined without a run", async () => {
  await using store = await openStore(MEMORY);
  const events = [...sampleEvents({ rounds: 2 })];
  const traceId = traceIdOf(events);
  assert.equal(await nextTrace(store, traceId), undefined);
  await store.write(events.slice(0, 6));
  const known = await nextTrace(store, traceId);
  await store.write(
    [...sampleEvents({ host: fakeHost({ startMs: 7 }), rounds: 0, agent: "other" })].map((it) =>
      it.type === "run_start"
        ? { ...it, run: { ...it.run, traceId: "ab".repeat(16), runId: crypto.randomUUID() } }
        : it
    ).slice(0, 1),
  );
  assert.equal(await nextTrace(store, traceId, known), known);
  await store.write(events.slice(6));
  assert.deepEqual((await nextTrace(store, traceId, known))?.trace, await store.loadTrace(traceId));
});

Deno.test("TraceKeeper reads on in the runs it was asked for lately", async () => {
  await using store = await openStore(MEMORY);
  const cursors: (number | undefined)[] = [];
  const keeper = new TraceKeeper({
    changesSince: (traceId, cursor) => {
      cursors.push(cursor?.messageCount);
      return store.changesSince(traceId, cursor);
    },
  });
  const sample = fakeHost();
  const runs = Array.from({ length: 18 }, () => [...sampleEvents({ host: sample, rounds: 1 })]);
  for (const events of runs) await store.write(events);
  assert.equal(await keeper.load("ff".repeat(16)), undefined);
  const first = await keeper.load(traceIdOf(runs[0]!));
  assert.deepEqual(first, await store.loadTrace(traceIdOf(runs[0]!)));
  assert.equal(await keeper.load(traceIdOf(runs[0]!)), first);
  for (const events of runs.slice(1)) await keeper.load(traceIdOf(events));
  assert.deepEqual(await keeper.load(traceIdOf(runs[0]!)), first, "forgotten, and loaded again");
  assert.deepEqual(cursors.map((it) => it !== undefined), [false, false, true, ...Array(18).fill(false)]);
});

Deno.test("follow() shows every state up to the end, and retold events fold to the same spans", async () => {
  await using store = await openStore(MEMORY);
  const events = [...sampleEvents({ rounds: 4 })];
  const traceId = traceIdOf(events);
  await store.write(events.slice(0, 9));
  const retold = new RetoldEvents();
  const told: TraceEvent[] = [];
  let last: Followed | undefined;
  const writing = (async () => {
    for (const event of events.slice(9)) {
      await store.write([event]);
      await host.sleep(7);
    }
  })();
  for await (const state of follow(store, traceId, { host })) {
    told.push(...retold.next(state));
    last = state;
  }
  await writing;
  const loaded = await store.loadTrace(traceId);
  assert.deepEqual(last?.trace, loaded);
  const folded = applyEvents(undefined, durable(told));
  assert.deepEqual(folded.spans, loaded.spans);
  assert.equal(folded.run.status, "completed");
  assert.equal(folded.run.output, loaded.run.output);
});

Deno.test("follow() streams text of open calls, tells a reset, and ends when it is told to", async () => {
  await using store = await openStore(MEMORY);
  const events = [...sampleEvents({ rounds: 1 })];
  const traceId = traceIdOf(events);
  const start = events.findIndex((it) => it.type === "span_start" && it.span.kind === "llm");
  const call = events[start];
  assert(call?.type === "span_start");
  await store.write(events.slice(0, start + 1));
  const say = (text: string) =>
    store.writePartial({ traceId, spanId: call.span.spanId, text, reasoning: "", updatedAtUs: 1 });
  const said = ["Hel", "Hello", "Again"];
  const retold = new RetoldEvents();
  const told: TraceEvent[] = [];
  const stopper = new AbortController();
  await say("He");
  for await (const state of follow(store, traceId, { host, signal: stopper.signal })) {
    told.push(...retold.next(state));
    const next = said.shift();
    if (next === undefined) stopper.abort();
    else await say(next);
  }
  assert.deepEqual(
    told.flatMap((it) => it.type === "delta" ? [it.text] : it.type === "reset" ? ["reset"] : []),
    ["He", "l", "lo", "reset", "Again"],
  );
  const state = (await follow(store, traceId, { host }).next()).value as Followed;
  const going = follow(store, traceId, { host, since: state.known });
  assert.deepEqual((await going.next()).value?.changedSpanIds, [], "what was seen is not shown again");
  await store.write(events.slice(start + 1));
  const rest: Followed[] = [];
  for await (const state of going) rest.push(state);
  assert.deepEqual(rest.at(-1)?.partials, []);
  assert.deepEqual(rest.at(-1)?.trace, await store.loadTrace(traceId));
});

for (const thread of ["this thread", "another thread"] as const) {
  Deno.test(`follow() on ${thread} follows another process, and hears of its death`, async () => {
    await withStorePath(async (path) => {
      await using store = await (thread === "this thread" ? openStore(path) : openStoreInWorker(path));
      const process = child("steps", path);
      const lines = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
      let begun = "";
      while (!/run [0-9a-f]{32}\n/.test(begun)) begun += (await lines.read()).value ?? "";
      const traceId = /run ([0-9a-f]{32})/.exec(begun)![1]!;
      const draining = (async () => {
        while (!(await lines.read()).done);
      })();
      let last: Followed | undefined;
      let states = 0;
      for await (const state of follow(store, traceId, { host })) {
        last = state;
        if (++states === 8) process.kill("SIGKILL");
      }
      await process.status;
      await draining;
      assert(states > 8);
      assert.equal(last?.trace.run.status, "interrupted");
      assert.deepEqual(last?.trace, await store.loadTrace(traceId));
    });
  });
}
