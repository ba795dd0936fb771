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

/** What a file imports at once. */
function* importsOf(path: string): Generator<string> {
  for (const [, names = "", from, bare] of Deno.readTextFileSync(path).matchAll(STATIC)) {
    const list = names.replace(/^\s*\{|\}\s*$/g, "").split(",").filter((it) => it.trim() !== "");
    if (names.includes("{") && list.every((it) => /^\s*type\s/.test(it))) continue;
    yield from ?? bare!;
  }
}

/** How a file comes to load a package, going through what it imports at once: the files on the way. */
function wayTo(packageName: string, start: string): readonly string[] | undefined {
  const seen = new Set<string>();
  const queue: (readonly string[])[] = [[start]];
  for (const way of queue) {
    const path = way.at(-1)!;
    if (seen.has(path)) continue;
    seen.add(path);
    for (const specifier of importsOf(path)) {
      if (specifier === packageName || specifier.startsWith(`${packageName}/`)) return way;
      if (specifier.startsWith(".")) queue.push([...way, join(dirname(path), specifier)]);
    }
  }
  return undefined;
}

/** Every file of the project that these load, with what they import at once. */
function loadedBy(starts: readonly string[]): ReadonlySet<string> {
  const loaded = new Set(starts);
  for (const path of loaded) {
    if (!path.endsWith(".ts")) continue;
    for (const it of importsOf(path)) if (it.startsWith(".")) loaded.add(join(dirname(path), it));
  }
  return loaded;
}

/** What is imported, one after the other, until the list of runs is drawn. */
const TO_THE_FIRST_FRAME = [
  "../main.ts",
  "cli/mod.ts",
  "cli/config.ts",
  "core/mod.ts",
  "cli/commands/tui/tui.ts",
  "cli/commands/tui/services.ts",
  "tui/mod.ts",
  "tui/app/start.ts",
  "tui/screens/runs/screen.ts",
];
/** Each takes about half a millisecond from source. */
const FIRST_FRAME_FILES_MAX = 250;
const WAIT_FOR_THE_FRAME =
  /^(?!cli|core|present|analysis|schema|store|tui)\w+\/|^tui\/screens\/(?!runs\/|mod)/;

Deno.test("the first frame of the workbench waits for no more of the program than it shows", () => {
  const loaded = loadedBy(TO_THE_FIRST_FRAME.map((path) => join(LIB, path)));
  const files = [...loaded].filter((path) => path.startsWith(LIB)).map((path) => path.slice(LIB.length + 1));
  assert.deepEqual(files.filter((path) => WAIT_FOR_THE_FRAME.test(path)), []);
  assert(files.length <= FIRST_FRAME_FILES_MAX, `${files.length} files are loaded before the first frame`);
  assert(files.includes("tui/screens/runs/view.ts"), "the walk finds what is there");
});

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
