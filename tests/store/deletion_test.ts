import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { DurableEvent, Run, Store } from "../../lib/core/mod.ts";
import { deletePlanned, planDeletion } from "../../lib/app/mod.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { type FakeHost, fakeHost } from "../support/fake_host.ts";
import { openDatabase } from "../support/open_database.ts";
import { sampleEvents, sampleRun } from "../support/sample_run.ts";

const LATER_US = Date.UTC(2027, 0, 1) * 1000;

async function write(store: Store, host: FakeHost, agent: string, given: Partial<Run> = {}, open = false) {
  const text = (round: number) => `shared words ${round} `.repeat(60);
  const events = [...sampleEvents({ host, rounds: 2, agent, open, text })].map((event): DurableEvent =>
    event.type === "run_start" ? { ...event, run: { ...event.run, ...given } } : event
  );
  await store.write(events);
  assert(events[0]?.type === "run_start");
  return events[0].run;
}

async function fork(store: Store, host: FakeHost, base: Run, agent: string): Promise<Run> {
  const run: Run = { ...sampleRun(host, { agent }), forkedFrom: { runId: base.runId, step: 3 } };
  const { totals } = await store.loadTrace(base.traceId).then(({ spans }) => {
    const kept = [...spans.values()].filter(({ step }) => step !== undefined && step <= 2);
    const llm = kept.find(({ kind }) => kind === "llm")!;
    return { totals: { ...run.totals, steps: 2, llmCalls: 1, toolCalls: 1, attempts: 1, usage: llm.usage! } };
  });
  await store.forkRun({ ...run, totals }, { traceId: base.traceId, throughStep: 2, shiftUs: 0 }, [
    {
      type: "run_update",
      traceId: run.traceId,
      change: { status: "completed", endTimeUs: host.now() * 1000 },
    },
  ]);
  return run;
}

Deno.test("what remains of a family tree after any deletion is whole, and nothing is left behind", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ kind: fc.constantFrom("new", "fork", "child"), of: fc.nat(20) }), {
        minLength: 1,
        maxLength: 7,
      }),
      fc.array(fc.nat(20), { maxLength: 4 }),
      async (grown, deleted) => {
        await using store = await openStore(MEMORY);
        const host = fakeHost();
        const runs: Run[] = [];
        for (const [index, { kind, of }] of grown.entries()) {
          const base = runs.filter(({ forkedFrom }) => !forkedFrom)[of % Math.max(1, runs.length)];
          if (kind === "fork" && base) runs.push(await fork(store, host, base, `r${index}`));
          else {
            const parent = kind === "child" ? runs[of % Math.max(1, runs.length)] : undefined;
            runs.push(await write(store, host, `r${index}`, parent ? { parentRunId: parent.runId } : {}));
          }
          host.advance(1_000);
        }
        assert.deepEqual((await store.verify()).problems, []);
        const before = new Map<string, unknown>();
        for (const { traceId } of runs) before.set(traceId, await store.loadTrace(traceId));
        for (const index of deleted) {
          const run = runs[index % runs.length]!;
          if (await store.getRun(run.traceId) === undefined) continue;
          const below = await store.withHandOffs([run.runId]);
          try {
            const { runs: count } = await deletePlanned(store, await planDeletion(store, [run.runId]));
            assert.equal(count, below.length);
          } catch (error) {
            assert.match(String(error), /is work that run .* handed over/);
          }
        }
        assert.deepEqual((await store.verify()).problems, []);
        for (const { traceId } of runs) {
          if (await store.getRun(traceId)) {
            assert.deepEqual(await store.loadTrace(traceId), before.get(traceId));
          }
        }
        await store.prune({ endedBeforeUs: LATER_US, keepScored: false });
        const { runs: left, spans, messages, bodies } = await store.stats();
        assert.deepEqual([left, spans, messages, bodies], [0, 0, 0, 0]);
      },
    ),
    { numRuns: 15 },
  );
});

Deno.test("planDeletion() takes hand-offs along, and refuses runs at work and parts of a run that stays", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const parent = await write(store, host, "parent");
  const child = await write(store, host, "child", { parentRunId: parent.runId });
  const live = await write(store, host, "live", {}, true);
  const boss = await write(store, host, "boss");
  await write(store, host, "busy", { parentRunId: boss.runId }, true);
  await assert.rejects(
    planDeletion(store, [live.runId]),
    /Cannot delete run .*: it is running\. Try: agentop stop/,
  );
  await assert.rejects(planDeletion(store, [boss.runId]), /it is running/);
  await assert.rejects(
    planDeletion(store, [child.runId]),
    /it is work that run .* handed over\. Try: agentop runs delete/,
  );
  await assert.rejects(store.deleteRuns([parent.runId, live.runId]), /it is running/);
  assert.equal((await store.stats()).runs, 5);
  const plan = await planDeletion(store, [parent.runId.slice(-8)]);
  assert.deepEqual(plan.named.map((run) => run.agent), ["parent"]);
  assert.deepEqual(plan.below.map((run) => run.agent), ["child"]);
  assert.equal((await deletePlanned(store, plan)).runs, 2);
  assert.equal((await store.stats()).runs, 3);
});

