import assert from "node:assert/strict";
import { join } from "node:path";
import { RecordedRuns } from "../../lib/app/recorded_runs.ts";

const run = (id: number) => ({
  runId: `run-${id}`,
  traceId: id.toString(16).padStart(32, "0"),
  config: { name: "a", id },
});

async function inHome(work: (home: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(join(folder, "home"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("RecordedRuns knows a run with its configuration, whatever store it is asked from", () =>
  inHome(async (home) => {
    await new RecordedRuns(home, "/a.db").add(run(1));
    const other = new RecordedRuns(home, "/b.db");
    assert.equal(await other.has(run(1)), true);
    assert.equal(await other.has({ ...run(1), config: { name: "a", id: 1, approve: "auto" } }), false);
    assert.equal(await other.has(run(2)), false);
  }));

Deno.test("forget() drops what this store lost, keeps other stores' runs and lines of old", () =>
  inHome(async (home) => {
    const [one, other] = [new RecordedRuns(home, "/a.db"), new RecordedRuns(home, "/b.db")];
    await one.add(run(1));
    await one.add(run(2));
    await other.add(run(3));
    const path = join(home, "recorded_runs");
    const [first] = (await Deno.readTextFile(path)).split(" ");
    await Deno.writeTextFile(path, `${first}x\n`, { append: true });
    await one.forget((traceId) => Promise.resolve(traceId === run(1).traceId));
    assert.deepEqual([await one.has(run(1)), await one.has(run(2)), await one.has(run(3))], [
      false,
      true,
      true,
    ]);
    assert.equal((await Deno.readTextFile(path)).split("\n").length, 4);
    await one.forget(() => Promise.resolve(true));
    assert.equal(await other.has(run(3)), true);
  }));

Deno.test("no run is lost that is added while others are forgotten", () =>
  inHome(async (home) => {
    const runs = new RecordedRuns(home, "/a.db");
    for (let id = 0; id < 50; id++) await runs.add(run(id));
    const added = Array.from({ length: 50 }, (_, at) => run(100 + at));
    const isOld = (traceId: string) => Promise.resolve(parseInt(traceId, 16) < 100);
    await Promise.all([...added.map((it) => runs.add(it)), runs.forget(isOld), runs.forget(isOld)]);
    for (const it of added) assert.equal(await runs.has(it), true, it.runId);
  }));
