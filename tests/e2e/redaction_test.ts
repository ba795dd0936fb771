import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeTracesJson } from "../../lib/otlp/mod.ts";
import { sent, span } from "../otlp/spans.ts";
import { CliHome } from "../support/cli.ts";
import { chunk, finish, sse, startFaultServer } from "../support/fault_server.ts";

/** Nobody configured them. The key is put together here, so that nobody takes it for a real one. */
const CANARIES = ["ada@canary.example", "4111111111111111", `ghp_${"wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"}`];
const SAID = `I am ${CANARIES.join(", ")}.`;
const RULES = { AGENTOP_REDACT: "email,card" };

const leaksIn = (text: string) => CANARIES.filter((it) => text.includes(it));

/** Everything the home holds, and everything that is read from it without any rule. */
async function kept(home: CliHome): Promise<string> {
  const all: string[] = [];
  for await (const { name, isFile } of Deno.readDir(home.path)) {
    if (isFile && name.startsWith("agentop.db")) {
      all.push(new TextDecoder("latin1").decode(await Deno.readFile(join(home.path, name))));
    }
  }
  for (
    const args of [["export", "jsonl", "traces", "--out", "-"], ["show", "last", "--json"], [
      "runs",
      "--json",
    ]]
  ) {
    all.push((await home.run(args)).stdout);
  }
  return all.join("\n");
}

Deno.test("a run: what models get, what is kept and what is printed holds no canary, and show counts them", async () => {
  await using home = await CliHome.create();
  await using server = await startFaultServer(
    sse(
      chunk({ role: "assistant", content: "Dear ada@can" }),
      chunk({ content: `ary.example, ${CANARIES[2]}` }),
      finish(),
    ),
  );
  const env = { ...RULES, MISTRAL_SERVER_URL: server.url, MISTRAL_API_KEY: "k" };
  const run = await home.run(["run", "main", SAID, "--jsonl"], { env });
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(leaksIn(run.stdout + run.stderr), []);
  assert.deepEqual(leaksIn(server.requests[0]!.body), []);
  assert.match(
    server.requests[0]!.body,
    /I am \[redacted email\], \[redacted card\], \[redacted github_secret\]/,
  );
  assert.deepEqual(leaksIn(await kept(home)), []);
  const shown = await home.run(["show", "last"]);
  assert.match(shown.stdout, /redacted +2× email, 1× card, 2× github_secret/);
  const replay = await home.run(["replay", "last", "--mode", "recorded"]);
  assert.equal(replay.code, 0, replay.stderr);
});

Deno.test("what another program sent, what passed through the proxy and what was imported is kept without a canary", async () => {
  await using home = await CliHome.create();
  const chat = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "m",
    "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: [{ type: "text", content: SAID }] }]),
    "customer": SAID,
  };
  const file = join(home.path, "spans.json");
  await Deno.writeTextFile(file, encodeTracesJson(sent([span(1, { name: SAID, attributes: chat })])));
  const imported = await home.run(["import", file], { env: RULES });
  assert.equal(imported.code, 0, imported.stderr);
  await Deno.writeTextFile(
    join(home.path, "agent.ts"),
    `const response = await fetch(Deno.env.get("OPENAI_BASE_URL") + "/chat/completions", {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "mistral-small-latest", messages: [{ role: "user", content: Deno.args[0] }] }),
    });
    console.log(response.status);`,
  );
  const program = [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-config",
    "--allow-net",
    "--allow-env",
    "agent.ts",
    SAID,
  ];
  const recorded = await home.run(["record", "--", ...program], { env: RULES });
  assert.equal(recorded.stdout, "200\n", recorded.stderr);
  const all = await kept(home);
  assert.deepEqual(leaksIn(all), []);
  assert.equal((await home.run(["runs", "--json"])).json().length, 2);
  assert.match(all, /redacted email/);
});

Deno.test("a bad rule stops a command before it does anything, and a vault gives back what was taken out", async () => {
  await using home = await CliHome.create();
  const bad = await home.run(["--redact", "emial", "run", "main", SAID]);
  assert.deepEqual([bad.code, bad.stdout], [2, ""]);
  assert.match(bad.stderr, /^agentop: Cannot redact by "emial": rules are .*\. Try: --redact email\n$/);
  const half = await home.run(["run", "main", SAID], { env: { ...RULES, AGENTOP_VAULT: "v.txt" } });
  assert.equal(half.code, 2);
  assert.match(
    half.stderr,
    /AGENTOP_VAULT is set, and AGENTOP_VAULT_KEY is not\. Try: AGENTOP_VAULT_KEY="\$\(agentop vault key\)"/,
  );
  const AGENTOP_VAULT_KEY = (await home.run(["vault", "key"])).stdout.trim();
  const env = { AGENTOP_VAULT: join(home.path, "v.txt"), AGENTOP_VAULT_KEY };
  const run = await home.run(["--redact", "email,card", "run", "main", SAID], { env });
  assert.equal(run.code, 0, run.stderr);
  const shown = (await home.run(["show", "last", "--json"])).stdout;
  assert.deepEqual(leaksIn(shown), []);
  const revealed = await home.run(["vault", "reveal"], { env, stdin: shown });
  assert.deepEqual(leaksIn(revealed.stdout), CANARIES.slice(0, 2), "a key is never kept");
  assert.equal(JSON.parse(revealed.stdout).run.prompt.startsWith("I am ada@canary.example, 4111"), true);
  const without = await home.run(["vault", "reveal"], { stdin: shown });
  assert.deepEqual([without.code, without.stdout], [2, ""]);
});

Deno.test("what a person says of a run is looked at without any rule, and a budget on a user holds with rules", async () => {
  await using home = await CliHome.create();
  const [email, , key] = CANARIES;
  assert.equal((await home.run(["run", "main", "hello", "--tag", `hash=${key}`])).code, 0);
  const scored = await home.run(["score", "last", "q=1", "--comment", `because ${key}`, "--label", key!]);
  assert.equal(scored.code, 0, scored.stderr);
  assert.deepEqual(leaksIn(await kept(home)), []);
  const set = await home.run(["budget", "set", `user:${email}`, "0.00000001", "--per", "day"]);
  assert.equal(set.code, 0, set.stderr);
  const run = await home.run(["run", "main", "hello", "--user", email!], { env: RULES });
  assert.equal(run.code, 3, run.stderr);
  assert.equal((await home.run(["budget", "remove", `user:${email}`, "--per", "day"])).code, 0);
});
