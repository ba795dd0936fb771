import assert from "node:assert/strict";
import { join } from "node:path";
import { type Store, StoreError } from "../../lib/core/mod.ts";
import { ChangeFeed } from "../../lib/store/sqlite/change_feed.ts";
import type { SyncFile } from "../../lib/store/sqlite/disk.ts";
import { sideFolder } from "../../lib/store/sqlite/location.ts";
import { openDatabase, type OpenedDatabase } from "../support/open_database.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents } from "../support/sample_run.ts";

/** A disk that is done when a test says so. */
class SlowDisk {
  readonly #flushes: PromiseWithResolvers<void>[] = [];
  #isHeld = false;
  #begun = Promise.withResolvers<void>();
  flushes = 0;

  readonly sync: SyncFile = async (file) => {
    this.flushes++;
    if (!this.#isHeld) return;
    const flush = Promise.withResolvers<void>();
    this.#flushes.push(flush);
    this.#begun.resolve();
    await flush.promise;
    await file.syncData();
  };

  hold(): void {
    this.#isHeld = true;
  }

  /** Resolves when a flush waits. */
  async begun(): Promise<void> {
    while (this.#flushes.length === 0) {
      await this.#begun.promise;
      this.#begun = Promise.withResolvers();
    }
  }

  letGo(): void {
    this.#isHeld = false;
    for (const flush of this.#flushes.splice(0)) flush.resolve();
  }

  end(error?: Error): void {
    const flush = this.#flushes.shift()!;
    if (error) flush.reject(error);
    else flush.resolve();
  }
}

async function onSlowDisk(
  test: (database: OpenedDatabase, disk: SlowDisk) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const disk = new SlowDisk();
  try {
    await using database = await openDatabase(join(folder, "a.db"), { sync: disk.sync });
    await test(database, disk).finally(() => disk.letGo());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Not ended: it is not read for the index in between. */
function aRun(agent: string) {
  const host = { ...fakeHost(), newId: () => crypto.randomUUID().replaceAll("-", "") };
  return [...sampleEvents({ host, rounds: 0, agent, open: true })];
}

/** Who has been told, in order. */
function noted(told: string[], name: string, write: Promise<void>): Promise<void> {
  return write.then(() => void told.push(name), (error) => void told.push(`${name}: ${error.code}`));
}

const NOTE = (store: Store) =>
  store.saveDiff({
    diffId: "d",
    leftRunId: "a",
    rightRunId: "b",
    createdAtUs: 0,
    overrides: {},
    leftOutput: null,
    rightOutput: null,
    diff: {},
  });

Deno.test("nobody is told of a write before it is on the disk, and who writes meanwhile shares the next flush", async () => {
  await onSlowDisk(async ({ store }, disk) => {
    disk.hold();
    const told: string[] = [];
    const first = noted(told, "first", store.write(aRun("first")));
    await disk.begun();
    const before = disk.flushes;
    const later = [1, 2, 3].map((n) => noted(told, `later ${n}`, store.write(aRun("later"))));
    // What needs no disk goes on: the connection is free.
    assert.equal(await store.countRuns(), 1);
    assert.deepEqual(told, []);
    disk.end();
    await first;
    await disk.begun();
    assert.deepEqual(told, ["first"]);
    assert.equal(disk.flushes, before + 1);
    disk.end();
    await Promise.all(later);
    assert.equal(disk.flushes, before + 1);
    assert.equal(await store.countRuns(), 4);
  });
});

Deno.test("writes outside of runs wait for the disk too", async () => {
  await onSlowDisk(async ({ store }, disk) => {
    disk.hold();
    const told: string[] = [];
    const saved = noted(told, "diff", NOTE(store));
    await disk.begun();
    assert.deepEqual(told, []);
    disk.end();
    await saved;
    assert.deepEqual(told, ["diff"]);
  });
});

Deno.test("a flush that fails fails those who wait for it, and all that write after: nobody knows what the log has kept", async () => {
  await onSlowDisk(async ({ store }, disk) => {
    await store.write(aRun("kept"));
    disk.hold();
    const told: string[] = [];
    const lost = ["a", "b"].map((name) => noted(told, name, store.write(aRun(name))));
    await disk.begun();
    disk.end(Object.assign(new Error("No space left on device"), { code: "ENOSPC" }));
    await Promise.all(lost);
    assert.deepEqual(told, ["a: disk_full", "b: disk_full"]);
    await assert.rejects(
      store.write(aRun("c")),
      (error) => error instanceof StoreError && error.code === "disk_full",
    );
  });
});

Deno.test("a store that is closed while writes wait for the disk closes after them", async () => {
  await onSlowDisk(async ({ store }, disk) => {
    disk.hold();
    const told: string[] = [];
    const first = noted(told, "first", store.write(aRun("first")));
    await disk.begun();
    const second = noted(told, "second", NOTE(store));
    const before = disk.flushes;
    const closed = noted(told, "closed", Promise.resolve(store[Symbol.asyncDispose]()));
    disk.letGo();
    await Promise.all([first, second, closed]);
    assert.deepEqual(told, ["first", "second", "closed"]);
    assert.equal(disk.flushes, before + 1);
  });
});

Deno.test("a write that was waited for while the store closed is told at once: nothing is written after its answer", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    await using database = await openDatabase(path);
    const feed = new ChangeFeed(path, database.sqlite);
    feed.close();
    feed.announce();
    assert.equal(await Deno.readTextFile(join(sideFolder(path), "hint", "pulse")), ".");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
