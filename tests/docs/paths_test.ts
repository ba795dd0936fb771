import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** Names that stand for something, such as `lib/tools/NAME.ts`. */
const PLACEHOLDER = /NAME|000N|<name>|…/;

Deno.test("every path that the documents name is there", async () => {
  for (const document of ["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"]) {
    const text = await Deno.readTextFile(new URL(document, ROOT));
    const named = [
      ...text.matchAll(/`((?:lib|tests|tasks|docs|agents|main)[\w./<>-]*(?:\/|\.\w+))`|\]\(([\w./-]+)\)/g),
    ]
      .map(([, code, link]) => (code ?? link)!)
      .filter((path) => !PLACEHOLDER.test(path));
    assert(named.length > 0);
    for (const path of named) {
      await Deno.stat(fileURLToPath(new URL(path, ROOT))).catch(() =>
        assert.fail(`${document} names ${path}`)
      );
    }
  }
});

Deno.test("every test that docs/reliability.md names is there", async () => {
  const text = await Deno.readTextFile(new URL("docs/reliability.md", ROOT));
  const named = [...text.matchAll(/`([\w/]+_test\.ts)`/g)].map(([, path]) => path!);
  assert(named.length > 40);
  for (const path of named) {
    await Deno.stat(fileURLToPath(new URL(`tests/${path}`, ROOT))).catch(() =>
      assert.fail(`there is no ${path}`)
    );
  }
});

Deno.test("ARCHITECTURE.md has a line for every folder of lib", async () => {
  const text = await Deno.readTextFile(new URL("ARCHITECTURE.md", ROOT));
  for await (const { name, isDirectory } of Deno.readDir(new URL("lib/", ROOT))) {
    if (isDirectory) assert.match(text, new RegExp(`\\| \`${name}/\` `), name);
  }
});
