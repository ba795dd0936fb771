import assert from "node:assert/strict";
import {
  addUsage,
  type DurableEvent,
  type Evaluation,
  newRunId,
  newTraceId,
  NO_USAGE,
  nowUs,
  roundUsd,
  type Run,
  RUN_TAG,
  type RunFilter,
  type Store,
} from "../../lib/core/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { graded, keepExperiment } from "../support/experiments.ts";
import { type FakeHost, fakeHost } from "../support/fake_host.ts";
import { sampleEvents, type SampleOptions } from "../support/sample_run.ts";

/** Writes a sample run, handed over by `parentRunId`, and gives it as it was stored. */
async function write(
  store: Store,
  host: FakeHost,
  options: SampleOptions,
  change: Partial<Run> = {},
): Promise<Run> {
  host.advance(60_000);
  const events = [...sampleEvents({ host, ...options })].map((event): DurableEvent =>
    event.type === "run_start" ? { ...event, run: { ...event.run, ...change } } : event
  );
  await store.write(events);
  const first = events[0]!;
  assert(first.type === "run_start");
  return (await store.getRun(first.run.traceId))!;
}

Deno.test("treeTotals() adds up a run and its hand-offs at any depth, and nothing else", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const parent = await write(store, host, { agent: "parent", rounds: 1 });
  const child = await write(store, host, { agent: "child", rounds: 2 }, { parentRunId: parent.runId });
  const other = await write(store, host, { agent: "other", rounds: 3 }, { parentRunId: parent.runId });
  const grandchild = await write(store, host, { agent: "grandchild", rounds: 4 }, {
    parentRunId: child.runId,
  });
  await write(store, host, { agent: "stranger", rounds: 5 });
  const all = [parent, child, other, grandchild];
  const tree = await store.treeTotals(parent.runId);
  assert.equal(tree.runs, 4);
  assert.deepEqual(tree.usage, all.reduce((sum, run) => addUsage(sum, run.totals.usage), NO_USAGE));
  const costUsd = all.reduce((sum, run) => sum + run.totals.costUsd, 0);
  assert.ok(costUsd > parent.totals.costUsd && Math.abs(tree.costUsd - costUsd) < 1e-12);
  assert.equal((await store.treeTotals(child.runId)).runs, 2);
  assert.deepEqual(await store.treeTotals(grandchild.runId), {
    runs: 1,
    usage: grandchild.totals.usage,
    costUsd: roundUsd(grandchild.totals.costUsd),
    unknownCostCalls: 0,
  });
  assert.deepEqual(await store.treeTotals("nobody"), {
    runs: 0,
    usage: NO_USAGE,
    costUsd: 0,
    unknownCostCalls: 0,
  });
});

Deno.test("treeTotals() ends where runs name each other as parents", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const ids = ["00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b"] as const;
  await write(store, host, { rounds: 1 }, { runId: ids[0], parentRunId: ids[1] });
  await write(store, host, { rounds: 1 }, { runId: ids[1], parentRunId: ids[0] });
  assert.equal((await store.treeTotals(ids[0])).runs, 2);
});

Deno.test('resolveRun("last") is the newest run that a person started', async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const first = await write(store, host, { agent: "first", rounds: 1 });
  const parent = await write(store, host, { agent: "parent", rounds: 1 });
  const child = await write(store, host, { agent: "child", rounds: 1 }, { parentRunId: parent.runId });
  await write(store, host, { agent: "grandchild", rounds: 1 }, { parentRunId: child.runId });
  assert.equal((await store.resolveRun("last")).agent, "parent");
  assert.equal((await store.resolveRun("last~1")).runId, first.runId);
  await assert.rejects(store.resolveRun("last~2"), /not that many runs/);
});

