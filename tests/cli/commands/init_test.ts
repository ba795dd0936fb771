import assert from "node:assert/strict";
import { join } from "node:path";
import { runNotebook } from "../../../lib/notebook/mod.ts";
import { CliHome } from "../../support/cli.ts";

Deno.test("init writes agents that are then found and valid, and keeps what is there", async () => {
  await using home = await CliHome.create();
  const first = await home.run(["init"]);
  assert.equal(first.code, 0);
  assert.match(first.stdout, /wrote {2}agents\/researcher\.yaml\n/);
  const mine = join(home.path, "agents", "researcher.yaml");
  await Deno.writeTextFile(mine, "name: researcher\ninstructions: mine\n");
  await Deno.remove(join(home.path, "agents", "main.yaml"));
  const second = await home.run(["init", "--json"]);
  const actions = Object.fromEntries(
    second.json().map((it: { path: string; action: string }) => [it.path.split(/[/\\]/).at(-1), it.action]),
  );
  assert.deepEqual([actions["researcher.yaml"], actions["main.yaml"]], ["kept", "wrote"]);
  assert.equal(await Deno.readTextFile(mine), "name: researcher\ninstructions: mine\n");
  const agents = (await home.run(["agents", "--json"])).json();
  assert.deepEqual(
    [...Deno.readDirSync(join(home.path, "notebooks"))].map(({ name }) => name).sort(),
    ["cost_analysis.ipynb", "evaluation_scoring.ipynb", "quickstart.ipynb", "replay_diffs.ipynb"],
  );
  assert.ok(agents.length >= 5);
  assert.deepEqual(agents.filter((it: { valid: boolean }) => !it.valid), []);
});

Deno.test("init writes through no link and over no file", async () => {
  await using home = await CliHome.create();
  const agents = join(home.path, "x", "agents");
  await Deno.mkdir(agents, { recursive: true });
  await Deno.symlink(join(home.path, "elsewhere"), join(agents, "main.yaml"));
  await Deno.writeTextFile(join(home.path, "file"), "");
  const [linked, refused] = await Promise.all([home.run(["init", "x"]), home.run(["init", "file"])]);
  assert.match(linked.stdout, /kept {2}x\/agents\/main\.yaml\n/);
  await assert.rejects(Deno.stat(join(home.path, "elsewhere")), Deno.errors.NotFound);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^agentop: Cannot write file\/agents\/.*Try: /);
});

Deno.test("a notebook that init wrote runs where it is, on the agents that are beside it", async () => {
  await using home = await CliHome.create();
  assert.equal((await home.run(["init", "mine"])).code, 0);
  const env = {
    MISTRAL_API_KEY: "",
    MISTRAL_SERVER_URL: "",
    MISTRAL_MODEL: "",
    AGENTOP_STORE: "",
    AGENTOP_HOME: home.path,
  };
  const { cells } = await runNotebook(join(home.path, "mine", "notebooks", "quickstart.ipynb"), { env });
  assert.match(JSON.stringify(cells[1]!.outputs), /demo/i);
});
