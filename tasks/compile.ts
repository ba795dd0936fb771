/**
 * Writes `dist/agentop`: one binary of the bundle. Needs Deno's run-time image for the target, which `deno compile` downloads
 * unless `DENORT_BIN` names one.
 *
 * @module
 */
import { RUNNER_PERMISSIONS } from "../lib/app/runner_process.ts";

const deno = async (...args: readonly string[]): Promise<void> => {
  const { code } = await new Deno.Command(Deno.execPath(), { args: [...args] }).spawn().status;
  if (code !== 0) Deno.exit(code);
};

await deno("task", "--quiet", "bundle");
await deno(
  "compile",
  "--quiet",
  "--no-prompt",
  ...RUNNER_PERMISSIONS,
  "--include",
  "dist",
  "--output",
  "dist/agentop",
  ...Deno.args,
  "dist/main.js",
);