Deno.test("listRuns() gives the heads of a folded list, and what lies below one", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const parent = await write(store, host, { agent: "parent", rounds: 1 });
  const child = await write(store, host, { agent: "child", rounds: 1 }, { parentRunId: parent.runId });
  const orphan = await write(store, host, { agent: "orphan", rounds: 1 }, {
    parentRunId: "00000000-0000-7000-8000-00000000000f",
  });
  const grouped = await write(store, host, { agent: "grouped", rounds: 1 }, { group: "no experiment" });
  const { experimentId } = await keepExperiment(store, host, {
    suite: "sales",
    variants: ["small"],
    cases: ["one", "two"],
    scorers: ["numeric"],
    result: () => ({ scores: [graded("numeric", 1)] }),
  });
  const members = (await store.listRuns({ filter: { group: experimentId, parent: null } })).runs;
  assert.equal(members.length, 2);
  const ids = async (filter: RunFilter) => (await store.listRuns({ filter })).runs.map((run) => run.runId);
  const heads = [members[0]!, grouped, orphan, parent].map((run) => run.runId);
  assert.deepEqual(await ids({ isHead: true }), heads);
  assert.equal(await store.countRuns({ isHead: true }), 4);
  assert.deepEqual(await ids({ isHead: true, agent: "grouped" }), [grouped.runId]);
  assert.deepEqual(await ids({ parent: parent.runId }), [child.runId]);
});

Deno.test("runNotes() says scores, what is below, and which experiment; nothing where there is nothing", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const parent = await write(store, host, { agent: "parent", rounds: 1 });
  const child = await write(store, host, { agent: "child", rounds: 1 }, { parentRunId: parent.runId });
  await write(store, host, { agent: "judge", rounds: 1 }, {
    parentRunId: parent.runId,
    tags: { [RUN_TAG.judge]: "x" },
  });
  const score = (value: number, more: Partial<Evaluation> = {}) => {
    host.advance(1_000);
    const evaluation: Evaluation = {
      evalId: newTraceId(host),
      traceId: child.traceId,
      name: "exact",
      value,
      source: "scorer",
      createdAtUs: nowUs(host),
      ...more,
    };
    return store.write([{ type: "evaluation", evaluation }]);
  };
  await score(0);
  await score(1);
  await score(0.5, { source: "human" });
  await score(0.2, { spanId: "1".repeat(16), name: "a step" });
  const { experimentId } = await keepExperiment(store, host, {
    suite: "sales",
    variants: ["small"],
    cases: ["one"],
    scorers: ["numeric"],
    result: () => ({ scores: [graded("numeric", 1)] }),
  });
  const [member] = (await store.listRuns({ filter: { group: experimentId } })).runs;
  const alone = await write(store, host, { agent: "alone", rounds: 1 });
  const notes = await store.runNotes([parent, child, member!, alone, child].map((run) => run.runId));
  const of = (run: Run) => notes.find((note) => note.runId === run.runId);
  assert.equal(notes.length, 3);
  assert.deepEqual([of(parent)?.children, of(parent)?.tree?.runs], [2, 2]);
  assert.deepEqual(of(child)?.scores.map(({ value, source }) => [value, source]), [[0.5, "human"], [
    1,
    "scorer",
  ]]);
  assert.deepEqual([of(member!)?.experiment?.suite, of(member!)?.experiment?.runs], ["sales", 1]);
  assert.equal(of(alone), undefined);
  assert.deepEqual(await store.runNotes([]), []);
});

Deno.test("forkRun() leaves out what was done to the original after the last step that is kept", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const original = await write(store, host, { rounds: 2 });
  const root = [...(await store.loadTrace(original.traceId)).spans.values()][0]!;
  const tell = (spanId: string, name: string): DurableEvent => ({
    type: "span_start",
    span: {
      traceId: original.traceId,
      spanId,
      parentSpanId: root.spanId,
      name,
      kind: "event",
      startTimeUs: nowUs(host),
      status: "ok",
      attributes: {},
    },
  });
  await store.write([
    tell("1".repeat(16), "noted"),
    tell("2".repeat(16), "tell"),
    tell("3".repeat(16), "set"),
  ]);
  const fork = { ...original, traceId: newTraceId(host), runId: newRunId(host) };
  await store.forkRun(fork, { traceId: original.traceId, throughStep: 4, shiftUs: 0 });
  const names = [...(await store.loadTrace(fork.traceId)).spans.values()].filter(({ kind }) =>
    kind === "event"
  )
    .map(({ name }) => name);
  assert.deepEqual(names, ["noted"]);
});
