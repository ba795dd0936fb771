import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { StoreError } from "../../lib/core/mod.ts";
import { openStore, repairStore } from "../../lib/store/mod.ts";
import { graded, keepExperiment } from "../support/experiments.ts";
import { fakeHost } from "../support/fake_host.ts";

/** A store with two experiments of the same form and two baselines, in one file. */
async function suites(path: string): Promise<readonly string[]> {
  const host = fakeHost();
  await using store = await openStore(path, { host });
  const ids: string[] = [];
  for (const suite of ["changed", "whole"]) {
    const { experimentId } = await keepExperiment(store, host, {
      suite,
      variants: ["a", "b"],
      cases: ["one", "two"],
      repeats: 2,
      scorers: ["exact"],
      result: (variant) => ({ scores: [graded("exact", variant === "a" ? 1 : 0)], usd: 0 }),
    });
    ids.push(experimentId);
  }
  const [{ runId } = { runId: "" }] = await store.experimentResults(ids[0]!);
  await store.saveBaseline({ name: "good", runId, createdAtUs: 7 });
  await store.saveBaseline({ name: "other", runId, createdAtUs: 8 });
  await store.indexPending();
  return ids;
}

async function inFolder(work: (path: string, ids: readonly string[], folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    await work(path, await suites(path), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function change(path: string, statement: string): void {
  using database = new DatabaseSync(path);
  database.exec("pragma foreign_keys = off");
  assert(Number(database.prepare(statement).run().changes) > 0, statement);
}

const isDamaged = (error: unknown) =>
  error instanceof StoreError && error.code === "damaged" &&
  /experiment .* not what was written/.test(error.message);

Deno.test("a result, a case or a row of an experiment that was changed is found, and reads as damaged; others are read", async (t) => {
  const changes = [
    [
      "update eval_result set passed = 1 - passed where experiment_no = 1 and variant = 0",
      "experimentResults",
    ],
    [
      "update eval_result set duration_ms = duration_ms * 2 where experiment_no = 1 and repeat = 1",
      "experimentResults",
    ],
    [
      "update eval_result set run_no = run_no + 1 where experiment_no = 1 and variant = 1",
      "experimentResults",
    ],
    ["delete from eval_result where experiment_no = 1 and variant = 1 and repeat = 2", "experimentResults"],
    ["delete from eval_result where experiment_no = 1", "experimentResults"],
    ["update eval_case set case_id = 'three' where experiment_no = 1 and position = 1", "experimentCases"],
    ["update eval_case set hash = zeroblob(16) where experiment_no = 1 and position = 0", "experimentCases"],
    ["delete from eval_case where experiment_no = 1 and position = 1", "experimentCases"],
    ["update experiment set passed = passed + 1 where id = 1", "resolveExperiment"],
    ["update experiment set suite = 'other' where id = 1", "resolveExperiment"],
    ["update experiment set plan = replace(plan, 'evals/', 'eval/') where id = 1", "resolveExperiment"],
  ] as const;
  await inFolder(async (sound, [first, second], folder) => {
    for (const [at, [statement, read]] of changes.entries()) {
      await t.step(statement, async () => {
        const path = join(folder, `${at}.db`);
        await Deno.copyFile(sound, path);
        change(path, statement);
        await using store = await openStore(path);
        const { problems } = await store.verify();
        assert.equal(problems.length, 1);
        assert.match(problems[0]!, new RegExp(`^experiment .*${first!.slice(-4)}.* not what was written$`));
        await assert.rejects(store[read](first!), isDamaged);
        await assert.rejects(store.experimentOverview({ experiments: [first!] }), isDamaged);
        assert.equal((await store.experimentResults(second!)).length, 8);
        assert.equal((await store.experimentCases(second!)).length, 2);
        assert.equal((await store.resolveExperiment(second!)).experiment.passed, 4);
        assert.equal((await store.experimentOverview({ experiments: [second!] })).experiments.length, 1);
      });
    }
  });
});

Deno.test("a baseline that was changed is found, and reads as damaged; others are read", async () => {
  await inFolder(async (path) => {
    for (const statement of ["run_id = upper(run_id) || 'x'", "created_us = 9", "digest = zeroblob(9)"]) {
      change(path, `update baseline set ${statement} where name = 'good'`);
      await using store = await openStore(path);
      assert.deepEqual((await store.verify()).problems, ["baseline good: it is not what was written"]);
      const [good, other] = await store.listBaselines();
      assert.deepEqual(good, { name: "good", runId: "", createdAtUs: 0, isDamaged: true });
      assert.equal(other!.createdAtUs, 8);
      await store.saveBaseline({ name: "good", runId: other!.runId, createdAtUs: 10 });
      assert.equal((await store.listBaselines())[0]!.isDamaged, undefined);
      assert.equal((await store.verify()).ok, true);
    }
  });
});

Deno.test("an experiment has a digest once it has ended, which holds when runs of it are deleted", async () => {
  await inFolder(async (path, [first]) => {
    await using store = await openStore(path);
    assert.deepEqual((await store.verify()).uncovered.experiments, 0);
    const [result] = await store.experimentResults(first!);
    await store.deleteRuns([result!.runId]);
    const { ok, uncovered } = await store.verify();
    assert.deepEqual([ok, uncovered.experiments], [true, 0]);
    assert.equal((await store.experimentResults(first!)).length, 7);
  });
  await inFolder(async (path, [first]) => {
    change(path, "update eval_result set duration_ms = 1 where experiment_no = 1 and variant = 0");
    await using store = await openStore(path);
    const [run] = (await store.listRuns({ filter: { group: first! } })).runs;
    await store.deleteRuns([run!.runId]);
    assert.equal((await store.verify()).ok, false, "what was damaged stays so");
  });
});

Deno.test("what is from before digests is read, and said not to be covered", async () => {
  await inFolder(async (path, [first]) => {
    change(path, "update experiment set digest = null");
    change(path, "update baseline set digest = null where name = 'good'");
    await using store = await openStore(path);
    const { ok, uncovered, notes } = await store.verify();
    assert.deepEqual([ok, uncovered.experiments, uncovered.baselines], [true, 2, 1]);
    assert.match(notes[0]!, /2 experiments, 1 baseline/);
    assert.equal((await store.experimentResults(first!)).length, 8);
  });
});

Deno.test("repairStore() keeps digests of whole experiments, and says which are not", async () => {
  await inFolder(async (path, [first, second], folder) => {
    const whole = join(folder, "whole.db");
    assert.deepEqual((await repairStore(path, whole)).notes, []);
    {
      await using store = await openStore(whole);
      const { ok, uncovered } = await store.verify();
      assert.deepEqual([ok, uncovered.experiments, uncovered.baselines], [true, 0, 0]);
    }
    change(path, "update eval_case set case_id = 'three' where experiment_no = 1 and position = 1");
    change(path, "update baseline set created_us = 9 where name = 'good'");
    const saved = join(folder, "saved.db");
    const { notes } = await repairStore(path, saved);
    assert.deepEqual(notes, [
      "1 experiment is not whole, or not what was written",
      "1 baseline of suites could not be read",
    ]);
    await using store = await openStore(saved);
    const { ok, uncovered } = await store.verify();
    assert.deepEqual([ok, uncovered.experiments], [true, 1]);
    assert.equal((await store.experimentResults(first!)).length, 8);
    assert.equal((await store.experimentResults(second!)).length, 8);
    assert.deepEqual((await store.listBaselines()).map(({ name }) => name), ["other"]);
  });
});
