import assert from "node:assert/strict";
import { join } from "node:path";
import type { DurableEvent, Evaluation, Run, RunStatus, Store } from "../../lib/core/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { type FakeHost, fakeHost } from "../support/fake_host.ts";
import { sampleEvents, type SampleOptions } from "../support/sample_run.ts";

const LATER_US = Date.UTC(2027, 0, 1) * 1000;

/** Stores a run and returns it; `given` changes what it begins as. */
async function write(
  store: Store,
  host: FakeHost,
  options: SampleOptions = {},
  given: Partial<Run> = {},
): Promise<Run> {
  const events = [...sampleEvents({ host, rounds: 1, ...options })].map((event): DurableEvent =>
    event.type === "run_start" ? { ...event, run: { ...event.run, ...given } } : event
  );
  await store.write(events);
  assert(events[0]?.type === "run_start");
  return events[0].run;
}

function evaluationOf(run: Run, evalId: string, given: Partial<Evaluation> = {}): DurableEvent {
  const { traceId } = run;
  return {
    type: "evaluation",
    evaluation: {
      evalId,
      traceId,
      name: "numeric",
      value: 1,
      source: "scorer",
      createdAtUs: run.startTimeUs,
      ...given,
    },
  };
}

async function agents(store: Store): Promise<string[]> {
  return (await store.listRuns({ sort: "oldest" })).runs.map((run) => run.agent);
}

Deno.test("prune() deletes old runs whole, keeps scored, live and newer ones, and what others share", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const old = await write(store, host, { agent: "old", text: () => "shared ".repeat(40) });
  const scored = await write(store, host, { agent: "scored" });
  await store.write([evaluationOf(scored, "e1")]);
  await write(store, host, { agent: "live", open: true });
  const limitUs = host.now() * 1000;
  host.advance(1000);
  const newer = await write(store, host, { agent: "newer", text: () => "shared ".repeat(40) });
  await store.indexPending();
  const diff = { createdAtUs: 1, overrides: {}, leftOutput: null, rightOutput: null, diff: {} };
  await store.saveDiff({ diffId: "d1", leftRunId: old.runId, rightRunId: newer.runId, ...diff });
  await store.saveDiff({ diffId: "d2", leftRunId: old.runId, rightRunId: old.runId, ...diff });

  assert.equal((await store.prune({ endedBeforeUs: limitUs, dryRun: true })).runs, 1);
  assert.deepEqual(await agents(store), ["old", "scored", "live", "newer"]);
  const before = await store.stats();
  assert.equal((await store.prune({ endedBeforeUs: limitUs })).runs, 1);
  assert.deepEqual(await agents(store), ["scored", "live", "newer"]);
  const after = await store.stats();
  assert(after.bodies < before.bodies && after.spans < before.spans);
  assert.equal((await store.verify()).ok, true);
  assert.equal((await store.listRuns({ filter: { text: "shared" } })).runs.length, 1);
  assert.deepEqual((await store.diffsOf(old.runId)).map((it) => it.diffId), ["d1"]);
  assert.equal(await store.changesSince(old.traceId), undefined);
  assert.match(JSON.stringify(await store.loadMessages(newer.traceId)), /shared shared/);

  assert.equal((await store.prune({ endedBeforeUs: limitUs, keepScored: false })).runs, 1);
  assert.deepEqual(await agents(store), ["live", "newer"]);
  assert.deepEqual((await store.listEvaluations()).evaluations, []);
  assert.equal((await store.verify()).ok, true);
});

Deno.test("prune() keeps a run with all that it handed work to, and deletes them together", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const parent = await write(store, host, { agent: "parent" });
  const child = await write(store, host, { agent: "child" }, { parentRunId: parent.runId });
  const grandchild = await write(store, host, { agent: "grandchild" }, { parentRunId: child.runId });
  await write(store, host, { agent: "orphan" }, { parentRunId: crypto.randomUUID() });
  await store.write([evaluationOf(grandchild, "e1")]);
  assert.equal((await store.prune({ endedBeforeUs: LATER_US })).runs, 1);
  assert.deepEqual(await agents(store), ["parent", "child", "grandchild"]);
  assert.equal((await store.prune({ endedBeforeUs: LATER_US, keepScored: false })).runs, 3);
  assert.deepEqual(await store.stats().then(({ runs, spans, bodies }) => [runs, spans, bodies]), [0, 0, 0]);
});

