import assert from "node:assert/strict";
import { join } from "node:path";
import { Attacked } from "../../support/attacked.ts";
import { hostileStore } from "../../support/hostile_store.ts";

const unix = { ignore: Deno.build.os === "windows" };
const scribe = (root: string, approve = "auto") =>
  `model: mistral-small-latest\napprove: ${approve}\ntools: [{ write_file: { root: ${root} } }]\n`;
const CALL = { name: "write_file", arguments: { path: "owned.txt", content: "owned" } };

Deno.test("a store that says auto and holds a pending call writes nothing when it is resumed or replayed", async () => {
  await using attacked = await Attacked.open();
  const { home, outside } = attacked;
  const { runId } = await hostileStore(home.storePath, { agent: scribe(outside), call: CALL });
  for (const command of [["replay", runId], ["resume", runId]]) {
    const { code, stderr } = await attacked.run(...command);
    assert.equal(code, 0, stderr);
    assert.deepEqual(attacked.written(), [], command.join(" "));
    assert.match(
      stderr,
      /this home did not record it, so its tools are refused \(write_file: writes .*\)\. Try: --approve auto/,
    );
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  }
  const { toolCalls } = (await attacked.run("show", runId, "--json")).json();
  assert.match(toolCalls[0].result, /was not allowed/);
});

Deno.test("what a replay of such a store made is no more trusted than the store", async () => {
  await using attacked = await Attacked.open();
  await hostileStore(attacked.home.storePath, { agent: scribe(attacked.outside), call: CALL });
  const first = (await attacked.run("replay", "last", "--mode", "live", "--json")).json();
  const second = await attacked.run("replay", first.newRunId, "--mode", "live");
  assert.match(second.stderr, /did not record it/);
  assert.deepEqual(attacked.written(), []);
});

Deno.test("the flag allows what the store says, for this once", async () => {
  await using attacked = await Attacked.open();
  await hostileStore(attacked.home.storePath, { agent: scribe(attacked.outside), call: CALL });
  assert.equal((await attacked.run("resume", "last", "--approve", "auto")).stderr, "");
  assert.deepEqual(attacked.written(), ["owned.txt"]);
});

Deno.test("a store cannot make anybody read a file, or start an agent, unasked", async () => {
  await using attacked = await Attacked.open();
  const { home, outside } = attacked;
  await Deno.writeTextFile(join(outside, "key"), "TOPSECRET");
  await attacked.agents({ "other.yaml": "model: mistral-small-latest\n" });
  const stores = {
    "read.db": {
      agent: `tools: [{ read_file: { root: ${outside} } }]\n`,
      call: { name: "read_file", arguments: { path: "key" } },
    },
    "start.db": {
      agent: "tools: [{ agent: other }]\n",
      call: { name: "other", arguments: { prompt: "go" } },
    },
  };
  for (const [name, hostile] of Object.entries(stores)) {
    const path = join(home.path, name);
    await hostileStore(path, hostile);
    const { stderr } = await attacked.run("--store", path, "resume", "last");
    assert.match(stderr, /did not record it/);
    const shown = await attacked.run("--store", path, "show", "last", "--json");
    assert.match(shown.json().toolCalls[0].result, /was not allowed/, name);
    assert.ok(!shown.stdout.includes("TOPSECRET"));
  }
});

Deno.test("a queued run of a store, as a runner process takes it, waits for a person", async () => {
  await using attacked = await Attacked.open();
  const { home, outside } = attacked;
  await hostileStore(home.storePath, { agent: scribe(outside), call: CALL });
  const child = home.start(["execute", "last"], { env: attacked.env });
  const waiting = await home.withStore(async (store) => {
    const seen = Promise.withResolvers<string>();
    const look = async () => {
      const run = await store.resolveRun("last");
      if (run.status === "waiting" || run.status === "completed") seen.resolve(run.status);
    };
    const stop = store.onChange(() => void look().catch(seen.reject));
    await look();
    return await seen.promise.finally(stop);
  });
  const watching = home.start(["watch", "last"], { env: attacked.env });
  let told = "";
  for await (const text of watching.stdout.pipeThrough(new TextDecoderStream())) {
    told += text;
    if (/waits for somebody to allow write_file/.test(told)) break;
  }
  for (const it of [child, watching]) it.kill("SIGKILL");
  await Promise.all([
    child.stdout.cancel(),
    watching.stderr.cancel(),
    watching.stdin.abort(),
    watching.status,
  ]);
  await Promise.all([child.status, child.stderr.cancel(), child.stdin.abort()]);
  assert.equal(waiting, "waiting");
  assert.match(told, /\? waits for somebody to allow write_file.*: where it runs, or in agentop tui/);
  assert.deepEqual(attacked.written(), []);
});

Deno.test("a run of this home goes on as its file says; when the file changed, it asks again", async () => {
  await using attacked = await Attacked.open();
  await attacked.agents({ "scribe.yaml": scribe(attacked.outside, "ask") });
  assert.equal((await attacked.run("run", "scribe", "go", "--approve", "auto")).code, 0);
  assert.deepEqual(attacked.written(), ["a.txt"]);
  await Deno.remove(join(attacked.outside, "a.txt"));
  const replay = () => attacked.run("replay", "last", "--mode", "live");
  assert.equal((await replay()).stderr, "", "known, though it asks: the flag was for once");
  assert.deepEqual(attacked.written(), []);
  await attacked.agents({ "scribe.yaml": scribe("./elsewhere", "ask") });
  assert.match((await replay()).stderr, /its agent file no longer says so, so its tools are refused/);
  assert.deepEqual(attacked.written(), []);
});

