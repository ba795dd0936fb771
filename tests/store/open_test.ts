import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { StoreError } from "../../lib/core/mod.ts";
import { MEMORY, openReadOnly, openStore, storeVersion } from "../../lib/store/mod.ts";
import { ChangeFeed } from "../../lib/store/sqlite/change_feed.ts";
import { openConnection } from "../../lib/store/sqlite/open.ts";
import { fakeHost } from "../support/fake_host.ts";
import { openDatabase } from "../support/open_database.ts";
import { sampleEvents } from "../support/sample_run.ts";

const CHILD = new URL("./fixtures/child.ts", import.meta.url).pathname;

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function refused(path: string, code: string): Promise<void> {
  await assert.rejects(openStore(path), (error: unknown) => {
    assert(error instanceof StoreError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, /^Cannot open the store .+: .+\. Try: .+$/);
    assert.equal(error.message.split("\n").length, 1);
    return true;
  });
}

async function sample(path: string): Promise<string> {
  await using store = await openStore(path);
  const events = [...sampleEvents({ rounds: 2 })];
  await store.write(events);
  assert(events[0]?.type === "run_start");
  return events[0].run.traceId;
}

Deno.test("openStore() finds again what another connection wrote", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    const traceId = await sample(path);
    await using store = await openStore(path);
    assert.equal((await store.getRun(traceId))?.status, "completed");
  });
});

Deno.test("openStore() refuses what is no store, in one line, and leaves it as it was", async () => {
  await withFolder(async (folder) => {
    const text = join(folder, "notes.txt");
    await Deno.writeTextFile(
      text,
      "this is not a database, and long enough to be read as a header".repeat(20),
    );
    await refused(text, "not_a_database");
    assert.match(await Deno.readTextFile(text), /^this is not/);
    const other = join(folder, "other.db");
    const db = new DatabaseSync(other);
    db.exec("create table theirs(x)");
    db.close();
    await refused(other, "foreign");
    for (const theirs of ["user_version = 9", "application_id = 7"]) {
      const db = new DatabaseSync(other);
      db.exec(`pragma ${theirs}`);
      db.close();
      const before = await Deno.readFile(other);
      await refused(other, "foreign");
      await assert.rejects(() => storeVersion(other), /another program/);
      await assert.rejects(openReadOnly(other), /another program/);
      assert.deepEqual(await Deno.readFile(other), before);
    }
    await refused(join(folder, "missing", "a.db"), "missing_folder");
    await refused(folder, "not_a_database");
  });
});

Deno.test("openStore() brings a store of an older release up to date once, and keeps a copy of it", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    const old = gunzipSync(await Deno.readFile(new URL("../fixtures/stores/0.1.0.db.gz", import.meta.url)));
    await Deno.writeFile(path, old);
    await using store = await openStore(path);
    const { schemaVersion, runs } = await store.stats();
    assert(schemaVersion > 1 && runs === 19, `${schemaVersion} ${runs}`);
    await sample(path);
    const copies = [...Deno.readDirSync(folder)].filter((it) => it.name.startsWith("a.db.backup-v1-"));
    assert.equal(copies.length, 1);
    const copy = new DatabaseSync(join(folder, copies[0]!.name), { readOnly: true });
    assert.equal(copy.prepare("pragma user_version").get()?.["user_version"], 1);
    assert.equal(copy.prepare("select count(*) as n from run").get()?.["n"], 19);
    copy.close();
  });
});

Deno.test("openStore() goes on with a first migration that was cut short", async () => {
  await withFolder(async (folder) => {
    const noted = join(folder, "noted.db");
    const traceId = await sample(noted);
    const almost = new DatabaseSync(noted);
    almost.exec("pragma user_version = 0"); // killed before the version was noted
    almost.close();
    await using store = await openStore(noted);
    assert.equal((await store.getRun(traceId))?.status, "completed");

    const begun = join(folder, "begun.db");
    const db = new DatabaseSync(begun); // killed before the first table of ours
    db.exec(
      "create table kysely_migration (name varchar(255) not null primary key, timestamp varchar(255) not null)",
    );
    db.close();
    await sample(begun);
  });
});

Deno.test("openStore() refuses a newer schema", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    await sample(path);
    const db = new DatabaseSync(path);
    db.exec("pragma user_version = 99");
    db.close();
    await refused(path, "newer_schema");
  });
});

Deno.test("a store on a network file system is refused", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    await assert.rejects(
      openConnection(path, { fileSystemOf: () => 0x6969 }),
      (error: unknown) => error instanceof StoreError && error.code === "network",
    );
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("two versions at once: an update waits for runs of the older one, which writes no more after it", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    const traceId = await sample(path);
    {
      await using older = await openStore(path);
      assert.equal(await older.claimRun(traceId), true);
      const db = new DatabaseSync(path);
      db.exec("pragma user_version = 9; pragma application_id = 0");
      db.close();
      await refused(path, "older_at_work");
    }
    const db = new DatabaseSync(path);
    db.exec("pragma user_version = 10");
    await using older = await openStore(path);
    db.exec("pragma user_version = 99"); // as a newer one leaves it
    db.close();
    await assert.rejects(
      older.write([...sampleEvents({ rounds: 0, agent: "late" })]),
      (error: unknown) => error instanceof StoreError && error.code === "newer_schema",
    );
    assert.equal(await older.countRuns(), 1);
  });
});

