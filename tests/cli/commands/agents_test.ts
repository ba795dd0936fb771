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
