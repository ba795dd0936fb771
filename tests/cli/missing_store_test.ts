import assert from "node:assert/strict";
import { join } from "node:path";
import { App } from "../../lib/app/mod.ts";
import { readConfig } from "../../lib/cli/config.ts";
import { main } from "../../lib/cli/program.ts";
import { CliHome } from "../support/cli.ts";

const isThere = (path: string) => Deno.stat(path).then(() => true, () => false);

Deno.test("a store that --store names and that is not there is an error for what reads, and is not made", async () => {
  const home = await Deno.makeTempDir();
  try {
    const path = join(home, "typo.db");
    const read = [
      "runs",
      "show last",
      "cost",
      "db verify",
      "experiments",
      "compare last",
      "sql x",
      "export csv runs",
      "chart cost",
      "score last x=1",
      "eval --resume last",
      "eval --from last --out made.yaml",
      "eval sales --baseline last",
    ];
    for (const words of read) {
      assert.equal(await main([...words.split(" "), "--store", path, "--home", home]), 2, words);
      assert.equal(await isThere(path), false, words);
    }
    assert.notEqual(await main(["doctor", "--store", path, "--home", home]), 0, "doctor");
    const config = readConfig({ home, store: path }, () => undefined);
    await using app = new App({ ...config, storeMustExist: true });
    await assert.rejects(
      app.store(),
      /Cannot open the store .*typo\.db: there is no store at .*typo\.db\. Try: /,
    );
    // What begins one does.
    assert.equal(await main(["db", "migrate", "--store", path, "--home", home]), 0);
    assert.equal(await isThere(path), true);
    assert.equal(await main(["runs", "--store", path, "--home", home]), 0);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("a store that AGENTOP_STORE names and that is not there is an error for what reads, and begins with the first run", async () => {
  await using home = await CliHome.create();
  const path = join(home.path, "typo.db");
  const env = { AGENTOP_STORE: path };
  const { code, stderr } = await home.run(["experiments"], { env });
  assert.equal(code, 2);
  assert.match(stderr, /there is no store at .*typo\.db\. Try: .*AGENTOP_STORE/);
  assert.equal(await isThere(path), false);
  assert.equal((await home.run(["doctor", "--json"], { env })).stderr.includes("no store"), false);
  assert.equal(await isThere(path), false);
  assert.equal((await home.run(["db", "migrate"], { env })).code, 0);
  assert.equal((await home.run(["experiments"], { env })).code, 0);
});

Deno.test("the store of a fresh home reads as empty", async () => {
  const home = await Deno.makeTempDir();
  try {
    assert.equal(await main(["runs", "--home", join(home, "new")]), 0);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
