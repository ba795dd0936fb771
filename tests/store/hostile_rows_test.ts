import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { zstdCompressSync } from "node:zlib";
import { Buffer } from "node:buffer";
import { CliHome, UNSAFE } from "../support/cli.ts";
import { graded, keepExperiment } from "../support/experiments.ts";
import { AgentOpError, type Store, systemHost } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";

const EVIL = "\x1b]0;owned\x07<img src=x onerror=alert(1)>\u202e";

/** Two runs, of which SQL changes the older one; then the store is opened anew. */
async function opened(
  change: (database: DatabaseSync, runNo: number) => void,
  look: (store: Store, sound: string, changed: string) => Promise<void>,
): Promise<void> {
  await using home = await CliHome.create();
  const [changed, sound] = await home.seed({}, {});
  {
    using database = new DatabaseSync(home.storePath);
    database.exec("pragma foreign_keys = off");
    const { id } = database.prepare("select id from run where run_id = ?").get(changed!) as { id: number };
    change(database, id);
  }
  await using store = await openStore(home.storePath);
  await look(store, sound!, changed!);
}

const set =
  (table: string, column: string, value: string | number | null) => (database: DatabaseSync, runNo: number) =>
    void database.prepare(`update ${table} set ${column} = ? where ${table === "run" ? "id" : "run_no"} = ?`)
      .run(value, runNo);

Deno.test("a run whose row holds what no run can hold reads as damaged in one line, and the others as they are", async () => {
  const changes = {
    status: EVIL,
    origin: EVIL,
    run_id: EVIL,
    parent_run_id: EVIL,
    forked_run_id: EVIL,
    tags: '{"a":1}',
    prompt: "{not json",
    warnings: "[1]",
    finish_reason: "7",
  };
  for (const [column, value] of Object.entries(changes)) {
    await opened(set("run", column, value), async (store, sound) => {
      const { runs } = await store.listRuns();
      assert.deepEqual(runs.map((it) => it.error?.type), [undefined, "damaged"], column);
      assert.equal(runs[0]!.runId, sound);
      const damaged = runs[1]!;
      assert.equal(damaged.status, "failed");
      assert.doesNotMatch(damaged.error!.message, UNSAFE);
      assert.match(damaged.runId, /^[0-9a-f-]{32,36}$/);
      assert.equal((await store.loadTrace((await store.resolveRun(sound)).traceId)).run.status, "completed");
    });
  }
});

Deno.test("a run with spans or messages that cannot be says so in one line when it is loaded", async () => {
  const changes: readonly (readonly [string, ReturnType<typeof set>])[] = [
    ["kind", set("span", "kind", EVIL)],
    ["status", set("span", "status", EVIL)],
    ["input_refs", set("span", "input_refs", "0-999999999")],
    ["many ranges", set("span", "output_refs", Array(1000).fill("0-2").join(","))],
    ["no numbers", set("span", "input_refs", "a-b,-1")],
    ["attributes", set("span", "attributes", "[]")],
    ["message_refs", set("snapshot", "message_refs", "0-999999999")],
  ];
  for (const [name, change] of changes) {
    await opened(change, async (store, sound, changed) => {
      const { traceId } = await store.resolveRun(changed);
      await assert.rejects(store.loadTrace(traceId), (error) => {
        assert(error instanceof AgentOpError, name);
        assert.match(error.message, /^Cannot read run \S+: it is damaged: [^\n]+\. Try: agentop db verify$/);
        assert.doesNotMatch(error.message, UNSAFE);
        return true;
      });
      assert.equal((await store.verify()).runs, 2);
      assert.equal((await store.listRuns()).runs.length, 2);
      assert((await store.loadTrace((await store.resolveRun(sound)).traceId)).spans.size > 0);
    });
  }
});

Deno.test("a small body that inflates without end is not inflated, by lists, loading and verification alike", async () => {
  const bomb = zstdCompressSync(Buffer.alloc(80 * 1024 * 1024, 0x20));
  const change = (database: DatabaseSync, runNo: number) => {
    const { config_body } = database.prepare("select config_body from run where id = ?").get(runNo) as {
      config_body: number;
    };
    const { lastInsertRowid } = database.prepare(
      "insert into body (hash, encoding, length, data) values (?, 1, 9, ?)",
    )
      .run(new Uint8Array(16), bomb);
    database.prepare("update run set config_body = ? where id = ?").run(lastInsertRowid, runNo);
    assert(config_body > 0);
  };
  assert(bomb.length < 20_000);
  await opened(change, async (store) => {
    const { runs } = await store.listRuns();
    assert.deepEqual(runs.map((it) => it.error?.message), [
      undefined,
      "the stored run is damaged: the configuration cannot be read",
    ]);
    const { ok, problems } = await store.verify();
    assert.equal(ok, false);
    assert(problems.some((it) => it.startsWith("body ")));
  });
});

Deno.test("an experiment whose row holds what none can hold says so in one line, and verify() finds it", async () => {
  const plan = (variants: unknown, scorers: unknown) =>
    JSON.stringify({ path: "x", repeats: 1, set: {}, variants, scorers });
  const changes = [
    ["plan", plan([1, null], [])],
    ["plan", plan([], [null])],
    ["cost_usd", 9e999],
    ["done", -5],
    ["status", EVIL],
  ] as const;
  for (const [column, value] of changes) {
    await using home = await CliHome.create();
    {
      await using store = await openStore(home.storePath);
      await keepExperiment(store, systemHost(), {
        suite: "s",
        variants: ["a"],
        cases: ["one"],
        scorers: ["x"],
        result: () => ({ scores: [graded("x", 1)] }),
      });
    }
    {
      using database = new DatabaseSync(home.storePath);
      database.prepare(`update experiment set ${column} = ?`).run(value);
    }
    await using store = await openStore(home.storePath);
    await assert.rejects(store.resolveExperiment("last"), (error) => {
      assert(error instanceof AgentOpError, `${column}: ${error}`);
      assert.doesNotMatch(error.message, UNSAFE);
      return true;
    });
    const { ok, problems } = await store.verify();
    assert.equal(ok, false, column);
    assert(problems.some((it) => it.startsWith("experiment ")), `${column}: ${problems}`);
  }
});
