/**
 * Runs the whole test suite and ends with the line `N passed, N failed, N skipped`. Arguments are handed to `deno test`.
 * For the whole suite the program is bundled first: tests that start it start what people are handed, which is quicker too.
 *
 * @module
 */
import { join } from "node:path";

const report = await Deno.makeTempFile({ suffix: ".xml" });
const bundle = await Deno.makeTempDir({ prefix: "agentop-bundle-" });
const whole = Deno.args.length === 0;
try {
  if (whole) {
    const grants = ["read", "write", "run", "env"].map((name) => `--allow-${name}`);
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...grants, "tasks/bundle.ts", bundle],
    }).spawn().status;
    if (!success) throw new Error("Cannot run the tests: the program could not be bundled.");
  }
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--no-prompt",
      "--parallel",
      "--permit-no-files",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-run",
      "--allow-sys",
      "--allow-ffi",
      "--allow-net=127.0.0.1,localhost,[::1]",
      `--junit-path=${report}`,
      // Types are what `deno check` is for, which takes as long as many tests.
      ...(whole ? ["--no-check"] : []),
      // Named, or this file would count as a test and start itself.
      ...(whole ? ["tests/"] : Deno.args),
    ],
    env: whole
      ? {
        AGENTOP_TEST_PROGRAM: join(bundle, "main.js"),
        // Many tests wait for programs they started: one file more than processors keeps these busy.
        DENO_JOBS: Deno.env.get("DENO_JOBS") ?? String(navigator.hardwareConcurrency + 1),
      }
      : {},
  }).spawn().status;
  const xml = await Deno.readTextFile(report);
  const sum = (name: string) =>
    [...xml.matchAll(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`, "g"))].reduce(
      (total, match) => total + Number(match[1]),
      0,
    );
  const failed = sum("failures") + sum("errors");
  const skipped = sum("disabled") + sum("skipped");
  const passed = sum("tests") - failed - skipped;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  Deno.exitCode = code !== 0 ? code : failed > 0 || passed === 0 ? 1 : 0;
} finally {
  await Deno.remove(report);
  await Deno.remove(bundle, { recursive: true });
}
