import assert from "node:assert/strict";
import { join } from "node:path";
import { parseScenarios, startSimulator } from "../../../lib/simulator/mod.ts";
import { CliHome } from "../../support/cli.ts";

Deno.test("a server that only a file names is used with consent alone, and no known model is redirected", async () => {
  await using home = await CliHome.create();
  await Deno.writeTextFile(join(home.path, "f.yaml"), "model: mine-7b\nserver: http://127.0.0.1:9/v1\n");
  await Deno.writeTextFile(
    join(home.path, "known.yaml"),
    "model: mistral-small-latest\nserver: http://127.0.0.1:9/v1\n",
  );
  await Deno.mkdir(join(home.path, "data"));
  const line = { messages: [{ role: "user", content: "a" }, { role: "assistant", content: "b" }] };
  for (const name of ["train.jsonl", "validation.jsonl"]) {
    await Deno.writeTextFile(join(home.path, "data", name), `${JSON.stringify(line)}\n`);
  }
  const run = (...args: string[]) =>
    home.run(["finetune", "run", "--data", "data", "--command", "true", ...args]);
  const models = async () => (await home.run(["finetune", "models", "--json"])).json();

  const refused = await run("--config", "f.yaml");
  assert.equal(refused.code, 2);
  assert.match(
    refused.stderr,
    /^agentop: Cannot train: nobody allowed the server in f\.yaml: "http:\/\/127\.0\.0\.1:9\/v1"\. Try: --server URL/,
  );
  const known = await run("--config", "known.yaml", "--allow-commands");
  assert.equal(known.code, 2);
  assert.match(known.stderr, /Cannot register mistral-small-latest: .* Try: a name of your own/);
  assert.deepEqual(await models(), []);

  const given = await run("--config", "f.yaml", "--server", "http://127.0.0.1:7/v1");
  assert.equal(given.code, 0, given.stderr);
  assert.equal((await models())[0].serverUrl, "http://127.0.0.1:7/v1");
  const allowed = await run("--config", "f.yaml", "--allow-commands");
  assert.equal(allowed.code, 0, allowed.stderr);
  assert.equal((await models())[0].serverUrl, "http://127.0.0.1:9/v1");
});

Deno.test("a run whose model has a server of its own is no run of the simulator", async () => {
  await using home = await CliHome.create();
  const scenarios = await parseScenarios("name: lima\nsteps: [{ text: It is Lima. }]\n", "served.yaml");
  const served = await startSimulator({ lenient: true, scenarios });
  try {
    const models = { "mine-7b": { serverUrl: served.url, usdPerMillion: 0, pricedOn: "2026-01-01" } };
    await Deno.writeTextFile(join(home.path, "models.json"), JSON.stringify(models));
    for (const [name, model] of [["mine", "mine-7b"], ["other", "mistral-small-latest"]]) {
      await Deno.writeTextFile(
        join(home.path, `${name}.yaml`),
        `model: ${model}\ninstructions: You answer.\n`,
      );
    }
    const tagsOf = async () => (await home.run(["runs", "--json"])).json()[0].tags;
    const own = await home.run(["run", "./mine.yaml", "Which city?"]);
    assert.equal(own.code, 0, own.stderr);
    assert.match(own.stdout, /It is Lima/);
    assert.doesNotMatch(own.stderr, /simulator/);
    assert.equal((await tagsOf())?.simulator, undefined);
    const other = await home.run(["run", "./other.yaml", "Which city?"]);
    assert.match(other.stderr, /the built-in simulator answers/);
  } finally {
    await served.close();
  }
});