Deno.test("a store that is deleted or replaced under a run takes no more writes", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    await using store = await openStore(path);
    await store.write([...sampleEvents({ rounds: 0 })]);
    await Deno.rename(path, join(folder, "elsewhere.db"));
    const again = [...sampleEvents({ rounds: 0, agent: "late" })];
    const isGone = (error: unknown) => error instanceof StoreError && error.code === "gone";
    await assert.rejects(store.write(again), isGone);
    await Deno.writeTextFile(path, "");
    await assert.rejects(store.write(again), isGone);
  });
});

Deno.test("a store that cannot be read any more does not throw at those who listen for changes", () => {
  const broken = {
    prepare: () => ({
      get: () => {
        throw new Error("disk I/O error");
      },
    }),
  } as unknown as DatabaseSync;
  const feed = new ChangeFeed(MEMORY, broken);
  const stop = feed.listen(() => {});
  feed.announce();
  stop();
  const folder = Deno.makeTempDirSync();
  const shared = new ChangeFeed(join(folder, "a.db"), broken);
  shared.listen(() => {})();
  shared.close();
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("search finds runs however many are not indexed yet", async () => {
  await using store = await openStore(MEMORY);
  for (let n = 0; n < 205; n++) {
    const host = { ...fakeHost(), newId: () => crypto.randomUUID().replaceAll("-", "") };
    await store.write([...sampleEvents({ host, rounds: 0, agent: n === 0 ? "needle" : "hay", open: true })]);
  }
  assert.equal(await store.countRuns({ text: "needle" }), 1);
});

Deno.test("a damaged store is named as such", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    const traceId = await sample(path);
    const data = await Deno.readFile(path);
    for (let at = 100; at < 40_000 && at < data.length; at++) data[at] = at % 251;
    await Deno.writeFile(path, data);
    await assert.rejects(async () => {
      await using store = await openStore(path);
      await store.loadTrace(traceId);
    }, (error: unknown) => error instanceof StoreError && error.code === "damaged");
  });
});

Deno.test("a full disk is reported, and what was acknowledged stays", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    const traceId = await sample(path);
    await using database = await openDatabase(path);
    const { store, sqlite } = database;
    const pages = Number(sqlite.prepare("pragma page_count").get()?.["page_count"]);
    sqlite.exec(`pragma max_page_count = ${pages}`);
    const host = { ...fakeHost(), newId: () => crypto.randomUUID().replaceAll("-", "") };
    const big = [...sampleEvents({ host, rounds: 40, text: (n) => crypto.randomUUID().repeat(60) + n })];
    await assert.rejects(
      store.write(big),
      (error: unknown) =>
        error instanceof StoreError && error.code === "disk_full" && error.message.includes(path),
    );
    assert.equal((await store.verify()).ok, true);
    assert.equal((await store.getRun(traceId))?.status, "completed");
    assert.equal(await store.countRuns(), 1);
  });
});

Deno.test("backupTo() copies a store that opens, and never overwrites", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    const traceId = await sample(path);
    {
      await using store = await openStore(path);
      await store.backupTo(join(folder, "copy.db"));
      await assert.rejects(store.backupTo(join(folder, "copy.db")), /the file exists/);
    }
    await using copy = await openStore(join(folder, "copy.db"));
    assert.equal((await copy.getRun(traceId))?.status, "completed");
  });
});

Deno.test("backupTo() leaves nothing of a store that does not verify", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    await sample(path);
    const db = new DatabaseSync(path);
    const { page } = db.prepare("select rootpage as page from sqlite_master where name = 'run_start'").get()!;
    db.prepare("pragma wal_checkpoint(truncate)").get();
    db.close();
    const data = await Deno.readFile(path);
    data[(Number(page) - 1) * 8192 + 4]! ^= 1; // how many entries the index has
    await Deno.writeFile(path, data);
    await using store = await openStore(path);
    await assert.rejects(store.backupTo(join(folder, "copy.db")), /Cannot back up to .*copy\.db: .*damaged/);
    const left = [...Deno.readDirSync(folder)].map((it) => it.name).filter((it) => it.startsWith("copy"));
    assert.deepEqual(left, []);
  });
});

Deno.test("a backup that is killed leaves no file under its name", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    const copies = join(folder, "copies");
    await Deno.mkdir(copies);
    {
      await using store = await openStore(path);
      const noise = () => Array.from({ length: 60 }, () => crypto.randomUUID()).join("");
      await store.write([...sampleEvents({ rounds: 60, text: noise })]);
    }
    using watcher = Deno.watchFs(copies);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--quiet", "--allow-read", "--allow-write", CHILD, "backup", path]
        .concat(join(copies, "copy.db")),
    }).spawn();
    for await (const { paths } of watcher) {
      if (!paths.some((it) => it.includes("copy.db"))) continue;
      child.kill("SIGKILL"); // its first sign
      break;
    }
    await child.status;
    const target = join(copies, "copy.db");
    if (!await Deno.stat(target).then(() => true, () => false)) return;
    await using copy = await openStore(target); // it was faster
    assert.equal((await copy.verify()).ok, true);
  });
});