Deno.test("prune() says what it freed, and the file shrinks by it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    await using store = await openStore(path);
    const host = fakeHost();
    for (let n = 0; n < 30; n++) await write(store, host, `a${n}`);
    await store.indexPending();
    const size = async () => {
      const of = (file: string) => Deno.stat(file).then((it) => it.size, () => 0);
      return await of(path) + await of(`${path}-wal`);
    };
    // Else upkeep may do it between the two measurements.
    {
      using sqlite = new DatabaseSync(path);
      sqlite.exec("pragma wal_checkpoint(truncate)");
    }
    const before = await size();
    const { runs, freedBytes, returnedBytes } = await store.prune({ endedBeforeUs: LATER_US });
    assert.equal(runs, 30);
    assert(freedBytes > 0);
    assert.equal(returnedBytes, before - await size());
    assert(returnedBytes > 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a deletion that is killed in the middle leaves every family whole or gone; the next one sweeps", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    const host = fakeHost();
    {
      await using store = await openStore(path);
      for (let n = 0; n < 130; n++) {
        const parent = await write(store, host, "parent");
        await write(store, host, "child", { parentRunId: parent.runId });
      }
    }
    // Dies with its first statement of the second transaction's deletes: the first hundred runs are gone, their bodies are not.
    const code = `import { openDatabase } from ${
      JSON.stringify(import.meta.resolve("../support/open_database.ts"))
    };
      const { store, sqlite } = await openDatabase(${JSON.stringify(path)});
      sqlite.function("die", () => { Deno.kill(Deno.pid, "SIGKILL"); return 0; });
      sqlite.exec("create temp trigger t after delete on run when (select count(*) from run) < 130 begin select die(); end");
      await store.prune({ endedBeforeUs: ${LATER_US} });`;
    const child = new Deno.Command(Deno.execPath(), { args: ["eval", "--quiet", code], stderr: "piped" });
    const { signal, stderr } = await child.output();
    assert.equal(signal, "SIGKILL", new TextDecoder().decode(stderr));
    await using store = await openStore(path);
    const { runs } = await store.listRuns({ limit: 1000 });
    assert(runs.length > 0 && runs.length < 260);
    assert.deepEqual((await store.verify()).problems, []);
    for (const run of runs.filter(({ agent }) => agent === "parent")) {
      assert.equal((await store.childRuns(run.runId)).length, 1);
    }
    assert.equal(runs.filter(({ agent }) => agent === "child").length, runs.length / 2);
    assert.equal((await store.prune({ endedBeforeUs: LATER_US })).runs, runs.length);
    assert.equal((await store.stats()).bodies, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("verify() names the run whose spans, snapshots, bodies or totals are not what they were", async () => {
  for (
    const [damage, problem] of [
      ["delete from span where position = 2", /span 2 is missing/],
      ["delete from span where position in (2, 3)", /spans 2 to 3 are missing/],
      ["delete from span where kind = 'agent'", /the span above span 1 is missing/],
      ["delete from span where position = (select max(position) from span)", /tool calls 2, by its spans 1/],
      ["delete from snapshot where step = 1", /the snapshot of step 1 is missing/],
      ["delete from snapshot", /the snapshot of step 3 is missing/],
      ["update run set cost_usd = cost_usd + 0.001", /do not add up: cost .*, by its spans/],
      ["update run set input_tokens = 1", /do not add up: input tokens 1, by its spans 114/],
      ["delete from run_usage", /by models and days 0/],
      ["delete from body where id = (select config_body from run)", /the configuration is missing/],
      ["delete from run_message where position = 5", /refers to a missing message/],
    ] as const
  ) {
    await using database = await openDatabase();
    const { store, sqlite } = database;
    const run = await write(store, fakeHost(), "a");
    assert.deepEqual((await store.verify()).problems, []);
    sqlite.exec(damage);
    const { ok, problems } = await store.verify();
    assert.equal(ok, false, damage);
    assert(
      problems.some((it) => problem.test(it) && it.startsWith(`run ${run.runId}: `)),
      `${damage}: ${problems}`,
    );
  }
});

Deno.test("verify() notes forks and hand-offs whose other run is gone, and takes them for sound", async () => {
  await using store = await openStore(MEMORY);
  const host = fakeHost();
  const base = await write(store, host, "base");
  const forked = await fork(store, host, base, "fork");
  await write(store, host, "orphan", { parentRunId: "0199aaaa-0000-7000-8000-000000000000" });
  await store.deleteRuns([base.runId]);
  await store.indexPending();
  const { ok, notes } = await store.verify();
  assert.equal(ok, true);
  assert.deepEqual(notes, [
    `run ${forked.runId}: the run it repeats, ${base.runId}, is not in this store; it is whole without`,
    notes[1],
  ]);
  assert.match(notes[1]!, /the run that handed it over, 0199aaaa-/);
});
