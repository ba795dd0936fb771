import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CliHome } from "../../support/cli.ts";

Deno.test("db verify finds a changed message and exits 1", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 2 });
  const sound = await home.run(["db", "verify"]);
  assert.equal(sound.code, 0);
  assert.match(sound.stdout, /The store is sound: 1 run, 6 messages, \d+ stored bodies/);
  const sqlite = new DatabaseSync(home.storePath);
  sqlite.prepare("update body set data = ?, encoding = 0 where id = 2").run(
    new TextEncoder().encode('"forged"'),
  );
  sqlite.close();
  const [text, json] = await Promise.all([home.run(["db", "verify"]), home.run(["db", "verify", "--json"])]);
  assert.deepEqual([text.code, json.code], [1, 1]);
  assert.match(text.stdout, /✗ body 2: wrong content/);
  assert.equal(json.json().ok, false);
});

Deno.test("db backup makes a copy that opens, and never overwrites", async () => {
  await using home = await CliHome.create();
  const [runId] = await home.seed({});
  const target = join(home.path, "copy.db");
  const made = await home.run(["db", "backup", "copy.db", "--json"]);
  assert.equal(made.json().path, await Deno.realPath(target));
  const [again, copy, elsewhere] = await Promise.all([
    home.run(["db", "backup", "copy.db"]),
    home.run(["--store", target, "runs", "--json"]),
    home.run(["db", "backup", "no/such/copy.db"]),
  ]);
  assert.equal(copy.json()[0].runId, runId);
  assert.deepEqual([again.code, elsewhere.code], [2, 2]);
  assert.match(again.stderr, /the file exists\. Try: another name/);
});

Deno.test("db migrate says from which version to which", async () => {
  await using home = await CliHome.create();
  const first = (await home.run(["db", "migrate", "--json"])).json();
  const second = await home.run(["db", "migrate"]);
  assert.deepEqual([first.from, first.migrated], [0, true]);
  assert.ok(first.to >= 1);
  assert.match(second.stdout, new RegExp(`is at version ${first.to}: nothing to do\\.\n$`));
});

Deno.test("db stats counts what is stored", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 2 }, { rounds: 1 });
  const [text, json] = await Promise.all([home.run(["db", "stats"]), home.run(["db", "stats", "--json"])]);
  const stats = json.json();
  assert.deepEqual([stats.runs, stats.messages], [2, 10]);
  assert.match(text.stdout, /runs +2\n/);
});

Deno.test("db on a file that is no store says so in one line", async () => {
  await using home = await CliHome.create();
  await Deno.writeTextFile(
    home.storePath,
    "not a database, but long enough to look like a file with a header".repeat(20),
  );
  const results = await Promise.all(["migrate", "verify", "stats"].map((name) => home.run(["db", name])));
  for (const { code, stderr } of results) {
    assert.equal(code, 2);
    assert.match(stderr, /^agentop: Cannot open the store .*: it is not a SQLite database\. Try: .*\n$/);
  }
  const bare = await home.run(["db"]);
  assert.deepEqual([bare.code, bare.stdout], [2, ""]);
});

Deno.test("db verify reports a damaged file as what it found, and does not send people to itself", async () => {
  await using home = await CliHome.create();
  await home.seed({ rounds: 4 }, { rounds: 4 }, { rounds: 4 });
  const bytes = await Deno.readFile(home.storePath);
  bytes.fill(0x5a, 8192, bytes.length); // everything but the first page
  await Deno.writeFile(home.storePath, bytes);
  const [text, json] = [await home.run(["db", "verify"]), await home.run(["db", "verify", "--json"])];
  assert.deepEqual([text.code, json.code, json.json().ok], [1, 1, false]);
  assert.match(text.stdout, /✗ [^\n]*damaged/);
  assert.match(text.stdout, /Try: agentop db repair FILE .* the newest copy that agentop db backup made\n$/);
  assert.match(text.stdout, /Nothing in it could be counted|problems, 0 of \d+ runs damaged/);
  const doctor = await home.run(["doctor"]);
  assert.equal(doctor.code, 1);
});

Deno.test("db prune deletes what ended long ago, says so truly, and needs an age", async () => {
  await using home = await CliHome.create();
  await home.seed({ agent: "old" });
  const [none, wrong, dry] = await Promise.all([
    home.run(["db", "prune"]),
    home.run(["db", "prune", "--older-than", "soon"]),
    home.run(["db", "prune", "--older-than", "1d", "--dry-run"]),
  ]);
  assert.deepEqual([none.code, wrong.code, dry.code], [2, 2, 0]);
  assert.match(wrong.stderr, /Cannot prune: --older-than is neither .* got "soon"\. Try: --older-than 30d/);
  assert.equal(dry.stdout, "1 run would be deleted.\n");
  const kept = await home.run(["db", "prune", "--older-than", "2020-01-01", "--json"]);
  assert.equal(kept.json().runs, 0);
  const done = await home.run(["db", "prune", "--older-than", "1d", "--json"]);
  assert.equal(done.json().runs, 1);
  assert.equal(typeof done.json().freedBytes, "number");
  assert.deepEqual((await home.run(["runs", "--json"])).json(), []);
});
