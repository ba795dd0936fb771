import assert from "node:assert/strict";
import { join } from "node:path";
import { seeded } from "../../tasks/soak/mutate.ts";
import { openStore } from "../../lib/store/mod.ts";
import { CliHome } from "../support/cli.ts";
import { cutOff, openDamagedLog } from "../support/damaged_log.ts";
import { varied } from "../support/damaged_store.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a damaged write-ahead log opens to what was written up to some write, and what is missing is counted", async () => {
  await inFolder(async (folder) => {
    const store = await cutOff(folder);
    const random = seeded(3);
    let lost = 0;
    for (const kind of ["cut", "flip", "zero"] as const) {
      for (let n = 0; n < 8; n++) lost += await openDamagedLog(store, kind, random);
    }
    assert(lost > 0);
  });
});

Deno.test("a log that is gone is said by every command, by doctor and by verify, with its run, until it is forgotten", async () => {
  await inFolder(async (folder) => {
    const { events } = await cutOff(folder);
    await using home = await CliHome.create();
    await Deno.copyFile(join(folder, "a.db"), home.storePath);
    await Deno.mkdir(`${home.storePath}-live`);
    for await (const { name } of Deno.readDir(join(folder, "a.db-live"))) {
      await Deno.copyFile(join(folder, "a.db-live", name), join(`${home.storePath}-live`, name));
    }
    assert(events[0]!.type === "run_start");
    const line = `the store lost its last writes: ${events.length} acknowledged writes are missing ` +
      `(run ${events[0]!.run.traceId})`;
    for (let n = 0; n < 2; n++) {
      const runs = await home.run(["runs"]);
      assert.equal(runs.stderr.includes(`agentop: ${line}. Try: `), true, runs.stderr);
    }
    const verified = await home.run(["db", "verify", "--json"]);
    assert.deepEqual([verified.code, verified.json().problems], [1, [line]]);
    const doctor = await home.run(["doctor"]);
    assert(doctor.stdout.replaceAll(/\s+/g, " ").includes("acknowledged writes are missing"), doctor.stdout);
    const forgotten = await home.run(["db", "verify", "--forget-lost"]);
    assert.equal(forgotten.code, 0, forgotten.stdout);
    assert.doesNotMatch((await home.run(["runs"])).stderr, /lost/);
  });
});

Deno.test("nothing is said to be lost after a backup takes the store's place, a copy, a prune, or writes of two at once", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.db");
    await varied(path, 2);
    const backup = join(folder, "backup.db");
    {
      await using store = await openStore(path);
      await store.backupTo(backup);
    }
    await varied(path, 2); // goes on after the backup
    {
      await using here = await openStore(path);
      await using there = await openStore(path);
      const { runs } = await here.listRuns();
      for (let n = 0; n < 6; n++) {
        const evaluation = {
          evalId: `n${n}`,
          traceId: runs[0]!.traceId,
          name: "n",
          source: "x",
          createdAtUs: n,
        };
        await (n % 2 === 0 ? here : there).write([{ type: "evaluation", evaluation }]);
      }
      await here.prune({ endedBeforeUs: runs[0]!.startTimeUs, keepScored: false });
    }
    const lostIn = async (path: string) => {
      await using store = await openStore(path);
      return await store.lostWrites();
    };
    assert.deepEqual(await lostIn(path), []);
    const copy = join(folder, "copy.db");
    await Deno.copyFile(path, copy);
    assert.deepEqual(await lostIn(copy), []);
    // The older backup, written over the store itself.
    await Deno.writeFile(path, await Deno.readFile(backup));
    assert.deepEqual(await lostIn(path), []);
  });
});
