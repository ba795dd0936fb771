import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome } from "../support/cli.ts";
import { chunk, finish, json, sse, startFaultServer } from "../support/fault_server.ts";

const KEYS = {
  MISTRAL_API_KEY: "canary-Mistral/4uX9+zQ7",
  WANDB_API_KEY: "canary-wandb-0123456789abcdef",
  HF_TOKEN: "hf_canaryTokenOfHuggingFace",
  ELEVENLABS_API_KEY: "sk_canaryOfElevenLabs77",
};

/** Each key as it is and in two encodings. */
const CANARIES = Object.values(KEYS).flatMap((key) => [
  key,
  encodeURIComponent(key),
  new TextEncoder().encode(key).toBase64().slice(0, -4),
]);

function leaksIn(text: string): readonly string[] {
  return CANARIES.filter((it) => text.includes(it));
}

/** Every file below a folder, as bytes one by one. */
async function filesBelow(folder: string): Promise<string> {
  let all = "";
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) all += await filesBelow(path);
    else if (entry.name !== ".env") all += new TextDecoder("latin1").decode(await Deno.readFile(path));
  }
  return all;
}

async function homeOfReader(): Promise<CliHome> {
  const home = await CliHome.create();
  await Deno.mkdir(join(home.path, "agents"));
  await Deno.writeTextFile(
    join(home.path, "agents", "reader.yaml"),
    "model: m\ntools:\n  - read_file: { root: .. }\n",
  );
  const lines = Object.entries(KEYS).map(([name, value]) => `${name}=${value}`);
  const encoded = lines.map((line) => new TextEncoder().encode(line).toBase64());
  await Deno.writeTextFile(join(home.path, ".env"), [...lines, ...encoded].join("\n"));
  return home;
}

Deno.test("keys in a prompt, a file and a streamed answer reach neither model, store, outputs nor exports", async () => {
  await using home = await homeOfReader();
  const call = { id: "abcdefghi", index: 0, function: { name: "read_file", arguments: '{"path":".env"}' } };
  const key = KEYS.MISTRAL_API_KEY;
  await using server = await startFaultServer(
    sse(chunk({ role: "assistant", content: "", tool_calls: [call] }), finish("tool_calls")),
    sse(
      chunk({ role: "assistant", content: `The key is ${key.slice(0, 9)}` }),
      chunk({ content: key.slice(9) }),
      chunk({ content: ", goodbye" }),
      finish(),
    ),
  );
  const env = { ...KEYS, MISTRAL_SERVER_URL: server.url };
  const prompt = `Is ${Object.values(KEYS).join(" or ")} in .env?`;
  const run = await home.run(["run", "reader", prompt, "--jsonl", "--user", KEYS.HF_TOKEN], { env });
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(leaksIn(run.stdout + run.stderr), []);
  assert.match(run.stdout, /The key is \[redacted MISTRAL_API_KEY\], goodbye/);
  const deltas = run.stdout.split("\n").filter((it) => it.includes('"delta"')).map((it) =>
    JSON.parse(it).text
  );
  assert.equal(deltas.join("").includes("canary-M"), false);
  assert.equal(server.requests.length, 2);
  for (const { body, headers } of server.requests) {
    assert.deepEqual(leaksIn(body), []);
    assert.equal(headers["authorization"], `Bearer ${key}`);
  }
  assert.match(server.requests[1]!.body, /WANDB_API_KEY=\[redacted WANDB_API_KEY\]/);
  // Without the keys nothing is taken out when it is read: this is what is stored.
  const shown = await home.run(["show", "last", "--json"]);
  assert.match(shown.stdout, /redacted ELEVENLABS_API_KEY/);
  assert.deepEqual(leaksIn(shown.stdout), []);
  const page = await home.run(["export", "html", "last", "--out", join(home.path, "run.html")]);
  assert.equal(page.code, 0, page.stderr);
  assert.deepEqual(leaksIn(await filesBelow(home.path)), []);
});

Deno.test("a key that a server's error repeats is shown and stored nowhere", async () => {
  await using home = await homeOfReader();
  const message = `Invalid key ${KEYS.MISTRAL_API_KEY}; also ${KEYS.WANDB_API_KEY} ${KEYS.HF_TOKEN}`;
  await using server = await startFaultServer(json({ message, detail: KEYS.ELEVENLABS_API_KEY }, 401));
  const env = { ...KEYS, MISTRAL_SERVER_URL: server.url };
  for (const flags of [[], ["--json"], ["--jsonl"], ["-v"]]) {
    const run = await home.run(["run", "reader", "hello", ...flags], { env });
    assert.equal(run.code, 1);
    assert.deepEqual(leaksIn(run.stdout + run.stderr), []);
    assert.match(run.stdout + run.stderr, /Invalid key \*\*\*; also \[redacted WANDB_API_KEY\]/);
  }
  assert.deepEqual(leaksIn(await filesBelow(home.path)), []);
});

Deno.test("a key in a server's URL is not printed", async () => {
  await using home = await homeOfReader();
  for (
    const url of [
      "http://127.0.0.1:1/?key=short",
      `http://user:pw@127.0.0.1:1/?key=${KEYS.HF_TOKEN}`,
      "x?key=short",
    ]
  ) {
    const run = await home.run(["run", "reader", "hello"], { env: { MISTRAL_SERVER_URL: url } });
    assert.notEqual(run.code, 0);
    assert.doesNotMatch(run.stdout + run.stderr, /short|canary|pw@/);
  }
});

Deno.test("what was stored before its key was known is taken out when it is read", async () => {
  await using home = await CliHome.create();
  await home.seed({ prompt: `Use ${KEYS.HF_TOKEN}` });
  for (
    const args of [["show", "last"], ["runs"], ["show", "last", "--json"], [
      "sql",
      "select content from messages",
    ]]
  ) {
    const without = await home.run(args);
    assert.match(without.stdout, /hf_canaryTokenOf/, args.join(" "));
    const run = await home.run(args, { env: KEYS });
    assert.deepEqual(leaksIn(run.stdout), []);
  }
});

Deno.test({
  name: "home, store and exports are for their owner alone, and doctor says when they are not",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using home = await CliHome.create();
    const inner = join(home.path, "inner");
    const env = { AGENTOP_HOME: inner };
    assert.equal((await home.run(["demo"], { env })).code, 0);
    const at = (name: string) => join(inner, name);
    await home.run(["export", "html", "last", "--out", at("run.html")], { env });
    await home.run(["export", "sqlite", at("runs.db")], { env });
    await home.run(["db", "backup", at("copy.db")], { env });
    const modeOf = async (path: string) => (await Deno.stat(path)).mode! & 0o777;
    assert.equal(await modeOf(inner), 0o700);
    for (const name of ["agentop.db", "run.html", "runs.db", "copy.db"]) {
      assert.equal(await modeOf(at(name)), 0o600, name);
    }
    const privacy = async () => {
      const checks: { name: string; status: string; remedy: string }[] =
        (await home.run(["doctor", "--json"], { env })).json();
      return checks.find((it) => it.name === "privacy")!;
    };
    assert.equal((await privacy()).status, "ok");
    await Deno.chmod(at("agentop.db"), 0o644);
    const { status, remedy } = await privacy();
    assert.equal(status, "warning");
    assert.match(remedy, /^chmod go= \S*agentop\.db\b/);
  },
});
