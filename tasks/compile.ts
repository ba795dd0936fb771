/**
 * Writes `dist/agentop`: one binary of the bundle. Needs Deno's base binary for the target (`denort`), which `deno compile`
 * downloads unless `DENORT_BIN` names one.
 *
 * @module
 */
import { join } from "node:path";
import { VERSION } from "../lib/cli/frame/version.ts";
import config from "../deno.json" with { type: "json" };
import { permissionFlags } from "./install/launcher.ts";
import { bundleInto } from "./package/bundle_folder.ts";

const OUT = "dist";
const NAME = "agentop";
const OUTPUT = `${OUT}/${NAME}`;

/** One line for a base binary that cannot be had; `undefined` for other trouble, which `deno compile` tells itself. */
export function baseBinaryProblem(stderr: string, given: string | undefined): string | undefined {
  const isAboutIt = /base binary|denort/i.test(stderr) ||
    (given !== undefined && stderr.includes("Writing deno compile executable"));
  if (!isAboutIt) return undefined;
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
  const bundle = await Deno.makeTempDir({ prefix: "agentop-bundle-" });
  await Deno.mkdir(OUT, { recursive: true });
  const made = await Deno.makeTempDir({ dir: OUT, prefix: "agentop-" });
  try {
    const problem = await bundleInto(bundle) ? await compile(bundle, made) : "";
    if (problem) console.error(problem);
    if (problem !== undefined) Deno.exitCode = 2;
  } finally {
    await Deno.remove(bundle, { recursive: true });
    await Deno.remove(made, { recursive: true });
  }
}

/** Puts the binary into `dist/` once it is known to be the program. Resolves with what went wrong, if anything did. */
async function compile(bundle: string, made: string): Promise<string | undefined> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      "--no-prompt",
      "--no-config",
      ...permissionFlags(config.permissions.cli),
      "--include",
      bundle,
      "--output",
      join(made, NAME),
      ...Deno.args,
      join(bundle, "main.js"),
    ],
    env: { NO_COLOR: "1" },
    stdout: "inherit",
    stderr: "piped",
  }).output();
  const given = Deno.env.get("DENORT_BIN");
  if (code !== 0) {
    const text = new TextDecoder().decode(stderr);
    return baseBinaryProblem(text, given) ?? text.trimEnd();
  }
  // Windows adds its `.exe`.
  const [{ name }] = [...Deno.readDirSync(made)] as [Deno.DirEntry];
  if (!Deno.args.some((it) => it.startsWith("--target")) && await versionOf(join(made, name)) !== VERSION) {
    return `Cannot compile ${OUTPUT}: what came out is not the program${
      given === undefined ? "" : `, so DENORT_BIN=${given} is no base binary`
    }. Try: the denort of Deno ${Deno.version.deno} for the target`;
  }
  await Deno.rename(join(made, name), join(OUT, name));
}

async function versionOf(program: string): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args: ["--version"], stdin: "null", stderr: "null" })
    .output();
  return new TextDecoder().decode(stdout).trim();
}
