import assert from "node:assert/strict";
import { join } from "node:path";
import { StoreError } from "../../lib/core/mod.ts";
import { openStore, openStoreInWorker } from "../../lib/store/mod.ts";
import { sampleEvents } from "../support/sample_run.ts";

Deno.test("openStoreInWorker() answers like the store itself, errors and changes included", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    await using remote = await openStoreInWorker(path);
    const changed = Promise.withResolvers<void>();
    const stop = remote.onChange(() => changed.resolve());
    const events = [...sampleEvents({ rounds: 3 })];
    await remote.write(events);
    await changed.promise;
    stop();
    assert(events[0]?.type === "run_start");
    const { traceId, runId } = events[0].run;
    await using local = await openStore(path);
    assert.deepEqual(await remote.loadTrace(traceId), await local.loadTrace(traceId));
    assert.deepEqual(await remote.listRuns({ limit: 5 }), await local.listRuns({ limit: 5 }));
    assert.deepEqual(await remote.costBy("model"), await local.costBy("model"));
    assert.equal((await remote.resolveRun("last")).runId, runId);
    await assert.rejects(remote.resolveRun("ffffffff"), {
      name: "AgentOpError",
      message: 'Cannot find run "ffffffff": no run has this id. Try: agentop runs',
      reason: 'Cannot find run "ffffffff": no run has this id',
      remedy: "agentop runs",
      exitCode: 2,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openStoreInWorker() refuses what the store refuses", async () => {
  await assert.rejects(
    openStoreInWorker("/no/such/folder/a.db"),
    (error: unknown) =>
      error instanceof StoreError && error.code === "missing_folder" && error.exitCode === 2 &&
      error.remedy?.startsWith("create the folder") === true &&
      error.message === `${error.reason}. Try: ${error.remedy}`,
  );
});

Deno.test("openStoreInWorker() refuses calls once it is closed, which nobody would answer", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const remote = await openStoreInWorker(join(folder, "agentop.db"));
    await remote[Symbol.asyncDispose]();
    await remote[Symbol.asyncDispose]();
    await assert.rejects(remote.countRuns(), /Cannot use the store: it is closed/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
