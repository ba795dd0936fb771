/**
 * Writes `dist/`, or the folder given: the program as a split, minified bundle that starts without loading what a command does not use.
 *
 * @module
 */
const OUT = Deno.args[0] ?? "dist";

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
    // An optional peer of the SDK, for telemetry that stays off.
    "--external",
    "@opentelemetry/api",
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
for (const { name } of Deno.readDirSync(OUT)) {
  const path = `${OUT}/${name}`;
  if (!name.endsWith(".js")) continue;
  const text = await Deno.readTextFile(path);
  if (text.includes("Dynamic require of")) await Deno.writeTextFile(path, REQUIRE + text);
}
