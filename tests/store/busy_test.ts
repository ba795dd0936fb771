import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Store, StoreError } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { WriteTurns } from "../../lib/store/sqlite/turns.ts";
import { fakeHost } from "../support/fake_host.ts";
import { openDatabase } from "../support/open_database.ts";
import { sampleEvents } from "../support/sample_run.ts";

async function withStorePath(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(join(folder, "a.db"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function anotherRun(agent: string) {
  const host = { ...fakeHost(), newId: () => crypto.randomUUID().replaceAll("-", "") };
  return [...sampleEvents({ host, rounds: 0, agent })];
}

Deno.test("events of a run wait for as long as somebody holds the store, and are written then", async () => {
  await withStorePath(async (path) => {
    await using database = await openDatabase(path, { busyMs: 1 });
    const other = new DatabaseSync(path);
    other.exec("begin immediate");
    const written = database.store.write(anotherRun("patient")).then(() => "written", (error) => error);
    // A write that belongs to no run gives up, after the run's has been refused.
    const error = await database.store.saveDiff({
      diffId: "d",
      leftRunId: "a",
      rightRunId: "b",
      createdAtUs: 0,
      overrides: {},
      leftOutput: null,
      rightOutput: null,
      diff: {},
    }).catch((error) => error);
    assert(error instanceof StoreError && error.code === "locked", String(error));
    assert.equal(await Promise.race([written, Promise.resolve("waits")]), "waits");
    other.exec("rollback");
    other.close();
    assert.equal(await written, "written");
    assert.equal(await database.store.countRuns(), 1);
  });
});

Deno.test("many writers take turns: none is refused, and none gets far ahead", async () => {
  await withStorePath(async (path) => {
    const WRITERS = 24;
    const WRITES = 10;
    const stores: Store[] = [];
    for (let i = 0; i < WRITERS; i++) stores.push(await openStore(path));
    const done = stores.map(() => 0);
    let aheadMost = 0;
    await Promise.all(stores.map(async (store, index) => {
      for (let i = 0; i < WRITES; i++) {
        await store.write(anotherRun(`w${index}`));
        done[index]!++;
        aheadMost = Math.max(aheadMost, done[index]! - Math.min(...done));
      }
    }));
    assert.equal(await stores[0]!.countRuns(), WRITERS * WRITES);
    assert(aheadMost < WRITES, "one had finished before another began");
    for (const store of stores) await store[Symbol.asyncDispose]();
  });
});

Deno.test("WriteTurns excludes, also those of other connections, and goes on after one that closed", async () => {
  await withStorePath(async (path) => {
    const turns = Array.from({ length: 6 }, () => new WriteTurns(path));
    let inside = 0;
    await Promise.all(turns.map(async (mine) => {
      for (let i = 0; i < 20; i++) {
        await mine.take();
        assert.equal(++inside, 1);
        await new Promise((resolve) => setTimeout(resolve, 0));
        inside--;
        mine.give();
      }
    }));
    await turns[0]!.take();
    const next = turns[1]!.take();
    turns[0]!.close();
    await next;
    for (const mine of turns) mine.close();
  });
});
