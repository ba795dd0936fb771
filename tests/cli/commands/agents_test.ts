import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome, HOSTILE, UNSAFE } from "../../support/cli.ts";

interface Listed {
  readonly name: string;
  readonly bundled: boolean;
  readonly valid: boolean;
  readonly error: string | null;
  readonly tools: readonly string[];
}

Deno.test("agents lists files with what is wrong, and the built-in ones apart", async () => {
  await using home = await CliHome.create();
  const folder = join(home.path, "agents");
  await Deno.mkdir(folder);
  await Deno.writeTextFile(
    join(folder, "good.yaml"),
    "name: good\nmodel: m\ninstructions: x\ntools: [calculator]\n",
  );
  await Deno.writeTextFile(
    join(folder, "bad.yaml"),
    "name: bad\ninstructions: x\nlimits: { maxSteps: ten }\n",
  );
  await Deno.writeTextFile(join(folder, "main.yaml"), "name: main\nmodel: mine\ninstructions: x\n");
  const [text, json] = await Promise.all([home.run(["agents"]), home.run(["agents", "--json"])]);
  assert.deepEqual([text.code, json.code], [0, 0]);
  const listed: readonly Listed[] = json.json();
  const named = (name: string) => listed.filter((it) => it.name === name);
  assert.deepEqual(named("good").map((it) => [it.valid, it.bundled, it.tools]), [[true, false, [
    "calculator",
  ]]]);
  assert.match(named("bad")[0]!.error!, /bad\.yaml:3: limits\.maxSteps must be .*got "ten"/);
  assert.deepEqual(
    named("main").map((it) => it.bundled),
    [false],
    "a file takes the place of the built-in agent",
  );
  assert.deepEqual(named("researcher").map((it) => it.bundled), [true]);
  assert.match(text.stdout, /✓ {2}good +m +calculator/);
  assert.match(text.stdout, /✗ {2}bad /);
  assert.match(text.stdout, /✗ Cannot load .*bad\.yaml:3: /);
  assert.match(text.stdout, /Built in/);
});

Deno.test("agents lets no file steer the terminal", async () => {
  await using home = await CliHome.create();
  await Deno.mkdir(join(home.path, "agents"));
  await Deno.writeTextFile(
    join(home.path, "agents", "a.yaml"),
    `name: x\nmodel: ${JSON.stringify(HOSTILE)}\ninstructions: x\n`,
  );
  await Deno.writeTextFile(
    join(home.path, "agents", "b.yaml"),
    `name: ${JSON.stringify(HOSTILE)}\nlimits: ${JSON.stringify(HOSTILE)}\n`,
  );
  const { stdout } = await home.run(["agents"]);
  assert.match(stdout, /x1b\[2J/);
  assert.doesNotMatch(stdout, UNSAFE);
});

Deno.test("agents checks what run checks: hand-offs, budgets, prices, names, encodings", async () => {
  await using home = await CliHome.create();
  const folder = join(home.path, "agents");
  await Deno.mkdir(folder);
  const files: Readonly<Record<string, string>> = {
    "lost.yaml": "model: m\ntools:\n  - calculator\n  - agent: nosuch\n",
    "found.yaml": "tools: [{ agent: writer }, { agent: my-notes }]\n",
    "costly.yaml": "model: nobody-knows-this\nlimits:\n  budgetUsd: 1\n",
    "wide.yaml": "tools:\n  - read_file: { root: / }\n",
    "other.yaml": "model: m\nname: another\n",
    "my notes.yaml": "model: mistral-small-latest\n",
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, name), text);
  await Deno.writeFile(
    join(folder, "latin.yaml"),
    Uint8Array.of(...new TextEncoder().encode("name: caf"), 0xe9),
  );
  const [text, json] = await Promise.all([home.run(["agents"]), home.run(["agents", "--json"])]);
  const listed: readonly (Listed & { readonly notes: readonly string[] })[] = json.json();
  const errorOf = (name: string) => listed.find((it) => it.name === name)!.error;
  assert.match(errorOf("lost")!, /lost\.yaml:4: Cannot find agent "nosuch": .*Try: /);
  assert.equal(errorOf("found"), null);
  assert.match(
    errorOf("costly")!,
    /costly\.yaml:3: Cannot run costly: the price of nobody-knows-this is unknown/,
  );
  assert.match(errorOf("wide")!, /wide\.yaml:2: .*it would open the whole disk/);
  assert.match(errorOf("latin")!, /latin\.yaml:1: it is Latin-1, it seems/);
  assert.deepEqual(listed.find((it) => it.name === "lost")!.valid, false);
  assert.match(listed.find((it) => it.name === "other")!.notes[0]!, /other\.yaml:2: name is "another", but/);
  assert.match(text.stdout, /! .*my notes\.yaml: its agent is called "my-notes"/);
  const run = await home.run(["run", "other", "hi", "--json"]);
  assert.equal(run.json().agent, "other", "runs under what the list shows");
  assert.match(run.stderr, /^agentop: .*other\.yaml:2: name is "another", but .*Try: /);
  const named = await home.run(["run", "my-notes", "hi", "--json"]);
  assert.equal(named.json().agent, "my-notes");
  await Deno.writeTextFile(join(home.path, "prices.yaml"), "models:\n");
  assert.match((await home.run(["agents"])).stdout, /✗ Cannot load .*prices\.yaml:1: models has no value/);
});
