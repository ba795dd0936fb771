import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ChangeFeed } from "../../lib/store/sqlite/change_feed.ts";

/** Many times what makes a feed stop waiting for hints. */
const COMMITS = 30;

Deno.test("ChangeFeed hears of every last commit of another connection, also of one that commits all the time, and of the next after a rest", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "a.db");
  using here = new DatabaseSync(path);
  here.exec("pragma journal_mode = wal; create table t (n integer)");
  using there = new DatabaseSync(path);
  const [feed, others] = [new ChangeFeed(path, here), new ChangeFeed(path, there)];
  try {
    let seen = 0;
    let heard = Promise.withResolvers<void>();
    const stop = feed.listen(() => {
      seen = Number(here.prepare("select max(n) as n from t").get()?.["n"]);
      heard.resolve();
    });
    const commit = async (n: number) => {
      there.exec(`insert into t values (${n})`);
      others.announce();
      while (seen < n) {
        await heard.promise;
        heard = Promise.withResolvers();
      }
    };
    for (let n = 1; n <= COMMITS; n++) await commit(n);
    assert.equal(seen, COMMITS);
    stop();
    there.exec("insert into t values (1000)");
    const again = feed.listen(() => heard.resolve());
    heard = Promise.withResolvers();
    there.exec("insert into t values (1001)");
    others.announce();
    await heard.promise;
    again();
  } finally {
    feed.close();
    others.close();
    await Deno.remove(folder, { recursive: true });
  }
});
