import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { writeWhole } from "../../../lib/app/write_whole.ts";
import { AgentOpError } from "../../../lib/core/mod.ts";
import { openReadOnly } from "../../../lib/store/mod.ts";
import { viewsOf } from "../../../lib/store/sqlite/views.ts";
import { CliHome } from "../../support/cli.ts";
import { graded, keepExperiment } from "../../support/experiments.ts";
import { fakeHost } from "../../support/fake_host.ts";

const LONG = "The kettle, é 🙂, boils. ".repeat(100);
const TABLES = [
  "runs",
  "spans",
  "messages",
  "tool_calls",
  "memory_snapshots",
  "diffs",
  "evaluations",
  "experiments",
  "experiment_results",
];

/** Read as any other program does: no function of ours is registered. */
function rowsOf(path: string, sql: string): Record<string, unknown>[] {
  using sqlite = new DatabaseSync(path, { readOnly: true });
  return sqlite.prepare(sql).all().map((row) => ({ ...row }));
}

function filesOf(home: CliHome): readonly string[] {
  return [...Deno.readDirSync(home.path)].map((it) => it.name).filter((it) => !it.startsWith("agentop.db"))
    .sort();
}

Deno.test("export sqlite writes what sql shows as ordinary tables, whole, and nothing beside them", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 2, prompt: LONG, text: () => LONG }, { agent: "other", rounds: 1 });
  const copy = join(home.path, "runs.sqlite");
  const { code, stdout, stderr } = await home.run(["export", "sqlite", "runs.sqlite"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Wrote runs\.sqlite, \d+(?:\.\d)? kB: open it with sqlite3, Python, DuckDB/);
  assert.deepEqual(filesOf(home), ["runs.sqlite"]);
  assert.deepEqual(
    rowsOf(copy, "select name from sqlite_schema where type = 'table'").map((it) => it["name"]),
    TABLES,
  );
  assert.deepEqual(rowsOf(copy, "pragma journal_mode"), [{ journal_mode: "delete" }]);
  assert.deepEqual(rowsOf(copy, "pragma integrity_check"), [{ integrity_check: "ok" }]);
  using store = await openReadOnly(home.storePath);
  for (const { name, columns } of viewsOf("whole")) {
    const shown = store.prepare(`select * from ${name}`).all().map((row) => ({ ...row }));
    assert.deepEqual(rowsOf(copy, `select * from ${name}`), shown, name);
    const types = rowsOf(copy, `pragma table_info(${name})`).map((it) => [it["name"], it["type"]]);
    assert.deepEqual(types, columns.map(([column, type]) => [column, type.toUpperCase()]));
  }
  assert.equal(
    rowsOf(copy, "select initial_prompt from runs where agent_id = 'researcher'")[0]?.["initial_prompt"],
    LONG,
  );
  const opened = await home.run(["--store", copy, "runs"]);
  assert.match(opened.stderr, /runs\.sqlite: it is the database of another program/);
});

Deno.test("export sqlite takes runs by name and by the filters of runs, with the differences among them", async () => {
  await using home = await CliHome.create();
  const [first, second] = await home.seed({ agent: "a", rounds: 1 }, { agent: "b", rounds: 1 }, {
    agent: "a",
    rounds: 0,
  });
  await home.withStore(async (store) => {
    const diff = { createdAtUs: 1, overrides: {}, leftOutput: null, rightOutput: null, diff: {} };
    await store.saveDiff({ ...diff, diffId: "d", leftRunId: first!, rightRunId: second! });
  });
  await home.withStore((store) =>
    keepExperiment(store, fakeHost({ startMs: Date.UTC(2025, 0, 1) }), {
      suite: "sums",
      variants: ["small"],
      cases: ["one", "two"],
      scorers: ["exact"],
      result: () => ({ scores: [graded("exact", 1)] }),
    })
  );
  const chosen = async (...args: readonly string[]) => {
    const { code, stderr } = await home.run(["export", "sqlite", "x.db", "--force", ...args]);
    assert.equal(code, 0, stderr);
    const path = join(home.path, "x.db");
    const runs = rowsOf(path, "select run_id from runs order by start_time").map((it) => it["run_id"]);
    for (const table of ["spans", "messages", "tool_calls", "memory_snapshots"]) {
      const all = rowsOf(path, `select distinct run_id from ${table}`).map((it) => it["run_id"]);
      assert(all.every((id) => runs.includes(id)), table);
    }
    const counted = ["diffs", "experiments", "experiment_results"];
    return [runs.length, ...counted.map((table) => rowsOf(path, `select * from ${table}`).length)];
  };
  assert.deepEqual(await chosen(), [5, 1, 1, 2]);
  assert.deepEqual(await chosen("--agent", "a"), [2, 0, 0, 0]);
  assert.deepEqual(await chosen("--search", "agent:b"), [1, 0, 0, 0]);
  assert.deepEqual(await chosen("--search", "tag:case=two"), [1, 0, 1, 1]);
  assert.deepEqual(await chosen(first!, second!), [2, 1, 0, 0]);
  assert.deepEqual(await chosen("last"), [1, 0, 0, 0]);
});

