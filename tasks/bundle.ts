/**
 * Writes `dist/`, or the folder given: the program as a split, minified bundle that starts without loading what a command does not use.
 *
 * @module
 */
import { join } from "node:path";
import { lateNodeModules } from "./late_modules.ts";

const OUT = Deno.args[0] ?? "dist";
/** An optional peer of the SDK, for telemetry that stays off. */
const PEER = "@opentelemetry/api";
const PEER_IMPORT = /import\s*\{([^}]*)\}\s*from\s*"@opentelemetry\/api"/g;
const ABSENT = "absent_peer.js";

/** What other tasks put beside the bundle. */
const HANDED_OUT = /^(agentop|npm$|SHA256SUMS$)/;

for (const { name } of await Array.fromAsync(Deno.readDir(OUT)).catch(() => [])) {
  if (!HANDED_OUT.test(name)) await Deno.remove(join(OUT, name), { recursive: true });
}
const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    "bundle",
    "--quiet",
    "--platform",
    "deno",
    "--code-splitting",
    "--minify",
    "--keep-names",
    "--external",
    PEER,
    "--outdir",
    OUT,
    "main.ts",
    // Threads of their own, so programs of their own.
    "lib/store/sqlite/store_worker.ts",
    "lib/app/proxied/keeper_worker.ts",
    // What notebooks import; it shares its parts with the program.
    "lib/mod.ts",
  ],
}).spawn().status;
if (code !== 0) Deno.exit(code);
await Deno.writeTextFile(`${OUT}/package.json`, '{ "type": "module" }\n');

/** Beside the other files, so that what it imports is beside it too. */
const LIBRARY = "lib.js";
const UP = /\b(from|import)(\(?)"\.\.\/([\w.-]+\.js)"/g;
const library = await Deno.readTextFile(`${OUT}/lib/mod.js`);
await Deno.writeTextFile(`${OUT}/${LIBRARY}`, library.replace(UP, '$1$2"./$3"'));
await Deno.remove(`${OUT}/lib/mod.js`);

// CommonJS packages ask for Node's modules with `require`, which a module does not have by itself. Made on
// the first such call: importing `node:module` would double the time to start.
const REQUIRE =
  'const require=name=>process.getBuiltinModule("node:module").createRequire(import.meta.url)(name);\n';
/**
 * A literal `import("./x.js")` is a part of the program's graph: Deno would read all two hundred files to print a version. Such
 * an import needs leave to read the file, so `whole.js` is the same program with all of them in its graph, for processes that
 * may read nothing.
 */
const LATER = /\bimport\("(\.\/[\w.-]+\.js)"\)/g;
const LATER_IMPORT = "const importLater=path=>import(path);\n";
/** Names that something takes from the optional peer. */
const missing = new Set<string>();
const chunks: string[] = [];
let main = "";
for (const { name } of Deno.readDirSync(OUT)) {
  const path = `${OUT}/${name}`;
  if (!name.endsWith(".js")) continue;
  const text = await Deno.readTextFile(path);
  const linked = lateNodeModules(text).replace(PEER_IMPORT, (_, names: string) => {
    for (const it of names.split(",")) missing.add(it.trim().split(/\s+as\s+/)[0]!);
    return `import{${names}}from"./${ABSENT}"`;
  });
  const later = linked.replace(LATER, 'importLater("$1")');
  if (name === "main.js") main = linked;
  else if (name !== LIBRARY) chunks.push(name);
  const ready = (later === linked ? "" : LATER_IMPORT) + later;
  await Deno.writeTextFile(path, ready.includes("Dynamic require of") ? REQUIRE + ready : ready);
}
const graph = chunks.sort().map((name) => `import("./${name}");`).join("");
await Deno.writeTextFile(`${OUT}/whole.js`, `${main}\nif(false){${graph}}\n`);
// A module that is not there cannot be linked into a single binary. This one is there and cannot be loaded, which is what the
// SDK takes as "no telemetry".
await Deno.writeTextFile(
  `${OUT}/${ABSENT}`,
  `export let ${[...missing].sort().join(",")};throw new Error("${PEER} is not part of this program");\n`,
);
