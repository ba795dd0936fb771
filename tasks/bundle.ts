/**
 * Writes `dist/`: the program as a split, minified bundle that starts without loading what a command does not use.
 *
 * @module
 */
await Deno.remove("dist", { recursive: true }).catch(() => {});
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
    "dist",
    "main.ts",
  ],
}).spawn().status;
if (code === 0) await Deno.writeTextFile("dist/package.json", '{ "type": "module" }\n');
Deno.exit(code);