Deno.test("export sqlite never overwrites unasked, never a database in use, and leaves no half file", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 1 });
  await Deno.writeTextFile(join(home.path, "mine.txt"), "mine");
  await Deno.writeTextFile(join(home.path, "busy.db"), "busy");
  await Deno.writeTextFile(join(home.path, "busy.db-wal"), "");
  const before = filesOf(home);
  const refused = [
    [["mine.txt"], /mine\.txt: it exists\. Try: --force/],
    [["busy.db", "--force"], /busy\.db: another program has it open/],
    [[home.storePath, "--force"], /agentop\.db: another program has it open/],
    [["no/such/x.db"], /there is no folder no\/such/],
    [["-"], /Cannot print sqlite: it is no text/],
    [["x.db", "nobody"], /Cannot find run "nobody"/],
    [["x.db", "--agent", "nobody"], /no run matches/],
    [["x.db", "last", "--agent", "a"], /by name and by filter at once/],
  ] as const;
  for (const [args, reason] of refused) {
    const { code, stdout, stderr } = await home.run(["export", "sqlite", ...args]);
    assert.deepEqual([code, stdout], [2, ""], stderr);
    assert.match(stderr, reason);
    assert.match(stderr, /^agentop: Cannot [^\n]*\n$/);
  }
  assert.deepEqual(filesOf(home), before);
  assert.equal(await Deno.readTextFile(join(home.path, "mine.txt")), "mine");
  const forced = await home.run(["--json", "export", "sqlite", "mine.txt", "--force"]);
  assert.deepEqual(forced.json(), {
    path: "mine.txt",
    bytes: (await Deno.stat(join(home.path, "mine.txt"))).size,
  });
  // A damaged body cannot be copied: what was there stays, and nothing else.
  using store = new DatabaseSync(home.storePath);
  store.exec("update body set data = x'00', encoding = 1");
  const damaged = await home.run(["export", "sqlite", "mine.txt", "--force"]);
  assert.equal(damaged.code, 2, damaged.stderr);
  assert.deepEqual(filesOf(home), before);
  assert.equal(rowsOf(join(home.path, "mine.txt"), "select * from runs").length, 1);
});

Deno.test("a copy that is cancelled ends between two runs, and its half file is removed", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 1 }, { rounds: 1 }, { rounds: 1 });
  const path = join(home.path, "x.db");
  const stop = new AbortController();
  await home.withStore(async (store) => {
    const copying = writeWhole(path, async (half) => {
      const copied = store.copyTables(half, { signal: stop.signal });
      stop.abort(new AgentOpError("stopped"));
      await copied;
    }, { name: "x.db", force: false });
    await assert.rejects(copying, /^AgentOpError: stopped$/);
  });
  assert.deepEqual(filesOf(home), []);
});

Deno.test("export sqlite hears Ctrl-C and leaves nothing behind", async () => {
  await using home = await CliHome.create();
  await home.seed(...Array.from({ length: 60 }, () => ({ rounds: 30, text: () => LONG })));
  const isWriting = () => filesOf(home).some((name) => name.endsWith(".part"));
  // On a busy machine the copy may be whole before this process gets its turn: then the signal has nothing to stop.
  for (let tries = 0; tries < 20; tries++) {
    const child = home.start(["export", "sqlite", "x.db"]);
    const output = child.output();
    let hasEnded = false;
    void output.then(() => hasEnded = true);
    while (!isWriting() && !hasEnded) await new Promise((resolve) => setTimeout(resolve, 2));
    try {
      child.kill("SIGINT");
    } catch { /* it has just ended */ }
    const { code, stderr } = await output;
    if (code === 0) {
      await Deno.remove(join(home.path, "x.db"));
      continue;
    }
    assert.equal(code, 130, new TextDecoder().decode(stderr));
    assert.deepEqual(filesOf(home), []);
    return;
  }
  assert.fail("20 copies were whole before they could be stopped");
});

Deno.test("export sqlite says when a row cannot be read, and leaves no half copy", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 3, prompt: LONG, text: () => LONG });
  using sqlite = new DatabaseSync(home.storePath);
  const packed = sqlite.prepare("select hash from body where encoding <> 0 order by rowid desc limit 1")
    .get()!;
  sqlite.prepare("update body set data = x'00' where hash = ?").run(packed["hash"] as Uint8Array);
  const { code, stderr } = await home.run(["export", "sqlite", "copy.sqlite"]);
  assert.equal(code, 2);
  assert.match(stderr, /^agentop: Cannot /);
  assert.deepEqual(filesOf(home), []);
});
