/**
 * Writes `dist/`, or the folder given: the program as a split, minified bundle that starts without loading what a command does not use.
 *
 * @module
 */
const OUT = Deno.args[0] ?? "dist";
/** An optional peer of the SDK, for telemetry that stays off. */
const PEER = "@opentelemetry/api";
const PEER_IMPORT = /import\s*\{([^}]*)\}\s*from\s*"@opentelemetry\/api"/g;
const ABSENT = "absent_peer.js";

await Deno.remove(OUT, { recursive: true }).catch(() => {});
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
    // Its own thread, so its own program.
    "lib/store/sqlite/store_worker.ts",
  ],
}).spawn().status;
if (code !== 0) Deno.exit(code);
await Deno.writeTextFile(`${OUT}/package.json`, '{ "type": "module" }\n');

// CommonJS packages ask for Node's modules with `require`, which a module does not have by itself. Made on
// the first such call: importing `node:module` would double the time to start.
const REQUIRE =
  'const require=name=>process.getBuiltinModule("node:module").createRequire(import.meta.url)(name);\n';
/** Names that something takes from the optional peer. */
const missing = new Set<string>();
for (const { name } of Deno.readDirSync(OUT)) {
  const path = `${OUT}/${name}`;
  if (!name.endsWith(".js")) continue;
  const text = await Deno.readTextFile(path);
  const linked = text.replace(PEER_IMPORT, (_, names: string) => {
    for (const it of names.split(",")) missing.add(it.trim().split(/\s+as\s+/)[0]!);
    return `import{${names}}from"./${ABSENT}"`;
  });
  const whole = linked.includes("Dynamic require of") ? REQUIRE + linked : linked;
  if (whole !== text) await Deno.writeTextFile(path, whole);
}
// A module that is not there cannot be linked into a single binary. This one is there and cannot be loaded, which is what the
// SDK takes as "no telemetry".
await Deno.writeTextFile(
  `${OUT}/${ABSENT}`,
  `export let ${[...missing].sort().join(",")};throw new Error("${PEER} is not part of this program");\n`,
);
