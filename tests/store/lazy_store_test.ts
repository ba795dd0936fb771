import assert from "node:assert/strict";
import { lazyStore, openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents } from "../support/sample_run.ts";

Deno.test("lazyStore() opens with the first call, once, and calls made meanwhile wait", async () => {
  await using real = await openStore(":memory:");
  const gate = Promise.withResolvers<void>();
  let openings = 0;
  const { store, open } = lazyStore(async () => {
    openings++;
    await gate.promise;
    return real;
  });
  assert.equal(await Promise.resolve(store), store, "it is no promise");
  assert.equal(openings, 0);
  const written = store.write([...sampleEvents({ rounds: 1 })]);
  const opened = open();
  gate.resolve();
  await Promise.all([written, opened]);
  assert.equal(await store.countRuns(), 1);
  assert.equal(openings, 1);
});

Deno.test("lazyStore() tells of changes from the opening on, until it is told not to", async () => {
  await using real = await openStore(":memory:");
  const { store, open } = lazyStore(() => Promise.resolve(real));
  let changes = 0;
  const stop = store.onChange(() => void changes++);
  const never = store.onChange(() => assert.fail("stopped before it was open"));
  never();
  await open();
  const host = fakeHost();
  await store.write([...sampleEvents({ rounds: 1, host })]);
  assert.ok(changes > 0);
  stop();
  const before = changes;
  await store.write([...sampleEvents({ rounds: 1, host })]);
  assert.equal(changes, before);
});

Deno.test("lazyStore() fails every call as the opening does", async () => {
  const { store, open } = lazyStore(() => Promise.reject(new Error("no such file")));
  store.onChange(() => {})();
  await assert.rejects(open(), /no such file/);
  await assert.rejects(store.countRuns(), /no such file/);
});
