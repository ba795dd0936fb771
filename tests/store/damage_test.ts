import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import fc from "fast-check";
import { seeded } from "../../tasks/soak/mutate.ts";
import { openStore, repairStore } from "../../lib/store/mod.ts";
import { flips, look, varied, withExperiment } from "../support/damaged_store.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function report(path: string) {
  await using store = await openStore(path);
  return await store.verify();
}

Deno.test("verify() finds every flipped bit that changes what a run says, and reading never throws a raw error", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.db");
    await varied(path, 3);
    await withExperiment(path);
    let changed = 0;
    for await (const flip of flips(path, 40, seeded(12))) {
      assert.deepEqual(flip.raw, [], `bit ${flip.bit}`);
      if (flip.changed) changed++;
      assert(flip.found || !flip.changed, `bit ${flip.bit} changed a run and was not found`);
    }
    assert(changed > 0);
  });
});

Deno.test("verify() finds any value of a run, an evaluation or a difference that another has taken the place of", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.db");
    await varied(path, 2);
    assert.equal((await report(path)).ok, true);
    const changes = [
      "update run set agent = 'other' where id = 1",
      "update run set prompt = '\"other\"' where id = 1",
      "update run set start_us = start_us + 1 where id = 1",
      "update run set tags = '{}' where id = 1",
      "update span set name = 'other' where run_no = 1 and position = 1",
      "update span set end_us = end_us + 1 where run_no = 1 and position = 1",
      "update span set attributes = '{}' where run_no = 1 and attributes is not null",
      "update run_message set at_us = at_us + 1 where run_no = 1 and position = 0",
      "update snapshot set created_us = created_us + 1 where run_no = 1",
      "update run_usage set output_tokens = output_tokens + 1 where run_no = 1",
      "update evaluation set value = 0.75 where run_no = 1",
      "update evaluation set name = 'other' where run_no = 1",
      "update diff set diff_json = '{}'",
      "update body set length = length + 1 where id = 1",
    ];
    for (const change of changes) {
      const copy = join(folder, `${crypto.randomUUID()}.db`);
      await Deno.copyFile(path, copy);
      {
        using database = new DatabaseSync(copy);
        database.exec("pragma foreign_keys = off");
        const { changes: rows } = database.prepare(change).run();
        assert(Number(rows) > 0, change);
      }
      assert.equal((await report(copy)).ok, false, change);
    }
  });
});

Deno.test("a run's digest holds over late evaluations, and is taken anew when the run goes on", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.db");
    await varied(path, 1);
    await using store = await openStore(path);
    const { runs: [run] } = await store.listRuns();
    const { traceId } = run!;
    const verified = async () => {
      const { ok, problems, uncovered } = await store.verify();
      assert.deepEqual([ok, problems], [true, []]);
      return uncovered.runs;
    };
    await store.write([{
      type: "evaluation",
      evaluation: { evalId: "e9", traceId, name: "late", label: "a\0b", source: "person", createdAtUs: 9 },
    }]);
    assert.equal(await verified(), 0);
    await store.write([{ type: "run_update", traceId, change: { output: "another" } }]);
    await verified();
    await store.indexPending();
    assert.equal(await verified(), 0);
  });
});

Deno.test("what an older release wrote is not said to be covered", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.db");
    await varied(path, 2);
    {
      using database = new DatabaseSync(path);
      database.exec("update run set digest = null where id = 1; update evaluation set digest = null");
    }
    const { ok, uncovered, notes } = await report(path);
    assert.deepEqual([ok, uncovered], [true, {
      runs: 1,
      evaluations: 2,
      differences: 0,
      experiments: 0,
      baselines: 0,
    }]);
    assert.match(notes[0]!, /^without a digest \(1 run, 2 evaluations; /);
  });
});

Deno.test("repairStore() saves every run of a sound store as it is, and leaves the store alone", async () => {
  await inFolder(async (folder) => {
    const [path, target] = [join(folder, "a.db"), join(folder, "new.db")];
    await varied(path, 3);
    const bytes = await Deno.readFile(path);
    const before = await look(path);
    const { runs, notes } = await repairStore(path, target);
    assert.deepEqual(runs.map(({ isKept, lost }) => [isKept, lost]), Array(3).fill([true, []]));
    assert.deepEqual(notes, []);
    assert.deepEqual(await Deno.readFile(path), bytes);
    const after = await look(target);
    assert.deepEqual([...after.documents], [...before.documents]);
    assert.equal(after.isSound, true);
    if (Deno.build.os !== "windows") assert.equal((await Deno.stat(target)).mode! & 0o777, 0o600);
    await assert.rejects(repairStore(path, target), /Cannot repair .*: the file exists/);
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
      name.includes("repair")
    );
    assert.deepEqual(left, []);
  });
});

Deno.test({
  name:
    "repairStore() reads no pipe in the place of a log, and sweeps what earlier repairs that were killed have left",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const [path, target, left] = [
        join(folder, "a.db"),
        join(folder, "new.db"),
        join(folder, ".agentop-repair-x"),
      ];
      await varied(path, 1);
      await Deno.mkdir(left);
      await Deno.utime(left, 0, 0);
      const fresh = join(folder, ".agentop-repair-y");
      await Deno.mkdir(fresh);
      await new Deno.Command("mkfifo", { args: [`${path}-wal`] }).output();
      await assert.rejects(repairStore(path, target), /a\.db-wal is a pipe, a device or a folder/);
      await Deno.remove(`${path}-wal`);
      await repairStore(path, target);
      assert.deepEqual(
        [left, fresh].map((it) => [...Deno.readDirSync(folder)].some(({ name }) => it.endsWith(name))),
        [false, true],
      );
    }),
});

Deno.test("repairStore() saves what can be read of any damage: the copy verifies, and whole runs are what they were", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.db");
    await varied(path, 3);
    const sound = await Deno.readFile(path);
    const before = await look(path);
    const pages = sound.length / 8192;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("zero", "junk", "cut"),
        fc.integer({ min: 1, max: pages - 1 }),
        async (kind, page) => {
          const [damaged, target] = [crypto.randomUUID(), crypto.randomUUID()].map((it) => join(folder, it));
          const bytes = sound.slice(0, kind === "cut" ? page * 8192 + 100 : sound.length);
          if (kind !== "cut") bytes.fill(kind === "zero" ? 0 : 0x5a, page * 8192, (page + 1) * 8192);
          await Deno.writeFile(damaged!, bytes);
          const saved = await repairStore(damaged!, target!).catch((error) => {
            // Only where the tables themselves cannot be found.
            assert.match(error.message, /^Cannot repair [^\n]*: the file is damaged\. Try: [^\n]*$/);
          });
          if (!saved) return;
          const after = await look(target!);
          assert.deepEqual([after.isSound, after.raw], [true, []]);
          if (saved.notes.length > 0) return;
          for (const { runId, lost } of saved.runs) {
            if (lost.length === 0) assert.equal(after.documents.get(runId), before.documents.get(runId));
          }
        },
      ),
      { numRuns: 4 },
    );
  });
});