Deno.test("a writer that remembers bodies stores them again when another process has deleted them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    await using here = await openStore(path);
    await using there = await openStore(path);
    const host = fakeHost();
    const text = () => "the same words ".repeat(30);
    await write(here, host, { text });
    await here.indexPending(); // two stores on one thread would wait for each other
    assert.equal((await there.prune({ endedBeforeUs: LATER_US })).runs, 1);
    const run = await write(here, host, { text });
    assert.equal((await there.verify()).ok, true);
    assert.match(JSON.stringify(await there.loadMessages(run.traceId)), /the same words/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("listEvaluations() reads across runs, newest first, by name, source and run", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const runs = [
    await write(store, host, { agent: "a", prompt: "find the zebra" }),
    await write(store, host, { agent: "b" }),
  ];
  const events = Array.from({ length: 12 }, (_, n) =>
    evaluationOf(runs[n % 2]!, `e${n}`, {
      name: n % 3 === 0 ? "judge" : "numeric",
      source: n < 6 ? "person" : "scorer",
      createdAtUs: 1_000 + (n >> 1), // two at a time
    }));
  await store.write(events);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.listEvaluations({ limit: 5, ...(cursor ? { cursor } : {}) });
    for (const { run, evaluation } of page.evaluations) {
      assert.equal(run.traceId, evaluation.traceId);
      seen.push(evaluation.evalId);
    }
    cursor = page.nextCursor;
  } while (cursor);
  assert.deepEqual(seen, ["e11", "e10", "e9", "e8", "e7", "e6", "e5", "e4", "e3", "e2", "e1", "e0"]);
  const ids = async (query: Parameters<Store["listEvaluations"]>[0]) =>
    (await store.listEvaluations(query)).evaluations.map((it) => it.evaluation.evalId);
  assert.deepEqual(await ids({ name: "judge" }), ["e9", "e6", "e3", "e0"]);
  assert.deepEqual(await ids({ name: "judge", source: "person" }), ["e3", "e0"]);
  assert.deepEqual(await ids({ filter: { agent: "a" }, source: "scorer" }), ["e10", "e8", "e6"]);
  assert.deepEqual(await ids({ filter: { text: "zebra" }, limit: 1 }), ["e10"]);
  await assert.rejects(store.listEvaluations({ cursor: "x" }), /bad cursor/);
});

Deno.test("claimNext() hands out queued runs once each, oldest first, to whoever asks", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    await using here = await openStore(path);
    await using there = await openStore(path);
    const host = fakeHost();
    const queue = async (agent: string, status: RunStatus = "queued") => {
      const [begun] = [...sampleEvents({ host, rounds: 0, agent })];
      assert(begun?.type === "run_start");
      await here.write([{ ...begun, run: { ...begun.run, status, startTimeUs: host.now() * 1000 } }]);
      host.advance(1000);
      return begun.run.traceId;
    };
    const queued: string[] = [];
    await queue("a", "completed");
    for (let n = 0; n < 20; n++) queued.push(await queue(n % 2 === 0 ? "a" : "b"));
    assert.equal((await there.claimNext({ agent: "b" }))?.traceId, queued[1]);
    assert.equal(await here.claimRun(queued[1]!), false, "a worker holds it");
    const claimed = await Promise.all(
      Array.from({ length: 24 }, (_, n) => (n % 2 === 0 ? here : there).claimNext()),
    );
    const ids = claimed.flatMap((run) => run ? [run.traceId] : []);
    assert.deepEqual([...ids].sort(), queued.filter((_, n) => n !== 1).sort());
    assert.equal(ids[0], queued[0]);
    await there.releaseRun(queued[1]!);
    assert.equal((await here.claimNext({ agent: "b" }))?.traceId, queued[1]);
    assert.equal(await here.claimNext(), undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("claimNext() takes over what a process that died had claimed and not begun", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    await using store = await openStore(path);
    const [begun] = [...sampleEvents({ rounds: 0 })];
    assert(begun?.type === "run_start");
    await store.write([{ ...begun, run: { ...begun.run, status: "queued" } }]);
    const code = `import { openStore } from ${JSON.stringify(import.meta.resolve("../../lib/store/mod.ts"))};
      const store = await openStore(${JSON.stringify(path)});
      console.log((await store.claimNext())?.traceId);
      Deno.kill(Deno.pid, "SIGKILL");`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", code],
      stdout: "piped",
      stderr: "null",
    });
    const { stdout } = await child.output();
    assert.equal(new TextDecoder().decode(stdout).trim(), begun.run.traceId);
    assert.equal((await store.claimNext())?.traceId, begun.run.traceId);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("quickCheck() finds nothing in a sound store", async () => {
  await using store = await openStore(MEMORY);
  await write(store, fakeHost());
  assert.deepEqual(await store.quickCheck(), []);
});
