import assert from "node:assert/strict";
import { join } from "node:path";

/** A package that is loaded when it is needed, and the line that does so. */
const LATE = /^.*\bimport\("((?!node:)[a-z@][^"]*)"\).*$/gm;

async function* sourcesIn(folder: string): AsyncIterable<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sourcesIn(join(folder, name));
    else if (name.endsWith(".ts")) yield join(folder, name);
  }
}

Deno.test("of a CommonJS package only the default is imported late: a bundle has no other name of it", async () => {
  const wrong: string[] = [];
  const late = new Set<string>();
  for await (const path of sourcesIn("lib")) {
    for (const [line, name] of (await Deno.readTextFile(path)).matchAll(LATE)) {
      late.add(name!);
      if (!("module.exports" in await import(name!))) continue;
      if (!/\{ default(: \w+)? \} = await import\(/.test(line)) wrong.push(`${path}: ${line.trim()}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert(late.has("ipaddr.js"), [...late].join());
});
