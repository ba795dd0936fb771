import assert from "node:assert/strict";
import { join } from "node:path";
import { type Store, StoreError } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { TestAgency } from "../support/test_agency.ts";

/** The store once its disk is full: what is written after the first event is refused. */
function filledUp(store: Store): Store {
  let writes = 0;
  return new Proxy(store, {
    get(target, method: keyof Store) {
      if (method === "write" && writes++ > 0) {
        return () =>
          Promise.reject(new StoreError("disk_full", "Cannot write to the store: the disk is full"));
      }
      const found = target[method];
      return typeof found === "function" ? (found as () => unknown).bind(target) : found;
    },
  });
}

Deno.test("a run that could not begin on a full disk is interrupted, not queued for ever", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    {
      const store = await openStore(path);
      await using agency = await TestAgency.open({ store: filledUp(store) });
      const config = await agency.agent("model: mistral-small-latest\n");
      await assert.rejects(agency.runner.run(config, { prompt: "go" }), /the disk is full/);
      await store[Symbol.asyncDispose]();
    }
    await using store = await openStore(path);
    assert.deepEqual((await store.listRuns()).runs.map((run) => run.status), ["queued"]);
    assert.equal(await store.recoverInterrupted(), 1);
    assert.deepEqual((await store.listRuns()).runs.map((run) => run.status), ["interrupted"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
