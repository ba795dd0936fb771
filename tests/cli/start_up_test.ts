import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const LIB = fileURLToPath(new URL("../../lib", import.meta.url));
/** Loaded by those who use them, when they do. */
const HEAVY = [
  "zod",
  "yaml",
  "kysely",
  "@mistralai/mistralai",
  "vega",
  "vega-lite",
  "@resvg/resvg-wasm",
  "apache-arrow",
  "hyparquet-writer",
  "ajv",
  "hono",
  "@hono/node-server",
];
/** Imports of values; those of types alone are gone when the program runs. */
const STATIC =
  /(?:^|\n)\s*(?:import|export)\s+(?!type\b)([^;"']*?)from\s+"([^"]+)"|(?:^|\n)import\s+"([^"]+)"/g;

/** How a file comes to load a package, going through what it imports at once: the files on the way. */
function wayTo(packageName: string, start: string): readonly string[] | undefined {
  const seen = new Set<string>();
  const queue: (readonly string[])[] = [[start]];
  for (const way of queue) {
    const path = way.at(-1)!;
    if (seen.has(path)) continue;
    seen.add(path);
    for (const [, names = "", from, bare] of Deno.readTextFileSync(path).matchAll(STATIC)) {
      const specifier = from ?? bare!;
      const list = names.replace(/^\s*\{|\}\s*$/g, "").split(",").filter((it) => it.trim() !== "");
      if (names.includes("{") && list.every((it) => /^\s*type\s/.test(it))) continue;
      if (specifier === packageName || specifier.startsWith(`${packageName}/`)) return way;
      if (specifier.startsWith(".")) queue.push([...way, join(dirname(path), specifier)]);
    }
  }
  return undefined;
}

Deno.test("neither the command line nor the workbench loads what is heavy before it is used", () => {
  for (const start of ["cli/program.ts", "cli/mod.ts", "cli/commands/tui/tui.ts", "tui/mod.ts"]) {
    for (const name of HEAVY) {
      const way = wayTo(name, join(LIB, start));
      assert.equal(
        way?.map((path) => path.slice(LIB.length)).join(" → "),
        undefined,
        `${start} loads ${name}`,
      );
    }
  }
  assert(wayTo("zod", join(LIB, "agent/config_schema.ts")), "the walk finds what is there");
  assert(wayTo("zod", join(LIB, "tools/mod.ts")));
  assert(wayTo("vega", join(LIB, "charts/render.ts")));
});