Deno.test("a run of this home whose row was changed in the store is not known any more", async () => {
  await using attacked = await Attacked.open();
  await attacked.agents({ "scribe.yaml": scribe("./out", "ask") });
  const { runId } = (await attacked.run("run", "scribe", "go", "--json")).json();
  const other = join(attacked.home.path, "other.db");
  await hostileStore(other, {
    agent: scribe(attacked.outside),
    call: CALL,
    rewrite: (run) => ({ ...run, runId }),
  });
  const { stderr } = await attacked.run("--store", other, "resume", "last");
  assert.match(stderr, /did not record it/);
  assert.deepEqual(attacked.written(), []);
});

Deno.test("an agents folder that says auto asks until somebody trusts it, and again when a file changes", async () => {
  await using attacked = await Attacked.open();
  const { outside } = attacked;
  await attacked.agents({ "scribe.yaml": scribe(outside), "plain.yaml": "model: mistral-small-latest\n" });
  const listed = async () => {
    const all = (await attacked.run("agents", "--json")).json();
    return all.find((it: { name: string }) => it.name === "scribe");
  };
  const { approve, trusted, may } = await listed();
  assert.deepEqual([approve, trusted, may], ["auto", false, [`write_file: writes ${outside}`]]);
  const told = await attacked.run("agents");
  assert.match(told.stdout, /scribe says approve: auto, but nobody trusts it: asks[^]*write_file: writes/);
  const refused = await attacked.run("run", "scribe", "go");
  assert.equal(
    refused.stderr,
    "agentop: agents/scribe.yaml says approve: auto, but nobody trusts it: it asks. Try: agentop trust agents, or --approve auto\n",
  );
  assert.deepEqual(attacked.written(), []);
  assert.equal((await attacked.run("trust", "agents")).code, 0);
  assert.equal((await listed()).trusted, true);
  assert.equal((await attacked.run("run", "scribe", "go")).stderr, "");
  assert.deepEqual(attacked.written(), ["a.txt"]);
  await Deno.remove(join(outside, "a.txt"));
  await attacked.agents({ "scribe.yaml": `${scribe(outside)}# changed\n`, "new.yaml": scribe(outside) });
  for (const agent of ["new", "agents/scribe.yaml"]) {
    assert.match((await attacked.run("run", agent, "go")).stderr, /nobody trusts it/);
  }
  assert.deepEqual(attacked.written(), []);
  const [{ files }] = (await attacked.run("trust", "--list", "--json")).json();
  assert.deepEqual(files.map((it: { name: string; state: string }) => `${it.name} ${it.state}`), [
    "new.yaml new",
    "plain.yaml trusted",
    "scribe.yaml changed",
  ]);
});

Deno.test("a trusted agent that says auto goes on as such; one that is trusted no more asks", async () => {
  await using attacked = await Attacked.open();
  await attacked.agents({ "scribe.yaml": scribe(attacked.outside) });
  await attacked.run("trust", "agents");
  await attacked.run("run", "scribe", "go");
  await Deno.remove(join(attacked.outside, "a.txt"));
  await attacked.run("replay", "last", "--mode", "live");
  assert.deepEqual(attacked.written(), ["a.txt"]);
  await Deno.remove(join(attacked.outside, "a.txt"));
  await attacked.run("trust", "agents", "--remove");
  await attacked.run("replay", "last", "--mode", "live");
  assert.deepEqual(attacked.written(), []);
});

Deno.test("at a terminal a folder is trusted with one key, and remembered", unix, async () => {
  await using attacked = await Attacked.open();
  await attacked.agents({ "scribe.yaml": scribe(attacked.outside) });
  await using terminal = attacked.terminal("run", "scribe", "go");
  await terminal.waitFor(
    /wants its tools to run unasked[^]*write_file: writes[^]*Trust the agents in agents\?/,
  );
  terminal.keys("t");
  await terminal.waitFor(/The end\./);
  assert.equal(await terminal.exit, 0);
  assert.deepEqual(attacked.written(), ["a.txt"]);
  assert.equal((await attacked.run("trust", "--list", "--json")).json().length, 1);
});

Deno.test(
  "at a terminal a stored run is asked about before it goes on, with all it may do",
  unix,
  async () => {
    await using attacked = await Attacked.open();
    await hostileStore(attacked.home.storePath, { agent: scribe(attacked.outside), call: CALL });
    await using terminal = attacked.terminal("resume", "last");
    await terminal.waitFor(/this home did not record it:[^]*write_file: writes[^]*Allow that\?/);
    terminal.keys("y");
    await terminal.waitFor(/Allow it\?/);
    assert.deepEqual(attacked.written(), [], "its own auto counts for nothing");
    terminal.keys("n");
    assert.equal(await terminal.exit, 0);
    assert.deepEqual(attacked.written(), []);
  },
);
