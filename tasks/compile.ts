/**
 * Writes `dist/agentop`: one binary of the bundle. Needs Deno's base binary for the target (`denort`), which `deno compile`
 * downloads unless `DENORT_BIN` names one.
 *
 * @module
 */
import { RUNNER_PERMISSIONS } from "../lib/app/runner_process.ts";

const OUTPUT = "dist/agentop";

/** One line for a base binary that cannot be had; `undefined` for other trouble, which `deno compile` tells itself. */
export function baseBinaryProblem(stderr: string, given: string | undefined): string | undefined {
  if (!/base binary|denort/i.test(stderr)) return undefined;
  if (given !== undefined) {
    const reasons = [...stderr.matchAll(/^\s*\d+: (.+)$/gm)].map((it) => it[1]!).filter((it) =>
      it !== "<unknown>"
    );
    return `Cannot compile ${OUTPUT}: DENORT_BIN=${given} cannot be used: ${
      reasons.at(-1) ?? "it is no base binary"
    }. Try: the denort of Deno ${Deno.version.deno} for the target`;
  }
  const url = /https:\/\/\S+?\.zip/.exec(stderr)?.[0];
  return `Cannot compile ${OUTPUT}: Deno's base binary (denort) is not here and cannot be downloaded. ` +
    `Try: DENORT_BIN=FILE${url ? `, with the file of ${url}` : ""}`;
}

if (import.meta.main) {
  const bundle = await new Deno.Command(Deno.execPath(), { args: ["task", "--quiet", "bundle"] }).spawn()
    .status;
  if (bundle.code !== 0) Deno.exit(bundle.code);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      "--no-prompt",
      ...RUNNER_PERMISSIONS,
      "--include",
      "dist",
      "--output",
      OUTPUT,
      ...Deno.args,
      "dist/main.js",
    ],
    env: { NO_COLOR: "1" },
    stdout: "inherit",
    stderr: "piped",
  }).output();
  if (code !== 0) {
    const text = new TextDecoder().decode(stderr);
    console.error(baseBinaryProblem(text, Deno.env.get("DENORT_BIN")) ?? text.trimEnd());
  }
  Deno.exit(code);
}
