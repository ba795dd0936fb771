import assert from "node:assert/strict";
import { join } from "node:path";
import { openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents } from "../support/sample_run.ts";

Deno.test("what is asked of a run is heard at its first look, whichever connection asked since it was written", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    await using own = await openStore(path);
    await using other = await openStore(path);
    const host = { ...fakeHost(), newId: () => crypto.randomUUID().replaceAll("-", "") };
    for (const asking of [own, other]) {
      const [begun] = [...sampleEvents({ host, rounds: 0, open: true })];
      assert(begun?.type === "run_start");
      const { traceId } = begun.run;
      await own.write([begun], { claim: true });
      await asking.requestControl(traceId, "pause");
      assert.deepEqual((await own.takeControl(traceId)).map((it) => it.action), ["pause"]);
      assert.deepEqual(await own.takeControl(traceId), []);
      await own.releaseRun(traceId);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
